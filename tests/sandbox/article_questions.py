"""The product's questions to the model about whole articles, asked with openai's own client."""

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
BRIEF = ArticleBrief(
    site="Garden Notes",
    language="en",
    niche="gardening",
    topic="Mulching through a dry summer",
    keyword="straw mulch",
    link=LINK,
    candidates=(Candidate("Soil that lasts", "/articles/soil"), Candidate("Worms & water [1]", "/articles/worms")),
)


async def ask(model: openai.AsyncOpenAI, question: Question) -> Any:
    """Ask a question as the product does; return the response."""
    return await model.responses.create(
        model="sandbox-writer",
        input=list(question.messages),  # pyright: ignore[reportArgumentType] - plain role/content messages
        text=form(question.name, question.schema),
        max_output_tokens=question.max_output_tokens,
    )


async def write(
    model: openai.AsyncOpenAI, brief: ArticleBrief = BRIEF, refused: tuple[Problem, ...] = ()
) -> dict[str, str]:
    return json.loads((await ask(model, build_article_question(brief, refused))).output_text)


async def judge(model: openai.AsyncOpenAI, article_text: dict[str, str]) -> dict[str, dict[str, str]]:
    question = build_article_opinion_question(BRIEF, title=article_text["title"], body=article_text["body"])
    return json.loads((await ask(model, question)).output_text)


def broken_rules(article_text: dict[str, str], brief: ArticleBrief = BRIEF) -> set[str]:
    """Return the rules that an answer breaks."""
    return {problem.rule for problem in check_article(article_text["title"], article_text["body"], brief)}


def paragraph_of_link(article_text: dict[str, str]) -> str:
    [found] = [block for block in article_text["body"].split("\n\n") if format_link(LINK) in block]
    return found
