"""Checks of the words: how many stay, how many come, and none that betrays the customer, the model or a smuggler."""

import unicodedata
from collections import Counter
from itertools import pairwise

from blogqueue.writing.cases import Case, Problem, problem
from blogqueue.writing.words import addresses, hosts, kept, numbers, runs, words

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

LONG_NUMBER_DIGITS = 9
"""A number of so many digits in a row is taken for a telephone's wherever it comes from; two years make only eight."""

# Invisible, though Unicode calls them letters, marks or symbols: joiner, Hangul and Khmer fillers, braille blank; and
# the variation selectors, which change how the character before them looks, or nothing (Unicode 15 §23.4).
_SELECTORS = frozenset(map(chr, (0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | _SELECTORS
_WHERE_USED = _SELECTORS | frozenset("\u200c\u200d")

# Cc control, Cf format (zero-width, bidi, soft hyphen), Co private, Cs surrogate, Cn unassigned, Zl and Zp separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})

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
    old = words(case.old_text())
    stay = kept(old, words(case.new_text()))
    if stay >= MIN_KEPT * len(old):
        return []
    message = f"Keep at least {MIN_KEPT:.0%} of the paragraph's words in their order; {stay} of {len(old)} are left."
    return problem("words_kept", message, case.applied.new_text)


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

    The joiners that some scripts need, and the selectors of emoji, pass where the article has them; bidi controls never.
    """
    new, old = case.applied.new_text, case.old_source
    added = invisible(new) - invisible(old) | invisible(case.new_text()) - invisible(case.old_text())
    found = [c for c in added if not (c in _WHERE_USED and c in case.before.article)]
    if found:
        shown = " ".join(f"U+{ord(c):04X}" for c in found)
        return problem("no_control_characters", "The text must hold no control or invisible characters.", shown)
    if unicodedata.is_normalized("NFC", old) and not unicodedata.is_normalized("NFC", new):
        return problem("no_control_characters", "The text must be in Unicode's composed form (NFC).", repr(new))
    return []


def invisible(text: str) -> Counter[str]:
    """The characters of a text that no reader sees; line ends are the business of line_ends."""
    return Counter(c for c in text if c not in "\r\n" and (unicodedata.category(c) in _INVISIBLE or c in _BLANK))


def no_notes_copied(case: Case) -> list[Problem]:
    """Of the customer's notes no six words in a row, no address and no telephone number reach the article."""
    notes = case.wanted.notes
    if not notes.strip():
        return []
    segments = case.new_segments()
    new = {run for segment in segments for run in runs(words(segment), NOTE_RUN)}
    copied = (new & runs(words(notes), NOTE_RUN)) - runs(words(case.old_text()), NOTE_RUN)
    said = [" ".join(run) for run in sorted(copied)] + sorted(_named(notes, "\n".join(segments), case))
    if not said:
        return []
    message = f"Copy nothing from the customer's notes: no {NOTE_RUN} words in a row, no address, no telephone number."
    return problem("no_notes_copied", message, "; ".join(said))


def _named(notes: str, new: str, case: Case) -> set[str]:
    """The addresses, host names and telephone numbers of the notes that are new in a text.

    What the article says itself is no copy ("Node.js" looks like a host name), nor what stands in the anchor text.
    """
    known = case.before.article.casefold() + "\n" + case.wanted.link.anchor_text.casefold()
    text = new.casefold()
    names = {name for name in [*addresses(notes), *hosts(notes)] if name in text and name not in known}
    phones = set(numbers(notes, PHONE_DIGITS)) & set(numbers(new, PHONE_DIGITS))
    # Read the whole article for numbers only when there is one to look for: it is the slowest thing here.
    return names | (phones and phones - set(numbers(known, PHONE_DIGITS)))


def no_contact_or_price(case: Case) -> list[Problem]:
    """No telephone number and no price comes in: neither is an author's, and both are what a smuggled notice holds."""
    new, old = "\n".join(case.new_segments(code=False)), case.old_text()
    found = set(numbers(new, LONG_NUMBER_DIGITS))
    found = (found and found - set(numbers(case.before.article, LONG_NUMBER_DIGITS))) | (prices(new) - prices(old))
    if not found:
        return []
    message = "The text must hold no telephone number and no price that was not there."
    return problem("no_contact_or_price", message, " ".join(sorted(found)))


def prices(text: str) -> set[str]:
    """The words that hold a currency sign and a digit, or stand beside such a sign of their own."""
    chunks = text.split()
    signed = {chunk for chunk in chunks if _has_sign(chunk) and any(map(str.isdecimal, chunk))}
    for left, right in pairwise(chunks):
        if (_has_sign(left) and right[0].isdecimal()) or (left[-1].isdecimal() and _has_sign(right)):
            signed.add(f"{left} {right}")
    return {chunk.strip(".,;:!?()'\"") for chunk in signed}


def _has_sign(chunk: str) -> bool:
    return any(unicodedata.category(character) == "Sc" for character in chunk)


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
