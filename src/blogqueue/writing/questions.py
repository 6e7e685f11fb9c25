"""A question to the model, the schema of its answer, and the problems that are sent back when an answer is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MAX_OUTPUT_TOKENS = 4_000
"""More than any allowed paragraph needs, so that a runaway answer ends as incomplete instead of as a large bill."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the model: messages, the JSON schema that the answer must follow, and its length limit in tokens."""

    name: str
    schema: dict[str, Any]
    messages: tuple[dict[str, str], ...]
    max_output_tokens: int = MAX_OUTPUT_TOKENS


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule: its name, one sentence for the model, and the offending words (at most 200 characters)."""

    rule: str
    message: str
    words: str


def told(refused: Sequence[Problem]) -> list[dict[str, str]]:
    """Return the problems of the last proposal as the model reads them: rule names, messages and offending words."""
    return [{"rule": problem.rule, "message": problem.message, "words": problem.words} for problem in refused]


def yes_or_no(questions: Iterable[str]) -> dict[str, Any]:
    """Return the schema of a second opinion: for each question a yes or no, and the words that decided it."""
    answer = strict_object({"answer": {"type": "string", "enum": ["yes", "no"]}, "evidence": {"type": "string"}})
    return strict_object(dict.fromkeys(questions, answer))


def strict_object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a strict object schema: every property required and no other allowed, as structured output demands."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
