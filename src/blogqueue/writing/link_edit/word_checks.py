"""Checks of an edit's words: most of the paragraph stays, little is added, and nothing that no author would write."""

import re
import unicodedata
from collections import Counter

from blogqueue.writing.link_edit.check_input import CheckInput, report
from blogqueue.writing.markdown.blocks import get_prose
from blogqueue.writing.markdown.contact_details import (
    LONG_NUMBER_DIGITS,
    find_addresses,
    find_hosts,
    find_numbers,
    fold,
)
from blogqueue.writing.markdown.disguises import find_all_prices, find_all_telephones
from blogqueue.writing.markdown.invisible import USED_IN_WRITING, drop_needed, find_invisible
from blogqueue.writing.markdown.marks import find_changed_marks
from blogqueue.writing.markdown.parsing import TopBlock
from blogqueue.writing.markdown.words import (
    count_kept,
    count_sentences,
    find_marks,
    find_missing,
    find_runs,
    is_wide,
    keep_letters,
    split_cased_words,
    split_kept_words,
    split_marked_words,
    split_words,
)
from blogqueue.writing.questions import Problem

# All bounds are our own choices.

MAX_RECASED_WORDS = 2
"""A sentence that gets a new beginning loses its capital letter; more is another spelling."""

MAX_LOST_MARKS = 1
"""Of each kind of marks one may go: a full stop may become a comma."""

MAX_MOVED_MARKS = 2
"""Words whose marks change because something is put in: the one in front of it, and the one behind it."""

MAX_ADDED_WORDS = 60
"""One or two long sentences."""

MAX_ADDED_SENTENCES = 4
"""One that carries the link and a few around it; a model that goes on writes another paragraph."""

MIN_LENGTH = 0.95
"""The shortest that an edited paragraph may be, as a share of the old one's rendered characters."""

MAX_LENGTH = 1.25
MAX_ADDED_CHARACTERS = 600
"""The longest is 1.25 of the old length, or 600 characters more (60 words of ten characters), whichever is more: one
good sentence makes a paragraph of 25 words half as long again. The bound stops words of endless length."""

NOTE_RUN = 6
NOTE_LETTERS = 15
"""This many words of the notes in a row are a copy, or letters where each counts as a word; fewer may be chance, or the
name of what both are about."""

PHONE_DIGITS = 7
"""About the shortest subscriber numbers in use; searched for only if the notes contain the same number."""

ASSISTANT_TALK = (
    "as an ai language model", "as an ai model", "as an ai assistant", "as an ai,", "as an ai i ", "as an ai i'",
    "as a language model", "as a large language model", "i cannot assist", "i can't assist", "i cannot help with",
    "i can't help with", "i'm sorry, but", "i am sorry, but", "i apologize, but", "here is the revised",
    "here's the revised", "here is the updated", "here's the updated", "here is the edited", "here's the edited",
    "here is the rewritten", "here's the rewritten", "sure, here", "sure! here", "certainly! here", "certainly, here",
    "of course! here", "ignore previous instructions", "ignore all previous", "ignore the above",
    "previous instructions", "system prompt", "as an artificial intelligence", "note to editors", "note to the editor",
    "note to the reviewer", "dear editor", "customer_notes", "anchor_text", "target_url", "lorem ipsum", "[insert",
    "my training data", "knowledge cutoff",
)  # fmt: skip
"""What a model says to its user, and an author never to a reader."""


