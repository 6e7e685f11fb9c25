"""Checks of the words: how many stay, how many come, and none that betrays the customer, the model or a smuggler."""

import unicodedata
from collections import Counter

from blogqueue.writing.link_edit.check_input import Case, problem
from blogqueue.writing.markdown.contact_details import (
    LONG_NUMBER_DIGITS,
    addresses,
    folded,
    hosts,
    numbers,
    prices,
    telephones,
)
from blogqueue.writing.markdown.invisible import USED_BY_SCRIPTS, invisible
from blogqueue.writing.markdown.words import kept, letters, marks, runs, spelled, words
from blogqueue.writing.questions import Problem

MIN_KEPT = 0.6
"""FACTS §2.2, check 7: a paragraph of which fewer words stay was rewritten."""

MAX_ADDED_WORDS = 60
"""The same: a long sentence or two."""

MIN_LENGTH = 0.95
"""The same: the shortest an edited paragraph may be, against the old one, in rendered characters."""

MAX_LENGTH = 1.25
MAX_ADDED_CHARACTERS = 600
"""FACTS §2.2 says 1.25 at most, but one good sentence makes a 25-word paragraph half as long again. So the upper bound
is 1.25 or sixty words of ten characters, whichever is more; the second stops words that are none."""

NOTE_RUN = 6
"""FACTS §2.2, check 9: so many words in a row are a copy, fewer may be chance."""

PHONE_DIGITS = 7
"""The shortest subscriber numbers in use have about so many digits; looked for only where the notes have the same."""

ASSISTANT_TALK = (
    "as an ai language model", "as an ai model", "as an ai assistant", "as an ai,", "as an ai i", "as a language model",
    "as a large language model", "i cannot assist", "i can't assist", "i cannot help with", "i can't help with",
    "i'm sorry, but", "i am sorry, but", "i apologize, but", "here is the revised", "here's the revised",
    "here is the updated", "here's the updated", "here is the edited", "here's the edited", "here is the rewritten",
    "here's the rewritten", "sure, here", "sure! here", "certainly! here", "certainly, here", "of course! here",
    "ignore previous instructions", "ignore all previous", "ignore the above", "previous instructions", "system prompt",
    "customer_notes", "anchor_text", "target_url", "lorem ipsum", "[insert", "my training data", "knowledge cutoff",
)  # fmt: skip
"""What a model says to whom it works for, and never an author to a reader."""


def words_kept(case: Case) -> list[Problem]:
    """A replaced paragraph keeps most of its words in their order; before an appended sentence all of it stays."""
    if case.applied.mode == "append":
        if case.applied.new_text.startswith(case.old_source + " "):
            return []
        return problem("words_kept", "With append the paragraph itself must stay as it is.", case.applied.new_text)
    old, new = case.old_text(), case.new_text()
    total, stay = len(words(old)), kept(words(old), words(new))
    if stay < MIN_KEPT * total:
        message = f"Keep at least {MIN_KEPT:.0%} of the paragraph's words in their order; {stay} of {total} are left."
        return problem("words_kept", message, case.applied.new_text)
    if (Counter(spelled(old)) & Counter(spelled(new))).total() < MIN_KEPT * total:
        return problem("words_kept", "Keep the paragraph's small and capital letters.", case.applied.new_text)
    for had, has in zip(marks(old), marks(new), strict=True):
        if (Counter(had) - Counter(has)).total() > max(1, (1 - MIN_KEPT) * len(had)):
            return problem("words_kept", "Keep the paragraph's punctuation.", case.applied.new_text)
    return []


def words_added(case: Case) -> list[Problem]:
    """At most sixty words are new beside the anchor text's, which in a script without spaces may be eighty alone."""
    new = words("\n".join(case.new_segments()))
    added = len(new) - kept(words(case.old_text()), new)
    if added <= MAX_ADDED_WORDS:
        return []
    message = f"Add at most {MAX_ADDED_WORDS} words; {added} are new."
    return problem("words_added", message, case.applied.new_text)


