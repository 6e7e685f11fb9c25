"""Up to three attempts at one text: get a proposal, check it, ask again with what was wrong, get a second opinion."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from blogqueue.states import QcStatus
from blogqueue.writing.questions import MAX_EXCERPT, Problem, Question

MAX_QC_ATTEMPTS = 3
"""Proposals per run of a job."""

Ask = Callable[[Question], Awaitable[dict[str, Any]]]
"""Puts a question to the model and returns its structured answer."""


class DraftRefusedError(Exception):
    """Every proposal broke a check; `problems` are the last one's."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        rules = ", ".join(dict.fromkeys(problem.rule for problem in problems))
        super().__init__(f"no proposal passed the checks; the last one broke: {rules}")
        self.problems = problems


class Conversation:
    """A conversation with the model about one text, which remembers how each attempt went.

    `ask` may put a question to the model or replay a stored answer. `problems` says why the last proposal was not
    accepted; it belongs in the next question. An attempt is one proposal, then `refuse` or `judge`:

        while conversation.goes_on:
            answer = await conversation.propose(build_question(conversation.problems))
            if problems := check(answer):
                conversation.refuse(problems)
            else:
                await conversation.judge(build_opinion_question(answer), EXPECTED_ANSWERS)
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._attempts: list[dict[str, Any]] = []
        self.problems: Sequence[Problem] = ()

    @property
    def goes_on(self) -> bool:
        """Return whether another proposal is needed and allowed."""
        return len(self._attempts) < MAX_QC_ATTEMPTS and self.qc_status != QcStatus.APPROVED_BY_AI

    async def propose(self, question: Question) -> dict[str, Any]:
        """Begin an attempt: return the model's proposal. Raises what `ask` raises."""
        self._attempts.append({"attempt": len(self._attempts) + 1, "problems": []})
        return await self._ask(question)

    def refuse(self, problems: Sequence[Problem]) -> None:
        """End an attempt whose proposal broke checks."""
        self._attempts[-1]["problems"] = [asdict(problem) for problem in problems]
        self.problems = problems

    async def judge(self, question: Question, expected_answers: Mapping[str, str]) -> None:
        """End an attempt whose proposal passed the checks: ask for a second opinion and compare its answers.

        Raises what `ask` raises.
        """
        answers = _read_answers(expected_answers, await self._ask(question))
        self._attempts[-1]["opinion"] = answers
        self.problems = _find_objections(expected_answers, answers)

    @property
    def qc_attempts(self) -> int:
        """Return the number of attempts so far."""
        return len(self._attempts)

    @property
    def qc_status(self) -> QcStatus:
        """Return APPROVED_BY_AI if the last proposal passed checks and second opinion, else NEEDS_HUMAN_REVIEW."""
        approved = bool(self._attempts) and "opinion" in self._attempts[-1] and not self.problems
        return QcStatus.APPROVED_BY_AI if approved else QcStatus.NEEDS_HUMAN_REVIEW

    @property
    def qc_notes(self) -> dict[str, Any]:
        """Return what each attempt broke and the result of the second opinion, as plain JSON values."""
        return {"attempts": self._attempts}


def _read_answers(questions: Iterable[str], opinion: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the answer and the evidence for each question, "" where the opinion has none.

    Some servers only resemble OpenAI's and keep to no schema. An answer of another shape counts as an objection, as an
    error would throw away a draft that has passed the checks.
    """
    answers: dict[str, dict[str, str]] = {}
    for question in questions:
        found = opinion.get(question)
        given = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        answers[question] = {name: str(given.get(name, "")) for name in ("answer", "evidence")}
    return answers


def _find_objections(expected_answers: Mapping[str, str], answers: dict[str, dict[str, str]]) -> list[Problem]:
    """Return a problem for each question that the second opinion did not answer as expected."""
    return [
        Problem(
            question,
            f'The second opinion did not answer "{question}" with "{expected}".',
            answers[question]["evidence"][:MAX_EXCERPT],
        )
        for question, expected in expected_answers.items()
        if answers[question]["answer"] != expected
    ]
