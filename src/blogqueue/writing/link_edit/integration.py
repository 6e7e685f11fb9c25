"""Working a link into an article: ask for an edit, apply it, check it, and get a second opinion on it.

A function of texts: it knows neither the database nor the network. The conversation asks the model, or replays answers.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from blogqueue.writing.attempts import Conversation, DraftRefusedError
from blogqueue.writing.link_edit import prompts
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import AppliedEdit, Edit, EditRefused, apply
from blogqueue.writing.link_edit.regeneration import check_new, describe_used
from blogqueue.writing.link_edit.room import count_room, find_blocks_leaving
from blogqueue.writing.markdown.blocks import Block
from blogqueue.writing.questions import Problem, Question


class NoRoomError(Exception):
    """The article has no paragraph that may take a link; trying again cannot help."""


@dataclass(frozen=True, slots=True)
class LinkBrief:
    """The published article and the link that it shall carry; `language` is a BCP 47 tag.

    `leave` is how many more links the article must have room for afterwards, `pending` are the hashes of the paragraphs
    that other open orders have chosen, and `used` are the edits of the order's earlier versions, from which this one
    shall differ. `reason` is what the site's editor wants to be different from the last one; "" for none.
    """

    article: str
    title: str
    language: str
    requirements: LinkRequirements
    leave: int = 0
    pending: tuple[str, ...] = ()
    used: tuple[AppliedEdit, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """An article with the link that passed every check, the edit that made it (as JSON), and how it was checked."""

    content: str
    edit: dict[str, Any]
    qc_attempts: int
    qc_status: str
    qc_notes: dict[str, Any]


async def integrate(brief: LinkBrief, conversation: Conversation) -> LinkDraft:
    """Work the link into the article in up to 3 attempts.

    If no proposal passes the second opinion, return the last one that passed the checks, for a human to review; if none
    is new, the last one that is right otherwise: a repeated text is better for the customer than none.
    Raises NoRoomError, DraftRefusedError if no proposal passed the checks, and what the conversation's `ask` raises.
    """
    blocks = find_blocks_leaving(brief.article, brief.requirements.paid_links, leave=brief.leave, pending=brief.pending)
    if not blocks:
        raise NoRoomError("the article has no paragraph that may take a link")
    passed: tuple[str, AppliedEdit] | None = None
    repeated: tuple[str, AppliedEdit] | None = None
    while conversation.goes_on:
        proposal = await conversation.propose(
            prompts.build_edit_question(
                title=brief.title,
                language=brief.language,
                blocks=blocks,
                requirements=brief.requirements,
                refused=conversation.problems,
                used=describe_used(brief.used, blocks),
                reason=brief.reason,
            )
        )
        edited, problems = _apply_and_check(brief, blocks, proposal)
        if edited is None or problems:
            repeated = edited or repeated
            conversation.refuse(problems)
            continue
        passed = edited
        await conversation.judge(_build_opinion_question(brief, edited[1]), prompts.EXPECTED_ANSWERS)
    passed = passed or repeated
    if passed is None:
        raise DraftRefusedError(conversation.problems)
    content, applied = passed
    return LinkDraft(content, asdict(applied), conversation.qc_attempts, conversation.qc_status, conversation.qc_notes)


def _apply_and_check(
    brief: LinkBrief, blocks: Sequence[Block], proposal: dict[str, Any]
) -> tuple[tuple[str, AppliedEdit] | None, list[Problem]]:
    """Return the article with the proposal applied and the applied edit, and the problems.

    None in place of the first two, unless the only problem is that the edit is not new.
    """
    try:
        content, applied = apply(brief.article, msgspec.convert(proposal, Edit), blocks)
    except msgspec.ValidationError as error:
        return None, [Problem("schema", f"The answer does not follow the schema: {error}", "")]
    except EditRefused as error:
        return None, [Problem(error.rule, str(error), "")]
    problems = check_link_edit(brief.article, content, applied, brief.requirements) or _check_room(brief, content)
    return (None, problems) if problems else ((content, applied), check_new(applied, brief.used))


def _check_room(brief: LinkBrief, content: str) -> list[Problem]:
    """Refuse an edit that leaves less room than its block should: it changed more than its own paragraph."""
    paid = brief.requirements.paid_links
    before = count_room(brief.article, paid)
    if count_room(content, [*paid, brief.requirements.link]) >= min(brief.leave, before - 1):
        return []
    message = "This edit takes room that other links need. Choose another block, or add a plain sentence."
    return [Problem("room_left", message, "")]


def _build_opinion_question(brief: LinkBrief, applied: AppliedEdit) -> Question:
    return prompts.build_opinion_question(
        language=brief.language,
        before=brief.article[applied.start : applied.end],
        after=applied.new_text,
        anchor_text=brief.requirements.link.anchor_text,
    )