def length(case: Case) -> list[Problem]:
    """The paragraph stays about as long as it was."""
    old, new = len(case.old_text()), len(case.new_text())
    most = max(MAX_LENGTH * old, old + MAX_ADDED_CHARACTERS)
    if MIN_LENGTH * old <= new <= most:
        return []
    message = (
        f"The paragraph of {old} characters must stay between {MIN_LENGTH * old:.0f} and {most:.0f}; it has {new}."
    )
    return problem("length", message, case.applied.new_text)


def no_control_characters(case: Case) -> list[Problem]:
    """No invisible character is added, in the source or as a character reference, and composed text stays composed.

    The joiners that some scripts need and the selectors of emoji pass where the article has them; bidi controls never.
    """
    new, old = case.applied.new_text, case.old_source
    added = invisible(new) - invisible(old) | invisible(case.new_text()) - invisible(case.old_text())
    found = [c for c in added if not (c in USED_BY_SCRIPTS and c in case.before.article)]
    if found:
        shown = " ".join(f"U+{ord(c):04X}" for c in found)
        return problem("no_control_characters", "The text must hold no control or invisible characters.", shown)
    if unicodedata.is_normalized("NFC", old) and not unicodedata.is_normalized("NFC", new):
        return problem("no_control_characters", "The text must be in Unicode's composed form (NFC).", repr(new))
    return []


def no_notes_copied(case: Case) -> list[Problem]:
    """Of the customer's notes no six words in a row, no address and no telephone number reach the article."""
    notes = case.wanted.notes
    if not notes.strip():
        return []
    segments = case.new_segments()
    new, old = [letters(segment) for segment in segments], letters(case.old_text())
    # Compared by their letters alone: a hyphen or a blank within a word hides it from no reader.
    copied = [
        " ".join(run)
        for run in sorted(runs(words(notes), NOTE_RUN))
        if (said := letters("".join(run))) not in old and any(said in segment for segment in new)
    ]
    said = copied + sorted(_named(notes, "\n".join(segments), case))
    if not said:
        return []
    message = f"Copy nothing from the customer's notes: no {NOTE_RUN} words in a row, no address, no telephone number."
    return problem("no_notes_copied", message, "; ".join(said))


def _named(notes: str, new: str, case: Case) -> set[str]:
    """The addresses, host names and telephone numbers of the notes that are new in a text.

    What the article says itself is no copy ("Node.js" looks like a host name), nor what stands in the anchor text.
    """
    known = folded(f"{case.before.article}\n{case.wanted.link.anchor_text}")
    text = folded(new)
    names = {name for name in [*addresses(notes), *hosts(notes)] if name in text and name not in known}
    phones = set(numbers(notes, PHONE_DIGITS)) & set(numbers(new, PHONE_DIGITS))
    # Read the whole article for numbers only when there is one to look for: it is the slowest thing here.
    return names | (phones and phones - set(numbers(known, PHONE_DIGITS)))


def no_contact_or_price(case: Case) -> list[Problem]:
    """No telephone number and no price comes in: neither is an author's, and both are what a smuggled notice holds."""
    new, old = "\n".join(case.new_segments(code=False)), case.old_text()
    found = telephones(new, LONG_NUMBER_DIGITS)
    found = (found and found - telephones(case.before.article, LONG_NUMBER_DIGITS)) | (prices(new) - prices(old))
    if not found:
        return []
    message = "The text must hold no telephone number and no price that was not there."
    return problem("no_contact_or_price", message, " ".join(sorted(found)))


def no_assistant_talk(case: Case) -> list[Problem]:
    """Nothing that a model says to its user stands in the text, unless the article itself says it."""
    shown, source = " ".join(case.new_segments()), case.applied.new_text.replace(case.literal, " ")
    found = sorted((assistant_talk(shown) | assistant_talk(source)) - assistant_talk(case.before.article))
    if not found:
        return []
    message = "The text must speak to the article's readers only, and not of yourself, the task or the instructions."
    return problem("no_assistant_talk", message, "; ".join(found))


def assistant_talk(text: str) -> set[str]:
    """The phrases of a text that a model says to its user, in whatever case, apostrophes and blanks."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    return {phrase for phrase in ASSISTANT_TALK if phrase in plain}
