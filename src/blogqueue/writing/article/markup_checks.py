"""Checks that a whole article uses only the markup that it may: title, headings, lists, tables and paragraphs alike."""

from blogqueue.writing.article.check_input import ArticleCheckInput
from blogqueue.writing.link_edit.check_input import report
from blogqueue.writing.link_edit.place_checks import get_odd_start
from blogqueue.writing.markdown.markup import find_markup, is_plain_code
from blogqueue.writing.markdown.parsing import Inline
from blogqueue.writing.markdown.scripts import find_mixed_words, split_letters
from blogqueue.writing.questions import Problem

_LISTS = frozenset(("bullet_list_open", "ordered_list_open", "blockquote_open"))
_DASHES = ("\u2026", "\u2013", "\u2014")


def no_markup(article: ArticleCheckInput) -> list[Problem]:
    """Refuse every sign in the rendered text that another renderer or a site generator would read as markup.

    What CommonMark reads (headings, lists, tables, emphasis, code, links) is gone from the rendered text; what is left
    of brackets, braces and the like belongs to some extension, shortcode or include. Words of the order are allowed.
    """
    ordered = {word for phrase in article.brief_phrases for word in find_markup(phrase)}
    found: list[str] = []
    for inline in article.whole.after.inlines:
        found += [word for word in find_markup(_get_words(inline)) if word not in ordered]
        found += [piece.text for piece in inline.pieces if piece.code and not is_plain_code(piece.text)]
    if "\\" in article.whole.after.article:
        found.append("\\")
    if not found:
        return []
    message = (
        "Use headings, lists, tables, quotes, emphasis and the links only, with plain words in them and in the title: "
        "no other bracket, brace, angle bracket, backslash, @, #, $, *, _, ~ or |, and no colon before a letter."
    )
    return report("no_markup", message, " ".join(found))


def line_starts(article: ArticleCheckInput) -> list[Problem]:
    """Require that each line of a paragraph begins as prose does, so that no renderer takes it for another block."""
    found = [
        line
        for block in article.body
        if block.kind == "paragraph_open" or block.kind in _LISTS
        for inline in block.inlines
        for line in inline.text.split("\n")
        if get_odd_start(line) and not line.startswith(_DASHES)
    ]
    if not found:
        return []
    message = "Begin each line of a paragraph with a word: not with a mark, a list number or a blank."
    return report("line_starts", message, found[0])


def one_script(article: ArticleCheckInput) -> list[Problem]:
    """Refuse words that mix scripts (UTS 39) and are not in the order."""
    found = find_mixed_words("\n".join(article.whole.new_segments()))
    if found:
        # Not their mixed words only: "\u00b5A" is a unit, and mixed once it begins a sentence with a capital letter.
        ordered = {word.casefold() for phrase in article.brief_phrases for word in split_letters(phrase)}
        found = [word for word in found if word.casefold() not in ordered]
    if not found:
        return []
    return report("one_script", "Write every word in one script.", " ".join(found))


def _get_words(inline: Inline) -> str:
    """Return a run of prose as a reader sees it, with words in place of code and links' own text kept."""
    return "".join("code" if piece.code else piece.text for piece in inline.pieces)
