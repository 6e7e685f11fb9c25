"""A model that gives prepared answers, and remembers what it was asked."""

import json
from typing import Any

from blogqueue.writing.questions import Question


class ScriptedModel:
    """Give one answer after the other."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> dict[str, Any]:
        self.asked.append(question)
        return self.answers[len(self.asked) - 1]

    def refused(self, name: str) -> list[list[dict[str, str]]]:
        """Return the problems that each question of a name sends back about the proposal before."""
        return [json.loads(q.messages[-1]["content"])["refused"] for q in self.asked if q.name == name]