def words_kept(given: CheckInput) -> list[Problem]:
    """Require that a replacement keeps every word in its order, and an appended sentence the whole paragraph.

    A customer buys a link, not an edit. A word in which a letter was swapped for one that looks alike is another word.
    Code stays as it is, and the marks around a word may change only where words are put in beside it.
    """
    if given.applied.mode == "append":
        if given.applied.new_text.startswith(given.old_source + " "):
            return []
        return report("words_kept", 'With "append", the paragraph itself must not change.', given.applied.new_text)
    old, new = given.old_text(), given.new_text()
    old_words, new_words = split_marked_words(old), split_marked_words(new)
    missing = find_missing([marked.word for marked in old_words], [marked.word for marked in new_words])
    missing = missing or find_missing(_list_prose_words(given.old_blocks), _list_prose_words(given.new_blocks))
    missing = missing or find_missing(_list_code(given.old_blocks), _list_code(given.new_blocks))
    if missing:
        message = "Keep every word of the paragraph, unchanged and in its order; add words between or behind them only."
        return report("words_kept", message, " ".join(missing))
    if (Counter(split_cased_words(old)) - Counter(split_cased_words(new))).total() > MAX_RECASED_WORDS:
        return report("words_kept", "Keep the paragraph's small and capital letters.", given.applied.new_text)
    moved, changed = find_changed_marks(old_words, new_words)
    if changed or len(moved) > MAX_MOVED_MARKS or _lose_marks(old, new):
        excerpt = " ".join([*changed, *moved]) or given.applied.new_text
        return report("words_kept", "Keep the paragraph's punctuation, and add none to its words.", excerpt)
    return []


def _lose_marks(old: str, new: str) -> bool:
    pairs = zip(find_marks(old), find_marks(new), strict=True)
    return any((Counter(before) - Counter(after)).total() > MAX_LOST_MARKS for before, after in pairs)


def _list_code(blocks: tuple[TopBlock, ...]) -> list[str]:
    return [piece.text for block in blocks for inline in block.inlines for piece in inline.pieces if piece.code]


def _list_prose_words(blocks: tuple[TopBlock, ...]) -> list[str]:
    """Return the words of some blocks that are not code: prose may not be made code."""
    return split_kept_words("\n".join(get_prose(inline) for block in blocks for inline in block.inlines))


def words_added(given: CheckInput) -> list[Problem]:
    """Require at most four new sentences, and at most 60 new words beside the anchor text.

    The anchor text alone may have 80 in a script without spaces.
    """
    new = split_words("\n".join(given.new_segments()))
    added = len(new) - count_kept(split_words(given.old_text()), new)
    if added > MAX_ADDED_WORDS:
        message = f"Add at most {MAX_ADDED_WORDS} words; {added} are new."
        return report("words_added", message, given.applied.new_text)
    sentences = count_sentences(given.new_text()) - count_sentences(given.old_text())
    if sentences > MAX_ADDED_SENTENCES:
        message = f"Add at most {MAX_ADDED_SENTENCES} sentences; {sentences} are new."
        return report("words_added", message, given.applied.new_text)
    return []


def length(given: CheckInput) -> list[Problem]:
    """Require that the paragraph stays about as long as it was."""
    old, new = len(given.old_text()), len(given.new_text())
    most = max(MAX_LENGTH * old, old + MAX_ADDED_CHARACTERS)
    if MIN_LENGTH * old <= new <= most:
        return []
    message = (
        f"The paragraph of {old} characters must stay between {MIN_LENGTH * old:.0f} and {most:.0f}; it has {new}."
    )
    return report("length", message, given.applied.new_text)


def no_control_characters(given: CheckInput) -> list[Problem]:
    """Refuse new invisible characters, in the source or as character references, and newly decomposed text.

    The joiners that a script needs, and emoji's, are allowed between its letters, and anywhere if the article has them
    elsewhere; bidi controls never.
    """
    new, old = given.applied.new_text, given.old_source
    in_old = find_invisible(drop_needed(old))
    in_source = find_invisible(drop_needed(new)) - in_old
    # At a paragraph's ends, blanks such as U+2028 are rendered only once words are put behind or before them.
    in_text = find_invisible(drop_needed(given.new_text())) - (find_invisible(drop_needed(given.old_text())) | in_old)
    found = [c for c in in_source | in_text if not (c in USED_IN_WRITING and c in given.before.article)]
    if found:
        shown = " ".join(f"U+{ord(c):04X}" for c in found)
        return report("no_control_characters", "The text must not contain control or invisible characters.", shown)
    if unicodedata.is_normalized("NFC", old) and not unicodedata.is_normalized("NFC", new):
        return report("no_control_characters", "The text must be in Unicode's composed form (NFC).", repr(new))
    return []


