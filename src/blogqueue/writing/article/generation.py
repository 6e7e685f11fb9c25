"""Writing an article around a link: ask for it, check it, ask again with what was wrong, then have it judged.

A function of words, as `integration` is: it knows no row and no network, and `ask` may answer from memory.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from blogqueue.writing.article import prompts
from blogqueue.writing.article.brief import Commission
from blogqueue.writing.article.check_input import article_text
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.attempts import Ask, Task, attempt
from blogqueue.writing.questions import Problem


@dataclass(frozen=True, slots=True)
class Manuscript:
    r"""A whole article that passed every check; `content` is Markdown, "# {title}\n\n{body}\n"."""

    title: str
    content: str
    qc_attempts: int
    qc_status: str
    qc_notes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An article as the model proposes it; `body` is Markdown without the title."""

    title: str
    body: str


async def write_article(commission: Commission, ask: Ask) -> Manuscript:
    """The article that was ordered, in up to 3 attempts. Raises DraftRefusedError, and what `ask` does.

    A proposal that holds but that a second reader dislikes is kept for a human when no better one comes.
    """
    passed = await attempt(
        Task(
            question=lambda refused: prompts.article(commission, refused),
            read=lambda answer: _read(commission, answer),
            opinion=lambda work: prompts.article_opinion(commission, title=work.title, body=work.body),
            wanted_answers=prompts.WANTED_ANSWERS,
        ),
        ask,
    )
    work = passed.work
    content = article_text(work.title, work.body)
    return Manuscript(work.title, content, passed.qc_attempts, passed.qc_status, passed.qc_notes)


def _read(commission: Commission, answer: dict[str, Any]) -> tuple[Proposal | None, list[Problem]]:
    """The article that the model's answer holds, or the checks' word on it; blanks around its parts are dropped."""
    try:
        said = msgspec.convert(answer, Proposal)
    except msgspec.ValidationError as error:
        return None, [Problem("schema", f"The answer does not follow the schema: {error}", "")]
    work = Proposal(said.title.strip(), said.body.strip())
    problems = check_article(work.title, work.body, commission)
    return (None, problems) if problems else (work, [])
