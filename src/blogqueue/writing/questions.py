"""A question to the model, the schema of its answer, and the problems that are sent back when an answer is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MAX_OUTPUT_TOKENS = 4_000
"""More than any allowed paragraph needs, so that a runaway answer ends as incomplete instead of as a large bill."""

MAX_EXCERPT = 200
"""Our choice, in characters: enough for a model to find the place."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the model: messages, the JSON schema that the answer must follow, and its length limit in tokens."""

    name: str
    schema: dict[str, Any]
    messages: tuple[dict[str, str], ...]
    max_output_tokens: int = MAX_OUTPUT_TOKENS


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule: its name, a message for model and editor, and the offending text (at most 200 characters)."""

    rule: str
    message: str
    excerpt: str


def encode_problems(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Return the problems of the last proposal as JSON values for the model."""
    return [asdict(problem) for problem in problems]


def build_yes_no_schema(questions: Iterable[str]) -> dict[str, Any]:
    """Build the schema of a second opinion: for each question a yes or no, and the words that decided it."""
    answer = build_object_schema({"answer": {"type": "string", "enum": ["yes", "no"]}, "evidence": {"type": "string"}})
    return build_object_schema(dict.fromkeys(questions, answer))


def build_object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """Build a strict object schema: every property required and no other allowed, as structured output demands."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
