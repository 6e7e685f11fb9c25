"""The model as the product asks it: whole articles, through the real client, from the sandbox's writer."""

from dataclasses import replace
from typing import Any

import pytest

from blogqueue.states import QcStatus
from blogqueue.writing import model
from blogqueue.writing.article.generation import write_article
from blogqueue.writing.article.prompts import build_article_question
from blogqueue.writing.attempts import Conversation
from blogqueue.writing.markdown.links import find_links
from blogqueue.writing.model import ModelError
from blogqueue.writing.questions import Question
from tests.stage import Stage
from tests.writing.article.right_article import BRIEF


async def ask(question: Question) -> dict[str, Any]:
    return (await model.ask(question, customer="ana")).value


async def test_an_answer_may_be_as_long_as_its_question_says(stage: Stage) -> None:
    await stage.sandbox.delete("/faults")
    question = build_article_question(BRIEF, ())

    with pytest.raises(ModelError, match="incomplete: max_output_tokens"):
        await ask(replace(question, max_output_tokens=100))
    answer = await model.ask(question, customer="ana")

    assert 1_000 < answer.usage.output < question.max_output_tokens


async def test_a_wrong_article_is_written_anew_until_it_is_right(stage: Stage) -> None:
    faults = [{"kind": "wrong_article", "name": "repeated"}, {"kind": "wrong_article", "name": "html"}]
    await stage.sandbox.put("/faults", json={"model": faults})

    draft = await write_article(BRIEF, Conversation(ask))

    broken = [{problem["rule"] for problem in each["problems"]} for each in draft.qc_notes["attempts"]]
    assert (broken[0], "no_html" in broken[1], broken[2]) == ({"no_repetition"}, True, set())
    assert (draft.qc_attempts, draft.qc_status) == (3, QcStatus.APPROVED_BY_AI)
    assert find_links(draft.content).count(BRIEF.link) == 1


async def test_an_article_that_the_second_opinion_never_likes_is_left_to_a_human(stage: Stage) -> None:
    await stage.sandbox.put("/faults", json={"model": [{"kind": "opinion", "promotional": "yes", "times": 3}]})

    draft = await write_article(BRIEF, Conversation(ask))

    assert (draft.qc_attempts, draft.qc_status) == (3, QcStatus.NEEDS_HUMAN_REVIEW)
