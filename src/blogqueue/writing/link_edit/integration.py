"""Working a link into an article: ask for an edit, apply it, check it, ask again with what was wrong, then judge it.

A function of words: it knows no row and no network; whoever calls it passes `ask`, which may answer from memory.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from blogqueue.writing.attempts import Ask, Task, attempt
from blogqueue.writing.link_edit import prompts
from blogqueue.writing.link_edit.check_input import Wanted
from blogqueue.writing.link_edit.checks import check_integration
from blogqueue.writing.link_edit.edits import AppliedEdit, Edit, EditRefused, apply
from blogqueue.writing.markdown.blocks import Block, eligible_blocks
from blogqueue.writing.questions import Problem


class NoRoomError(Exception):
    """The article has no paragraph that may take a link; trying again cannot help."""


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
    passed = await attempt(
        Task(
            question=lambda refused: prompts.link_edit(
                title=brief.title, language=brief.language, blocks=blocks, wanted=brief.wanted, refused=refused
            ),
            read=lambda proposal: _tried(brief, blocks, proposal),
            opinion=lambda made: prompts.second_opinion(
                before=brief.article[made[1].start : made[1].end],
                after=made[1].new_text,
                anchor_text=brief.wanted.link.anchor_text,
            ),
            wanted_answers=prompts.WANTED_ANSWERS,
        ),
        ask,
    )
    content, applied = passed.work
    return Draft(content, asdict(applied), passed.qc_attempts, passed.qc_status, passed.qc_notes)


def _tried(
    brief: Brief, blocks: Sequence[Block], proposal: dict[str, Any]
) -> tuple[tuple[str, AppliedEdit] | None, list[Problem]]:
    """The article with a proposal applied, or the checks' word on it."""
    try:
        edit = msgspec.convert(proposal, Edit)
        content, applied = apply(brief.article, edit, blocks)
    except msgspec.ValidationError as error:
        return None, [Problem("schema", f"The answer does not follow the schema: {error}", "")]
    except EditRefused as error:
        return None, [Problem(error.rule, str(error), "")]
    problems = check_integration(brief.article, content, applied, brief.wanted)
    return (None, problems) if problems else ((content, applied), [])
