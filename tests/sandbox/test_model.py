"""The model, tested with openai's own unmodified client."""

import json
from typing import Literal

import httpx
import openai
import pydantic
import pytest

from blogqueue.sandbox.responses import CACHED_STEP
from blogqueue.sandbox.writer import SENTENCES
from tests.sandbox.questions import (
    ANCHOR,
    ARTICLE,
    EDIT,
    LINK,
    OPINION,
    URL,
    ask,
    edit,
    form,
    judge,
)


async def test_an_edit_contains_the_link_once_in_a_short_sentence(model: openai.AsyncOpenAI) -> None:
    for number in range(20):
        anchor = f"{ANCHOR} {number}"
        proposed = await edit(model, anchor_text=anchor)

        assert proposed["mode"] == "append"
        assert proposed["block"] in {"p02", "p05"}, "a sentence reads badly behind one that has not ended"
        assert proposed["text"].count(f"[{anchor}]({URL})") == 1
        assert proposed["text"].count("](") == 1
        assert len(proposed["text"].split()) <= 30 and proposed["text"].endswith((".", ")."))


async def test_different_customers_get_different_paragraphs_and_each_always_the_same(model: openai.AsyncOpenAI) -> None:
    blocks = [(await edit(model, target_url=f"https://a.example/{number}"))["block"] for number in range(12)]

    assert set(blocks) == {"p02", "p05"}
    assert blocks == [(await edit(model, target_url=f"https://a.example/{number}"))["block"] for number in range(12)]


async def test_a_refused_edit_is_followed_by_one_in_another_paragraph(model: openai.AsyncOpenAI) -> None:
    first = await edit(model)

    second = await edit(model, refused=[{"rule": "structure", "message": "Choose another block.", "words": ""}])

    assert {first["block"], second["block"]} == {"p02", "p05"}


async def test_a_repeated_question_gets_another_sentence_in_the_same_paragraph(model: openai.AsyncOpenAI) -> None:
    first, second = await edit(model, anchor_text="again"), await edit(model, anchor_text="again")

    assert first["block"] == second["block"]
    assert first["text"] != second["text"]


@pytest.mark.parametrize("language", sorted(SENTENCES))
async def test_the_sentence_is_in_the_articles_language(model: openai.AsyncOpenAI, language: str) -> None:
    answer = await ask(model, ARTICLE.replace("Language: en", f"Language: {language}-XX"))

    sentence = json.loads(answer.output_text)["text"]
    assert sentence in {known.format(link=LINK) for known in SENTENCES[language]}


async def test_a_second_opinion_is_favourable_and_quotes_the_sentence(model: openai.AsyncOpenAI) -> None:
    answers = await judge(model)

    assert {question: answered["answer"] for question, answered in answers.items()} == {
        "relevant": "yes",
        "natural": "yes",
        "factual_claim_added": "no",
        "promotional": "no",
    }
    assert {answered["evidence"] for answered in answers.values()} == {f"For more on this, see {LINK}."}


class Step(pydantic.BaseModel):
    name: str = pydantic.Field(min_length=3)
    kind: Literal["dig", "sow"]


class Plan(pydantic.BaseModel):
    steps: list[Step]
    best: Step
    months: int
    is_done: bool
    note: str | None


async def test_any_other_schema_gets_an_answer_that_the_client_can_parse(model: openai.AsyncOpenAI) -> None:
    parsed = await model.responses.parse(model="m", input="Plan my garden.", text_format=Plan)

    assert parsed.output_parsed is not None
    assert parsed.output_parsed.best.kind == "dig"


async def test_a_question_without_a_schema_gets_a_text(model: openai.AsyncOpenAI) -> None:
    assert (await model.responses.create(model="m", input="Hello")).output_text


async def test_a_response_can_be_streamed(model: openai.AsyncOpenAI) -> None:
    kinds: list[str] = []
    async with model.responses.stream(model="m", input="Plan my garden.", text_format=Plan) as stream:
        async for event in stream:
            kinds.append(event.type)  # noqa: PERF401 - the stream is read on below
        final = await stream.get_final_response()

    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    assert "response.output_text.delta" in kinds
    assert final.output_parsed is not None and final.usage is not None


async def test_a_repeated_beginning_of_a_prompt_counts_as_cached(model: openai.AsyncOpenAI) -> None:
    long = ARTICLE + "\n" + "And so the garden grew, year after year. " * 200

    first, second = await ask(model, long), await ask(model, long, anchor_text="other words")

    usage = first.usage
    assert usage.input_tokens > 2_000 and usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.input_tokens_details.cached_tokens == 0
    cached = second.usage.input_tokens_details.cached_tokens
    assert cached % CACHED_STEP == 0 and usage.input_tokens - 256 < cached < usage.input_tokens


async def test_calls_are_recorded_with_their_question_and_usage(
    model: openai.AsyncOpenAI, http: httpx.AsyncClient
) -> None:
    before = (await http.get("/model/calls.json")).json()["count"]

    answer = await ask(model, anchor_text="counted words")

    calls = (await http.get("/model/calls.json")).json()
    assert calls["count"] == before + 1
    last = calls["calls"][-1]
    assert (last["schema"], last["outcome"]) == ("link_edit", "ok")
    assert json.loads(last["last"])["anchor_text"] == "counted words"
    assert last["usage"]["output_tokens"] == answer.usage.output_tokens
    assert len(last["prompt"]) == 64


async def test_a_wrong_key_is_refused(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    wrong_client = model.with_options(api_key="sk-wrong")
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key"):
        await wrong_client.responses.create(model="m", input="Hello")
    with pytest.raises(openai.AuthenticationError):
        await wrong_client.models.list()
    assert (await http.get("/v1/models")).json()["error"]["code"] == "missing_api_key"


async def test_the_models_are_listed(model: openai.AsyncOpenAI) -> None:
    assert [one.id async for one in model.models.list()] == ["sandbox-writer"]
    assert (await model.models.retrieve("any-name")).id == "any-name"


async def test_a_schema_that_is_not_strict_is_refused_as_by_openai(model: openai.AsyncOpenAI) -> None:
    loose = {name: value for name, value in EDIT.items() if name != "additionalProperties"}
    with pytest.raises(openai.BadRequestError, match="additionalProperties") as refused:
        await model.responses.create(model="m", input="x", text=form("link_edit", loose))
    assert refused.value.code == "invalid_json_schema"
    with pytest.raises(openai.BadRequestError, match="required"):
        await model.responses.create(model="m", input="x", text=form("link_edit", EDIT | {"required": ["block"]}))


async def test_an_answer_longer_than_allowed_is_incomplete(model: openai.AsyncOpenAI) -> None:
    answer = await model.responses.create(model="m", input="x", max_output_tokens=16, text=form("plan", OPINION))

    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None and answer.incomplete_details.reason == "max_output_tokens"
