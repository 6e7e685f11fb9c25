"""Faults in SQL, which cosmic-ray's own operators pass over because it is text."""

import re
from collections.abc import Iterator
from typing import Any

from tests.mutation.conditions import DropCondition

STATEMENT = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE|WHERE|RETURNING|clock_timestamp)\b")

FAULTS = (
    (r" <= ", " > "),
    (r" >= ", " < "),
    (r" < (?!clock_timestamp)", " <= "),
    (r" > (?!clock_timestamp)", " >= "),
    (r" < (?=clock_timestamp)", " >= "),  # nothing happens at the very microsecond
    (r" > (?=clock_timestamp)", " <= "),
    (r" <> ", " = "),
    (r" AND ", " OR "),
    (r" IS NULL", " IS NOT NULL"),
    (r"\bNOT ", ""),
    (r" \+ 1\b", " + 2"),
    (r" - 1\b", " - 2"),
    (r"'FAILED'", "'COMPLETED'"),
    (r"'WAITING', ", ""),
    (r"'ACTIVE'", "'WAITING'"),
)
"""What is looked for, and what it becomes."""


class ReplaceInStatement:
    """Change one comparison, condition, number or state in a statement; an operator as cosmic-ray expects it."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for _ in _places(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        start, end, becomes = _places(node)[index]
        node.value = node.value[:start] + becomes + node.value[end:]
        return node

    @classmethod
    def arguments(cls) -> tuple[()]:
        return ()


def _places(node: Any) -> list[tuple[int, int, str]]:
    """Return where a text node can be changed, and to what."""
    if node.type not in {"string", "fstring_string"} or not STATEMENT.search(node.value):
        return []
    return [
        (match.start(), match.end(), becomes) for fault, becomes in FAULTS for match in re.finditer(fault, node.value)
    ]


OPERATORS: dict[str, type[Any]] = {"ReplaceInStatement": ReplaceInStatement, "DropCondition": DropCondition}


class Provider:
    """The operators for SQL and for Piccolo's queries, as cosmic-ray asks for them."""

    def __iter__(self) -> Iterator[str]:
        """List the operators' names."""
        return iter(OPERATORS)

    def __getitem__(self, name: str) -> type[Any]:
        """Return an operator by its name."""
        return OPERATORS[name]
