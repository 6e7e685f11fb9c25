"""What the product asks the model for a whole article, put by openai's own client in the product's own words."""

import json
from typing import Any

import openai

from blogqueue.writing.article.brief import ArticleBrief, Candidate
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.article.prompts import build_article_opinion_question, build_article_question
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.questions import Problem, Question
from tests.sandbox.questions import form

LINK = Link("https://www.example.com/guide?x=1", "a guide to mulching")
COMMISSION = ArticleBrief(
    site="Garden Notes",
    language="en",
    niche="gardening",
    topic="Mulching through a dry summer",
    keyword="straw mulch",
    link=LINK,
    candidates=(Candidate("Soil that lasts", "/articles/soil"), Candidate("Worms & water [1]", "/articles/worms")),
)


async def put(model: openai.AsyncOpenAI, question: Question) -> Any:
    """Put a question as the product does; the response."""
    return await model.responses.create(
        model="sandbox-writer",
        input=list(question.messages),  # pyright: ignore[reportArgumentType] - plain role/content messages
        text=form(question.name, question.schema),
        max_output_tokens=question.max_output_tokens,
    )


async def write(
    model: openai.AsyncOpenAI, commission: ArticleBrief = COMMISSION, refused: tuple[Problem, ...] = ()
) -> dict[str, str]:
    return json.loads((await put(model, build_article_question(commission, refused))).output_text)


async def judge(model: openai.AsyncOpenAI, said: dict[str, str]) -> dict[str, dict[str, str]]:
    question = build_article_opinion_question(COMMISSION, title=said["title"], body=said["body"])
    return json.loads((await put(model, question)).output_text)


def broken_rules(said: dict[str, str], commission: ArticleBrief = COMMISSION) -> set[str]:
    """The rules that an answer breaks."""
    return {problem.rule for problem in check_article(said["title"], said["body"], commission)}


def paragraph_of_link(said: dict[str, str]) -> str:
    [found] = [block for block in said["body"].split("\n\n") if format_link(LINK) in block]
    return found
