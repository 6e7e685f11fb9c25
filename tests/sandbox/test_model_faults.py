"""The model's faults, tested with openai's own unmodified client."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest

from blogqueue.sandbox.faults import EDITS
from blogqueue.sandbox.writer import WRONG_EDITS
from tests.sandbox.questions import (
    ANCHOR,
    BLOCKS,
    LINK,
    URL,
    ask,
    edit,
    judge,
)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "code": 429, "retry_after": 7}, openai.RateLimitError),
        ({"kind": "status", "code": 500}, openai.InternalServerError),
        ({"kind": "status"}, openai.InternalServerError),
        ({"kind": "cut"}, openai.APIConnectionError),
    ],
)
async def test_a_fault_reaches_the_client_as_its_own_error_once(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, fault: dict[str, Any], error: type[openai.APIError]
) -> None:
    await http.put("/faults", json={"model": [fault]})

    with pytest.raises(error) as failed:
        await ask(model)

    if "retry_after" in fault:
        assert isinstance(failed.value, openai.RateLimitError)
        assert failed.value.response.headers["retry-after"] == "7"
    assert (await ask(model)).status == "completed"


async def test_a_slow_model_makes_the_client_time_out(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    await http.put("/faults", json={"model": [{"kind": "slow", "seconds": 0.3}, {"kind": "slow", "seconds": 0.3}]})
    started = time.monotonic()

    with pytest.raises(openai.APITimeoutError):
        await model.with_options(timeout=0.1).responses.create(model="m", input="x")
    assert (await ask(model)).status == "completed"

    assert time.monotonic() - started > 0.3


async def test_each_unusable_answer_has_its_own_shape(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    kinds = ("malformed_json", "refusal", "incomplete", "empty")
    await http.put("/faults", json={"model": [{"kind": kind} for kind in kinds]})

    malformed, refused, incomplete, empty = [await ask(model) for _ in kinds]

    with pytest.raises(json.JSONDecodeError):
        json.loads(malformed.output_text)
    assert refused.output[0].content[0].type == "refusal"
    assert (incomplete.status, incomplete.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert (empty.status, empty.output, empty.output_text) == ("completed", [], "")


EXPECTED: dict[str, Callable[[str], bool]] = {
    "second_link": lambda text: text.count("](") == 2,
    "other_target": lambda text: LINK not in text and ANCHOR in text,
    "other_anchor": lambda text: f"]({URL})" in text and ANCHOR not in text,
    "no_link": lambda text: "](" not in text,
    "html": lambda text: "<a href=" in text,
    "bare_url": lambda text: LINK in text and text.count(URL) == 2,
    "notes_copied": lambda text: "in the summer part please" in text,
    "gutted": lambda text: text == f"{LINK}.",
    "huge": lambda text: LINK in text and len(text.split()) > 100,
    "unknown_block": lambda text: LINK in text,
    "heading": lambda text: "\n\n## " in text,
}


@pytest.mark.parametrize("name", EDITS)
async def test_a_wrong_edit_is_wrong_in_the_named_way(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, name: str
) -> None:
    assert set(EXPECTED) == set(EDITS) == set(WRONG_EDITS)
    await http.put("/faults", json={"model": [{"kind": "wrong_edit", "name": name}]})

    # The fault does not apply to another kind of question.
    assert (await judge(model))["natural"]["answer"] == "yes"
    wrong, right = await edit(model), await edit(model)

    assert EXPECTED[name](wrong["text"])
    assert (wrong["block"] == "p999") == (name == "unknown_block")
    assert (wrong["mode"] == "replace") == (name == "gutted")
    assert LINK in right["text"] and right["block"] in BLOCKS


async def test_a_fault_makes_an_edit_replace_the_whole_paragraph(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI
) -> None:
    await http.put("/faults", json={"model": [{"kind": "replace", "times": 6}]})

    edits = [await edit(model, anchor_text=f"words {n}") for n in range(6)]

    assert {one["mode"] for one in edits} == {"replace"}
    starts = {"p02": "Digging turns", "p05": "Water reaches the roots better when the surface\nstays open. "}
    assert all(one["text"].startswith(starts[one["block"]]) for one in edits)
    assert all(one["text"].count("[words") == 1 for one in edits)


async def test_a_fault_can_set_a_second_opinion(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    await http.put("/faults", json={"model": [{"kind": "opinion", "natural": "no", "promotional": "yes"}]})

    assert LINK in (await edit(model))["text"]
    answers = await judge(model)
    assert [answers[name]["answer"] for name in ("relevant", "natural", "promotional")] == ["yes", "no", "yes"]
    assert (await judge(model))["natural"]["answer"] == "yes"


async def test_a_fault_can_be_limited_to_one_schema(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    await http.put("/faults", json={"model": [{"kind": "status", "code": 500, "schema": "second_opinion"}]})

    assert (await ask(model)).status == "completed"
    with pytest.raises(openai.InternalServerError):
        await judge(model)
