"""Checks of a whole article's words: how many, the keyword among them, and nothing that no author would write."""

import unicodedata
from collections import Counter
from urllib.parse import urlsplit

from blogqueue.writing.article.check_input import ArticleCheckInput, get_text
from blogqueue.writing.link_edit.check_input import report
from blogqueue.writing.link_edit.word_checks import find_assistant_talk
from blogqueue.writing.markdown.contact_details import (
    LONG_NUMBER_DIGITS,
    find_addresses,
    find_hosts,
)
from blogqueue.writing.markdown.disguises import find_all_prices, find_all_telephones
from blogqueue.writing.markdown.invisible import drop_needed, find_invisible
from blogqueue.writing.markdown.words import split_sentences, split_words
from blogqueue.writing.questions import Problem

# All bounds are our own choices.

MIN_ARTICLE_WORDS = 600
"""Enough for three sections of two real paragraphs, an opening and a close."""

MAX_ARTICLE_WORDS = 2_500
"""Ten minutes of reading, and well within the longest answer of the model (`prompts.ARTICLE_OUTPUT_TOKENS`)."""

REPEATED_WORDS = 8
"""A repetition of this many words in a row is more than a turn of phrase."""


def length(article: ArticleCheckInput) -> list[Problem]:
    """Require a body of 600 to 2,500 words."""
    count = sum(len(split_words(get_text(block))) for block in article.body)
    if MIN_ARTICLE_WORDS <= count <= MAX_ARTICLE_WORDS:
        return []
    message = f"The body must have {MIN_ARTICLE_WORDS} to {MAX_ARTICLE_WORDS} words; it has {count}."
    return report("length", message, "")


def keyword(article: ArticleCheckInput) -> list[Problem]:
    """Require the keyword's words anywhere and in any order, except addresses, which an article may not contain."""
    host = (urlsplit(article.brief.link.target_url).hostname or "").removeprefix("www.")
    expected = [
        word
        for chunk in article.brief.keyword.split()
        if not find_addresses(chunk) and host not in find_hosts(chunk)
        for word in _find_letter_runs(chunk)
    ]
    found = _find_letter_runs(article.whole.new_text())
    text = " ".join(found)
    # Scripts without upper and lower case put no spaces between words, or attach particles to them.
    missing = [word for word in expected if word not in found and (word.lower() != word.upper() or word not in text)]
    if not missing:
        return []
    return report("keyword", "The words of the keyword must occur in the title or the body.", " ".join(missing))


def no_repetition(article: ArticleCheckInput) -> list[Problem]:
    """Refuse a paragraph or sentence of eight words or more that occurs twice."""
    counts: Counter[tuple[str, ...]] = Counter()
    for block in article.body:
        for inline in block.inlines:
            sentences = [tuple(split_words(sentence)) for sentence in split_sentences(inline.text)]
            counts.update(sentences)
            if len(sentences) > 1:
                counts[tuple(split_words(inline.text))] += 1
    repeated = [" ".join(run) for run, count in counts.items() if count > 1 and len(run) >= REPEATED_WORDS]
    if not repeated:
        return []
    return report("no_repetition", "Say nothing twice: these words occur more than once.", "; ".join(repeated))


def no_control_characters(article: ArticleCheckInput) -> list[Problem]:
    """Refuse invisible characters, in the source or as character references, and decomposed text (not NFC)."""
    text, rendered = article.whole.after.article, article.whole.new_text()
    found = find_invisible(drop_needed(text)) | find_invisible(drop_needed(rendered))
    if found:
        codes = " ".join(f"U+{ord(c):04X}" for c in found)
        return report("no_control_characters", "The text must not contain control or invisible characters.", codes)
    if not unicodedata.is_normalized("NFC", text):
        return report("no_control_characters", "The text must be in Unicode's composed form (NFC).", "")
    return []


def no_contact_or_price(article: ArticleCheckInput) -> list[Problem]:
    """Refuse telephone numbers and prices that the order does not name ("laptops under $500")."""
    text = "\n".join(article.whole.new_segments())
    ordered_digits = ["".join(filter(str.isdecimal, phrase)) for phrase in article.brief_phrases]
    found = {
        number
        for number in find_all_telephones(text, LONG_NUMBER_DIGITS)
        if not any(number.removeprefix("+") in digits for digits in ordered_digits)
    }
    found |= find_all_prices(text).difference(*map(find_all_prices, article.brief_phrases))
    if not found:
        return []
    message = "Use no telephone number and no price in the article."
    return report("no_contact_or_price", message, " ".join(sorted(found)))


def no_assistant_talk(article: ArticleCheckInput) -> list[Problem]:
    """Refuse phrases that a model says to its user, unless the order contains them ("system prompts")."""
    source = article.whole.after.article.replace(article.whole.literal, " ")
    found = find_assistant_talk(" ".join(article.whole.new_segments())) | find_assistant_talk(source)
    found = found.difference(*map(find_assistant_talk, article.brief_phrases))
    if not found:
        return []
    message = "Write for the article's readers only: do not mention yourself, the task or the instructions."
    return report("no_assistant_talk", message, "; ".join(sorted(found)))


def _find_letter_runs(text: str) -> list[str]:
    """Return a text's visible runs of letters, accents and digits, casefolded: two for "Node.js"."""
    plain = unicodedata.normalize("NFC", text.casefold())
    runs = "".join(c if _is_letter(c) and not find_invisible(c) else " " for c in plain).split()
    return [run for run in runs if any(map(str.isalnum, run))]


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
