"""Working a link into an article: ask for an edit, apply it, check it, ask again with what was wrong, then judge it.

A function of words: it knows no row and no network; whoever calls it passes `ask`, which may answer from memory.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from blogqueue.writing import prompts
from blogqueue.writing.blocks import Block, eligible_blocks
from blogqueue.writing.checks import Problem, Wanted, check_integration
from blogqueue.writing.edits import AppliedEdit, Edit, EditRefused, apply
from blogqueue.writing.prompts import Question

MAX_QC_ATTEMPTS = 3
"""The seed's "Run QC checks (up to 3 attempts)"."""

APPROVED = "APPROVED_BY_AI"
NEEDS_HUMAN = "NEEDS_HUMAN_REVIEW"

Ask = Callable[[Question], Awaitable[dict[str, Any]]]


class NoRoomError(Exception):
    """The article has no paragraph that may take a link; trying again cannot help."""


class DraftRefusedError(Exception):
    """Every proposal broke a check; `problems` are the last one's."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        rules = ", ".join(dict.fromkeys(problem.rule for problem in problems))
        super().__init__(f"no proposal passed the checks; the last one broke: {rules}")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Brief:
    """The published article and the link that is wanted in it."""

    article: str
    title: str
    language: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that passed every check, the edit that made it, and what was said of it."""

    content: str
    edit: dict[str, Any]
    qc_attempts: int
    qc_status: str
    qc_notes: dict[str, Any]


async def integrate(brief: Brief, ask: Ask) -> Draft:
    """The draft of a link integration, in up to 3 attempts. Raises NoRoomError, DraftRefusedError, and what `ask` does.

    A proposal that holds but reads badly is kept for a human when no better one comes.
    """
    blocks = eligible_blocks(brief.article, brief.wanted.paid_links)
    if not blocks:
        raise NoRoomError("the article has no paragraph that may take a link")
    refused: list[Problem] = []
    rounds: list[dict[str, Any]] = []
    passable: tuple[str, AppliedEdit] | None = None
    for attempt in range(1, MAX_QC_ATTEMPTS + 1):
        proposal = await ask(
            prompts.link_edit(
                title=brief.title, language=brief.language, blocks=blocks, wanted=brief.wanted, refused=refused
            ),
        )
        content, applied, problems = _tried(brief, blocks, proposal)
        if applied is None or problems:
            refused = problems
            rounds.append({"attempt": attempt, "problems": [asdict(problem) for problem in problems]})
            continue
        passable = (content, applied)
        objections, answers = await _judged(brief, applied, ask)
        rounds.append({"attempt": attempt, "problems": [], "opinion": answers})
        if not objections:
            return _draft(passable, attempt, APPROVED, rounds)
        refused = objections
    if passable is None:
        raise DraftRefusedError(refused)
    return _draft(passable, MAX_QC_ATTEMPTS, NEEDS_HUMAN, rounds)


def _tried(
    brief: Brief, blocks: Sequence[Block], proposal: dict[str, Any]
) -> tuple[str, AppliedEdit | None, list[Problem]]:
    """The article with a proposal applied, and the checks' word on it."""
    try:
        edit = msgspec.convert(proposal, Edit)
        content, applied = apply(brief.article, edit, blocks)
    except msgspec.ValidationError as error:
        return "", None, [Problem("schema", f"The answer does not follow the schema: {error}", "")]
    except EditRefused as error:
        return "", None, [Problem(error.rule, str(error), "")]
    return content, applied, check_integration(brief.article, content, applied, brief.wanted)


async def _judged(brief: Brief, applied: AppliedEdit, ask: Ask) -> tuple[list[Problem], dict[str, Any]]:
    """The second opinion's objections, and all it said."""
    answers = await ask(
        prompts.second_opinion(
            before=brief.article[applied.start : applied.end],
            after=applied.new_text,
            anchor_text=brief.wanted.link.anchor_text,
        ),
    )
    objections: list[Problem] = []
    for question, wanted in prompts.WANTED_ANSWERS.items():
        said: dict[str, Any] = answers.get(question) or {}
        if said.get("answer") != wanted:
            evidence = str(said.get("evidence", ""))[:200]
            objections.append(Problem(question, f"A second reader found {question} not to be {wanted!r}.", evidence))
    return objections, answers


def _draft(passable: tuple[str, AppliedEdit], attempts: int, status: str, rounds: list[dict[str, Any]]) -> Draft:
    content, applied = passable
    return Draft(content, asdict(applied), attempts, status, {"rounds": rounds})
