"""Faults in Piccolo's queries: a condition that is left out."""

from collections.abc import Iterator
from typing import Any


class DropCondition:
    """Leave out one of several arguments of `.where(…)`; an operator as cosmic-ray expects it."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        for argument in _conditions(node):
            yield argument.start_pos, argument.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        dropped = _conditions(node)[index]
        at = node.children.index(dropped)
        del node.children[at : at + 2]  # with the comma after it, if there is one
        return node

    @classmethod
    def arguments(cls) -> tuple[()]:
        return ()


def _conditions(node: Any) -> list[Any]:
    """Return the arguments of a call of `where`, if there are several."""
    if node.type != "arglist" or node.parent is None or node.parent.type != "trailer":
        return []
    before = node.parent.get_previous_sibling()
    if before is None or before.get_code().strip() != ".where":
        return []
    conditions = [child for child in node.children if child.type != "operator"]
    return conditions if len(conditions) > 1 else []