def no_notes_copied(given: CheckInput) -> list[Problem]:
    """Refuse six words in a row (or 15 Chinese letters), addresses and telephone numbers from the customer's notes."""
    notes = given.requirements.notes
    if not notes.strip():
        return []
    segments = given.new_segments()
    new, old = [keep_letters(segment) for segment in segments], keep_letters(given.old_text())
    # Only letters are compared: a reader recognises a word in spite of a hyphen or a blank in it.
    copied = [
        " ".join(run)
        for run in sorted(_find_note_runs(notes))
        if (letters := keep_letters("".join(run))) not in old and any(letters in segment for segment in new)
    ]
    copied += sorted(_find_named_contacts(notes, "\n".join(segments), given))
    if not copied:
        return []
    message = f"Copy nothing from the customer's notes: no {NOTE_RUN} words in a row, no address, no telephone number."
    return report("no_notes_copied", message, "; ".join(copied))


def _find_note_runs(notes: str) -> set[tuple[str, ...]]:
    words = split_words(notes)
    wide = {word for word in words if len(word) == 1 and is_wide(word)}
    runs = {run for run in find_runs(words, NOTE_RUN) if wide.isdisjoint(run)}
    return runs | {run for run in find_runs(words, NOTE_LETTERS) if not wide.isdisjoint(run)} if wide else runs


def _find_named_contacts(notes: str, new: str, given: CheckInput) -> set[str]:
    """Return the addresses, host names and telephone numbers from the notes that are new in a text.

    What the article or the anchor text contains is not a copy ("Node.js" looks like a host name).
    """
    anchor = given.requirements.link.anchor_text
    names = _list_contained({*find_addresses(notes), *find_hosts(notes)}, new)
    names -= _list_contained(names, anchor)
    phones = set(find_numbers(notes, PHONE_DIGITS)) & set(find_numbers(new, PHONE_DIGITS))
    phones -= set(find_numbers(anchor, PHONE_DIGITS))
    return given.drop_published(names, lambda old: _list_contained(names, old)) | given.drop_published(
        phones, lambda old: find_numbers(fold(old), PHONE_DIGITS)
    )


def _list_contained(names: set[str], text: str) -> set[str]:
    folded = fold(text)
    return {name for name in names if name in folded}


def no_contact_or_price(given: CheckInput) -> list[Problem]:
    """Refuse new telephone numbers and prices: they belong in advertisements, not in the sentence around a link."""
    new, old = "\n".join(given.new_segments()), given.old_text()
    telephones = given.drop_published(_find_telephones(new), _find_telephones)
    prices = find_all_prices(new)
    found = telephones | (prices and prices - find_all_prices(old))
    if not found:
        return []
    message = "Do not add any telephone number or price."
    return report("no_contact_or_price", message, " ".join(sorted(found)))


def _find_telephones(text: str) -> set[str]:
    return find_all_telephones(text, LONG_NUMBER_DIGITS)


def no_assistant_talk(given: CheckInput) -> list[Problem]:
    """Refuse phrases that a model says to its user, unless the article contains them already."""
    text, source = " ".join(given.new_segments()), given.applied.new_text.replace(given.literal, " ")
    found = given.drop_published(find_assistant_talk(text) | find_assistant_talk(source), find_assistant_talk)
    if not found:
        return []
    message = "Write for the article's readers only: do not mention yourself, the task or the instructions."
    return report("no_assistant_talk", message, "; ".join(sorted(found)))


def find_assistant_talk(text: str) -> set[str]:
    """Return the phrases of `ASSISTANT_TALK` that a text has, as whole words, in any case, apostrophes and blanks."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    return {phrase for phrase in ASSISTANT_TALK if phrase in plain and _has_words(plain, phrase)}


def _has_words(text: str, phrase: str) -> bool:
    """Return whether a phrase, or its plural, is not within other words: "has an AI, which" has none."""
    start, end = r"(?<!\w)" if phrase[0].isalnum() else "", r"s?(?!\w)" if phrase[-1].isalnum() else ""
    return bool(re.search(f"{start}{re.escape(phrase)}{end}", text))
