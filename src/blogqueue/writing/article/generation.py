"""Writing an article around a link: ask for it, check it, and get a second opinion on it.

A function of texts, as `link_edit.integration` is: it knows neither the database nor the network.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from blogqueue.writing.article import prompts
from blogqueue.writing.article.brief import ArticleBrief
from blogqueue.writing.article.check_input import compose_article
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.attempts import Conversation, DraftRefusedError
from blogqueue.writing.questions import Problem


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    r"""An article that passed every check, and how; `content` is its Markdown, "# {title}\n\n{body}\n"."""

    title: str
    content: str
    qc_attempts: int
    qc_status: str
    qc_notes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ArticleProposal:
    """An article as the model proposes it; `body` is Markdown without the title."""

    title: str
    body: str


async def write_article(brief: ArticleBrief, conversation: Conversation) -> ArticleDraft:
    """Write the article that was ordered in up to 3 attempts.

    If no proposal passes the second opinion, return the last one that passed the checks, for a human to review.
    Raises DraftRefusedError if no proposal passed the checks, and what the conversation's `ask` raises.
    """
    passed: ArticleProposal | None = None
    while conversation.goes_on:
        answer = await conversation.propose(prompts.build_article_question(brief, conversation.problems))
        proposal, problems = _read_and_check(brief, answer)
        if proposal is None:
            conversation.refuse(problems)
            continue
        passed = proposal
        opinion = prompts.build_article_opinion_question(brief, title=proposal.title, body=proposal.body)
        await conversation.judge(opinion, prompts.EXPECTED_ANSWERS)
    if passed is None:
        raise DraftRefusedError(conversation.problems)
    content = compose_article(passed.title, passed.body)
    return ArticleDraft(passed.title, content, conversation.qc_attempts, conversation.qc_status, conversation.qc_notes)


def _read_and_check(brief: ArticleBrief, answer: dict[str, Any]) -> tuple[ArticleProposal | None, list[Problem]]:
    """Return the proposed article without blanks around its parts, or None and the problems."""
    try:
        proposal = msgspec.convert(answer, ArticleProposal)
    except msgspec.ValidationError as error:
        return None, [Problem("schema", f"The answer does not follow the schema: {error}", "")]
    proposal = ArticleProposal(proposal.title.strip(), proposal.body.strip())
    problems = check_article(proposal.title, proposal.body, brief)
    return (None, problems) if problems else (proposal, [])
