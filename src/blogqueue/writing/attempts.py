"""Asking for something until it passes: propose, check, ask again with what was wrong, then have it judged."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from blogqueue.writing.questions import Problem, Question

MAX_QC_ATTEMPTS = 3
"""The seed's "Run QC checks (up to 3 attempts)"."""

APPROVED = "APPROVED_BY_AI"
NEEDS_HUMAN = "NEEDS_HUMAN_REVIEW"

Ask = Callable[[Question], Awaitable[dict[str, Any]]]

Work = TypeVar("Work")


class DraftRefusedError(Exception):
    """Every proposal broke a check; `problems` are the last one's."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        rules = ", ".join(dict.fromkeys(problem.rule for problem in problems))
        super().__init__(f"no proposal passed the checks; the last one broke: {rules}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Task(Generic[Work]):
    """What the model is to make.

    `question` asks for it, told what was wrong with the last proposal; `read` makes of the answer what was wanted, or
    None and the checks' words on it; `opinion` asks a second reader, whose answers are to be `wanted_answers`.
    """

    question: Callable[[Sequence[Problem]], Question]
    read: Callable[[dict[str, Any]], tuple[Work | None, list[Problem]]]
    opinion: Callable[[Work], Question]
    wanted_answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Passed(Generic[Work]):
    """What passed every check, after how many attempts, and what was said in each of them."""

    work: Work
    qc_attempts: int
    qc_status: str
    qc_notes: dict[str, Any]


async def attempt(task: Task[Work], ask: Ask) -> Passed[Work]:
    """The first proposal that passes, in up to 3 attempts. Raises DraftRefusedError, and what `ask` does.

    A proposal that holds but reads badly is kept for a human when no better one comes.
    """
    refused: list[Problem] = []
    rounds: list[dict[str, Any]] = []
    passable: Work | None = None
    for number in range(1, MAX_QC_ATTEMPTS + 1):
        work, problems = task.read(await ask(task.question(refused)))
        if work is None:
            refused = problems
            rounds.append({"attempt": number, "problems": [asdict(problem) for problem in problems]})
            continue
        passable = work
        answers = await ask(task.opinion(work))
        rounds.append({"attempt": number, "problems": [], "opinion": answers})
        refused = _objections(task.wanted_answers, answers)
        if not refused:
            return Passed(work, number, APPROVED, {"rounds": rounds})
    if passable is None:
        raise DraftRefusedError(refused)
    return Passed(passable, MAX_QC_ATTEMPTS, NEEDS_HUMAN, {"rounds": rounds})


def _objections(wanted_answers: Mapping[str, str], answers: dict[str, Any]) -> list[Problem]:
    """What the second reader found that was not to be found."""
    objections: list[Problem] = []
    for question, wanted in wanted_answers.items():
        said: dict[str, Any] = answers.get(question) or {}
        if said.get("answer") != wanted:
            evidence = str(said.get("evidence", ""))[:200]
            objections.append(Problem(question, f"A second reader found {question} not to be {wanted!r}.", evidence))
    return objections
