"""Checks of a whole article's words: how many, the keyword among them, and none that no author would write."""

import unicodedata
from collections import Counter
from urllib.parse import urlsplit

from blogqueue.writing.article.check_input import ArticleCase, shown
from blogqueue.writing.link_edit.check_input import problem
from blogqueue.writing.link_edit.word_checks import assistant_talk
from blogqueue.writing.markdown.contact_details import LONG_NUMBER_DIGITS, addresses, hosts, prices, telephones
from blogqueue.writing.markdown.invisible import invisible
from blogqueue.writing.markdown.words import sentences, words
from blogqueue.writing.questions import Problem

MIN_ARTICLE_WORDS = 600
"""Ours: three sections of two paragraphs that say something, an opening and a close."""

MAX_ARTICLE_WORDS = 2_500
"""Ours: ten minutes of reading, and well within what the model may answer (`article_prompts`)."""

REPEATED_WORDS = 8
"""Ours: so many words twice in a row are no turn of phrase."""


def length(article: ArticleCase) -> list[Problem]:
    """The body has neither too few nor too many words."""
    count = sum(len(words(shown(block))) for block in article.body)
    if MIN_ARTICLE_WORDS <= count <= MAX_ARTICLE_WORDS:
        return []
    message = f"The body must have {MIN_ARTICLE_WORDS} to {MAX_ARTICLE_WORDS} words; it has {count}."
    return problem("length", message, "")


def keyword(article: ArticleCase) -> list[Problem]:
    """The keyword's words occur, in whatever order and place; those that are an address may not, so need not."""
    host = (urlsplit(article.commission.link.target_url).hostname or "").removeprefix("www.")
    wanted = [
        word
        for chunk in article.commission.keyword.split()
        if not addresses(chunk) and host not in hosts(chunk)
        for word in _letters(chunk)
    ]
    said = _letters(article.whole.new_text())
    text = " ".join(said)
    # Scripts without case put no spaces between words, or glue particles to them.
    missing = [word for word in wanted if word not in said and (word.lower() != word.upper() or word not in text)]
    if not missing:
        return []
    return problem("keyword", "The words of the keyword must occur in the title or the body.", " ".join(missing))


def no_repetition(article: ArticleCase) -> list[Problem]:
    """No paragraph and no sentence of eight words or more stands there twice."""
    said: Counter[tuple[str, ...]] = Counter()
    for block in article.body:
        for inline in block.inlines:
            each = [tuple(words(sentence)) for sentence in sentences(inline.text)]
            said.update(each)
            if len(each) > 1:
                said[tuple(words(inline.text))] += 1
    twice = [" ".join(run) for run, times in said.items() if times > 1 and len(run) >= REPEATED_WORDS]
    if not twice:
        return []
    return problem("no_repetition", "Say nothing twice: these words stand there more than once.", "; ".join(twice))


def no_control_characters(article: ArticleCase) -> list[Problem]:
    """No invisible character, in the source or as a character reference, and composed text (NFC)."""
    text, shown = article.whole.after.article, article.whole.new_text()
    found = invisible(_without_joiners(text)) | invisible(_without_joiners(shown))
    if found:
        codes = " ".join(f"U+{ord(c):04X}" for c in found)
        return problem("no_control_characters", "The text must hold no control or invisible characters.", codes)
    if not unicodedata.is_normalized("NFC", text):
        return problem("no_control_characters", "The text must be in Unicode's composed form (NFC).", "")
    return []


def no_contact_or_price(article: ArticleCase) -> list[Problem]:
    """No telephone number and no price but what the order itself names ("laptops under $500")."""
    text = "\n".join(article.whole.new_segments())
    digits = ["".join(filter(str.isdecimal, said)) for said in article.ordered]
    found = {
        number
        for number in telephones(text, LONG_NUMBER_DIGITS)
        if not any(number.removeprefix("+") in named for named in digits)
    }
    found |= prices(text).difference(*map(prices, article.ordered))
    if not found:
        return []
    message = "The article must hold no telephone number and no price."
    return problem("no_contact_or_price", message, " ".join(sorted(found)))


def no_assistant_talk(article: ArticleCase) -> list[Problem]:
    """Nothing that a model says to its user stands in the text, unless it is what was ordered ("system prompts")."""
    source = article.whole.after.article.replace(article.whole.literal, " ")
    found = assistant_talk(" ".join(article.whole.new_segments())) | assistant_talk(source)
    found = found.difference(*map(assistant_talk, article.ordered))
    if not found:
        return []
    message = "The article must speak to its readers only, and not of yourself, the task or the instructions."
    return problem("no_assistant_talk", message, "; ".join(sorted(found)))


def _letters(text: str) -> list[str]:
    """The runs of letters, marks and digits of a text that can be seen, casefolded: "Node.js" is two."""
    plain = unicodedata.normalize("NFC", text.casefold())
    runs = "".join(c if _is_letter(c) and not invisible(c) else " " for c in plain).split()
    return [run for run in runs if any(map(str.isalnum, run))]


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _without_joiners(text: str) -> str:
    """A text without the joiners that Persian or Hindi are written with: those between letters without case."""
    return "".join(c for at, c in enumerate(text) if not (c in "\u200c\u200d" and _joins(text[at - 1 : at + 2])))


def _joins(around: str) -> bool:
    sides = around[:1] + around[2:]
    return len(sides) == 2 and all(_is_caseless(side) for side in sides)  # noqa: PLR2004 - a letter on each side


def _is_caseless(character: str) -> bool:
    return unicodedata.category(character) in {"Lo", "Mn", "Mc"}
