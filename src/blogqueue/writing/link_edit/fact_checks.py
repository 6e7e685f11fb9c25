"""The check that an edit changes nothing of what the author says."""

import re
from collections import Counter

from blogqueue.writing.link_edit.check_input import CheckInput, report
from blogqueue.writing.markdown.words import split_kept_words, split_sentences
from blogqueue.writing.questions import Problem

_NUMBER = re.compile(r"[-\u2212+]?\d+(?:[.,:/\u2019']\d+)*(?:\s?%)?")

NEGATIONS = frozenset((
    # English
    "no", "not", "never", "none", "nor", "neither", "nobody", "nothing", "nowhere", "without", "cannot", "hardly",
    "barely", "rarely", "seldom", "scarcely", "falsely", "wrongly", "allegedly", "supposedly", "unless", "except",
    # German
    "kein", "keine", "keinem", "keinen", "keiner", "keines", "nicht", "nie", "niemals", "nichts", "niemand", "weder",
    "ohne", "kaum", "selten", "angeblich", "au\u00dfer", "nirgends",
    # French
    "ne", "pas", "jamais", "aucun", "aucune", "rien", "personne", "sans", "ni", "gu\u00e8re", "sauf",
    # Spanish, Italian, Portuguese, Dutch
    "nunca", "jam\u00e1s", "nadie", "nada", "ning\u00fan", "ninguna", "sin", "tampoco", "apenas", "non", "mai",
    "senza", "nessuno", "niente", "n\u00e3o", "sem", "niet", "geen", "nooit", "zonder",
    # Russian, Chinese, Japanese (whose letters each count as a word)
    "\u043d\u0435", "\u043d\u0435\u0442", "\u043d\u0438", "\u043d\u0438\u043a\u043e\u0433\u0434\u0430",
    "\u0431\u0435\u0437", "\u4e0d", "\u6ca1", "\u6c92", "\u65e0", "\u7121", "\u975e",
))  # fmt: skip
"""Words that turn a statement round or take it back, in the languages that most articles are written in."""

_COUNTS = frozenset((
    "hundred", "hundreds", "thousand", "thousands", "million", "millions", "billion", "billions", "dozen", "dozens",
    "half", "twice", "double", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "hundert", "tausend", "million", "millionen", "milliarden", "dutzend", "zwei", "drei", "vier",
    "f\u00fcnf",
    "sechs", "sieben", "acht", "neun", "zehn", "cent", "cents", "mille", "millions", "milliards", "deux", "trois",
    "quatre", "cinq", "sept", "huit", "neuf", "dix", "cien", "mil", "millones", "dos", "tres", "cuatro", "cinco",
    "seis", "siete", "ocho", "nueve", "diez",
))  # fmt: skip


def facts_unchanged(given: CheckInput) -> list[Problem]:
    """Refuse new negations and numbers within the author's sentences; a whole new sentence may have them.

    Whether any other word changes what the author says is a question of the second opinion.
    """
    if given.applied.mode == "append":
        return []
    old, new = _list_sentences(given.old_text()), _list_sentences(given.new_text())
    changed_from, changed_to = "\n".join((old - new).elements()), "\n".join((new - old).elements())
    if not changed_from:
        return []
    anchor = given.requirements.link.anchor_text
    words = _count_words(changed_to) - _count_words(changed_from) - _count_words(anchor)
    numbers = Counter(_NUMBER.findall(changed_to))
    added = [word for word in words if word in NEGATIONS or word in _COUNTS]
    added += (numbers - Counter(_NUMBER.findall(changed_from))) - Counter(_NUMBER.findall(anchor))
    added += Counter(_NUMBER.findall(changed_from)) - numbers
    if not added:
        return []
    message = "Add no negation and no number to the author's sentences, and change none."
    return report("facts_unchanged", message, " ".join(added))


def _list_sentences(text: str) -> Counter[str]:
    return Counter(" ".join(sentence.split()) for sentence in split_sentences(text))


def _count_words(text: str) -> Counter[str]:
    return Counter(split_kept_words(text))
