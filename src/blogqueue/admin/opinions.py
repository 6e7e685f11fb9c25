"""The checks and the second opinion on a version, as an editor reads them: ✓ or ✗, and each quote once."""

from dataclasses import dataclass
from typing import Any

from blogqueue.writing.article import prompts as article_prompts
from blogqueue.writing.link_edit import prompts as link_prompts

EXPECTED = {**article_prompts.EXPECTED_ANSWERS, **link_prompts.EXPECTED_ANSWERS}

TEXTS: dict[str, tuple[str, str]] = {
    "relevant": ("Fits the paragraph", "Does not fit the paragraph"),
    "natural": ("Reads naturally", "Does not read naturally"),
    "facts_changed": ("Facts unchanged", "Changes a fact"),
    "factual_claim_added": ("No new claim", "Adds a claim"),
    "in_language": ("In the article's language", "Not all in the article's language"),
    "disparaging": ("Not disparaging", "Disparaging"),
    "promotional": ("Not promotional", "Promotional"),
    "on_topic": ("On topic", "Not on topic"),
    "doubtful_claims": ("No doubtful claims", "Doubtful claims"),
}
"""What the answer to a question means if it is the expected one, and if it is not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question of the second opinion."""

    is_good: bool
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of the model: the problems that the checks found, the answers, and the words that they quote."""

    number: int
    problems: list[dict[str, str]]
    answers: list[Answer]
    quotes: list[str]


def list_attempts(notes: dict[str, Any] | None) -> list[Attempt]:
    """Return the attempts that led to a version. Version 0.1 stored "rounds", and "words" for the excerpt."""
    notes = notes or {}
    return [_read(attempt) for attempt in notes.get("attempts", notes.get("rounds", []))]


def _read(attempt: dict[str, Any]) -> Attempt:
    # Version 0.1 stored opinions as they came, whatever their shape.
    opinion = {question: given for question, given in (attempt.get("opinion") or {}).items() if isinstance(given, dict)}
    answers = [_judge(question, str(given.get("answer", ""))) for question, given in opinion.items()]
    problems = [
        {"rule": one["rule"], "message": one["message"], "excerpt": one.get("excerpt", one.get("words", ""))}
        for one in attempt.get("problems", [])
    ]
    quotes = dict.fromkeys(str(given["evidence"]) for given in opinion.values() if given.get("evidence"))
    return Attempt(attempt["attempt"], problems, answers, list(quotes))


def _judge(question: str, answer: str) -> Answer:
    is_good = answer == EXPECTED.get(question)
    good, bad = TEXTS.get(question, (f"{question}: {answer}", f"{question}: {answer}"))
    return Answer(is_good, good if is_good else bad)
