"""Checks that an edit adds words only: nothing that any renderer reads as markup, no emphasis, no foreign letters."""

import re

from blogqueue.writing.link_edit.check_input import CheckInput, report
from blogqueue.writing.markdown.markup import find_markup
from blogqueue.writing.markdown.parsing import TopBlock
from blogqueue.writing.markdown.scripts import LATIN, find_mixed_words, find_scripts, find_usable_scripts
from blogqueue.writing.questions import Problem

_KNOWN_WORD = re.compile(r"[@#$]?[^\W_](?:[\w@#$.:+/-]*[^\W_])?[#+]*")
"""A word with marks that the article may use elsewhere, and the edit again: C#, snake_case, @types/node, $HOME."""

_ODD_BEFORE_LINK = re.compile(r"(?:[!%^&+=@#$\\]|:\w*)$")
"""What makes more than a link of the brackets behind it: an image, an embed, a footnote, a text directive."""


def no_markup(given: CheckInput) -> list[Problem]:
    """Refuse every new sign that some renderer or site generator reads as markup, whether CommonMark does or not.

    The rest of the checks judge what markdown-it makes of the text. Other renderers know other schemes, extensions,
    shortcodes and includes, all made of such signs; so what an edit adds, besides its link, is words.
    """
    source = given.applied.new_text
    added = find_markup(source.replace(given.literal, "link")) - find_markup(given.old_source)
    repeatable = {word for word in added if "://" not in word and _KNOWN_WORD.fullmatch(word)}
    if repeatable:  # reading the whole article takes longer
        for word in repeatable & find_markup(given.before.article).keys():
            del added[word]
    before_link, found, _ = source.partition(given.literal)
    if found and (odd := _ODD_BEFORE_LINK.search(before_link[-50:])):
        added[f"{odd[0]}["] += 1
    if not added:
        return []
    message = (
        "Beside the link, add plain words only: no bracket, brace, angle bracket, backslash, backtick, @, #, $, *, _, "
        "~ or |, and no colon directly before a letter."
    )
    return report("no_markup", message, " ".join(added))


def no_emphasis(given: CheckInput) -> list[Problem]:
    """Require the same words in emphasis as before."""
    if _find_emphasised(given.old_blocks) == _find_emphasised(given.new_blocks):
        return []
    return report(
        "no_emphasis", "Emphasise nothing that was not emphasised, and keep what was.", given.applied.new_text
    )


def _find_emphasised(blocks: tuple[TopBlock, ...]) -> list[str]:
    pieces = [piece for block in blocks for inline in block.inlines for piece in inline.pieces]
    return "".join(piece.text if piece.emphasised else "\n" for piece in pieces).split()


def one_script(given: CheckInput) -> list[Problem]:
    """Refuse new words that mix scripts, and letters of scripts that the article does not use (UTS 39)."""
    text = "\n".join(given.new_segments())
    if text.isascii():
        return []
    mixed = given.drop_published(set(find_mixed_words(text)), find_mixed_words)
    foreign = given.drop_published(find_scripts(text) - {LATIN}, find_usable_scripts)
    if not mixed and not foreign:
        return []
    message = "Write every word in one script, and use no script that the article does not use."
    return report("one_script", message, " ".join([*sorted(mixed), *sorted(foreign)]))
