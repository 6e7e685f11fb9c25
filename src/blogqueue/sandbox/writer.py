"""OpenAI's `/v1/responses` over a small rule-based writer, whose answers follow from what it is asked."""

import asyncio
import hashlib
import json
import time
import uuid
from typing import Any

from litestar import Request, Response, get, post

from blogqueue.sandbox.state import JSON, Sandbox, of

SENTENCES = (
    "Readers who want to go further will find {link} a useful companion to this part.",
    "There is more on this in {link}, which goes through it step by step.",
    "For a closer look at the details, {link} is a good place to start.",
    "Those who would rather see it at work can turn to {link} for an example.",
    "What this means in practice is shown by {link} in plain words.",
)
WRONG_EDITS = {
    "second_link": "{text} See also [another site](https://elsewhere.example/page).",
    "other_target": "There is more on this in [{anchor}]({url}?ref=other).",
    "other_anchor": "There is more on this in [something else]({url}).",
    "no_link": "There is more on this elsewhere, for those who look for it.",
    "html": 'There is more on this in <a href="{url}">{anchor}</a>.',
    "bare_url": "{text} The address is {url} in full.",
    "notes_copied": "{text} {notes}",
    "gutted": "{link}.",
    "huge": "{text} {filler}",
    "unknown_block": "{text}",
    "heading": "{text}\n\n## A new heading",
}
CHARACTERS_A_TOKEN = 4
CACHED_PREFIX_TOKENS = 1_024


@post("/v1/responses", status_code=200)
async def create_response(request: Request[Any, Any, Any]) -> Response[Any]:
    """Answer a request for structured output."""
    sandbox = of(request)
    if request.headers.get("authorization") != f"Bearer {sandbox.config.openai_key}":
        return _error(401, "Incorrect API key provided.", "invalid_api_key")
    asked: JSON = await request.json()
    form: JSON = asked["text"]["format"]
    fault = sandbox.faults.take("model", schema=form["name"])
    call = {
        "at": time.time(),
        "schema": form["name"],
        "outcome": fault["kind"] if fault else "ok",
        "prompt": hashlib.sha256(json.dumps(asked["input"]).encode()).hexdigest(),
        "last": asked["input"][-1]["content"],
    }
    sandbox.store.put("calls", uuid.uuid4().hex, call)
    if fault and fault["kind"] == "slow":
        await asyncio.sleep(float(fault.get("seconds", 1)))
    elif fault and (broken := _broken(fault, asked)):
        return broken
    answer = _answer(form, json.loads(asked["input"][-1]["content"]), fault)
    return Response(_completed(asked, json.dumps(answer), sandbox))


@get("/v1/models")
async def list_models() -> JSON:
    """One model."""
    return {"object": "list", "data": [{"id": "sandbox-writer", "object": "model", "owned_by": "sandbox"}]}


@get("/model/calls.json")
async def list_calls(request: Request[Any, Any, Any]) -> JSON:
    """Every call of the model, oldest first."""
    calls = of(request).store.all("calls")
    return {"count": len(calls), "calls": calls}


def _broken(fault: JSON, asked: JSON) -> Response[Any] | None:
    """An answer that is none, for the faults of transport and form."""
    kind = fault["kind"]
    if kind == "status":
        headers = {"retry-after": str(fault["retry_after"])} if "retry_after" in fault else {}
        return _error(int(fault.get("code", 503)), "The model is not well.", "sandbox_fault", headers)
    body = _response(asked, "{}")
    if kind == "malformed_json":
        body["output"][0]["content"][0]["text"] = '{"block": "p0'
    elif kind == "refusal":
        body["output"][0]["content"] = [{"type": "refusal", "refusal": "I would rather not."}]
    elif kind == "incomplete":
        body |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    elif kind == "empty":
        body["output"] = []
    elif kind == "cut":
        # A length that is never reached: the client sees the connection end within the body.
        return Response(json.dumps(body)[:50], headers={"content-length": "5000"}, media_type="application/json")
    else:
        return None
    return Response(body)


def _answer(form: JSON, said: JSON, fault: JSON | None) -> JSON:
    """What the writer answers to a schema."""
    if form["name"] == "link_edit":
        return _edit(form["schema"]["properties"]["block"]["enum"], said, fault)
    if form["name"] == "second_opinion":
        answers = {"relevant": "yes", "natural": "yes", "factual_claim_added": "no", "promotional": "no"}
        if fault and fault["kind"] == "opinion":
            answers |= {question: answer for question, answer in fault.items() if question in answers}
        evidence = str(said.get("after", ""))[-120:]
        return {question: {"answer": answer, "evidence": evidence} for question, answer in answers.items()}
    return {name: _least(schema) for name, schema in form["schema"].get("properties", {}).items()}


def _edit(blocks: list[str], said: JSON, fault: JSON | None) -> JSON:
    """A sentence with the link at the end of a paragraph that follows from who asks, and how often."""
    url, anchor, refused = said["target_url"], said["anchor_text"], len(said.get("refused", []))
    seed = int.from_bytes(hashlib.sha256(f"{url}|{anchor}|{refused}".encode()).digest()[:8], "big")
    link = f"[{anchor}]({url})"
    text = SENTENCES[seed % len(SENTENCES)].format(link=link)
    edit = {"block": blocks[(seed // 7) % len(blocks)], "mode": "append", "text": text}
    if fault and fault["kind"] == "wrong_edit":
        name = fault.get("name", "second_link")
        words = {"text": text, "url": url, "anchor": anchor, "link": link, "notes": said.get("customer_notes", "")}
        edit["text"] = WRONG_EDITS[name].format(**words, filler="word " * 100)
        if name == "gutted":
            edit["mode"] = "replace"
        if name == "unknown_block":
            edit["block"] = "p999"
    return edit


def _least(schema: JSON) -> Any:  # noqa: ANN401 - whatever the schema asks for
    """The smallest value that fits a schema."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: _least(inner) for name, inner in schema.get("properties", {}).items()}
    return {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}.get(schema.get("type", ""))


def _completed(asked: JSON, text: str, sandbox: Sandbox) -> JSON:
    """A response with plausible usage: a prefix of 1,024 tokens that came before counts as cached."""
    prompt = "".join(str(message["content"]) for message in asked["input"])
    prefix = prompt[: CACHED_PREFIX_TOKENS * CHARACTERS_A_TOKEN]
    key = hashlib.sha256(prefix.encode()).hexdigest()
    long_enough = len(prefix) == CACHED_PREFIX_TOKENS * CHARACTERS_A_TOKEN
    cached = CACHED_PREFIX_TOKENS if long_enough and sandbox.store.get("prefixes", key) else 0
    if long_enough:
        sandbox.store.put("prefixes", key, {})
    tokens_in, tokens_out = len(prompt) // CHARACTERS_A_TOKEN, len(text) // CHARACTERS_A_TOKEN
    body = _response(asked, text)
    body["usage"] = {
        "input_tokens": tokens_in,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens_in + tokens_out,
    }
    return body


def _response(asked: JSON, text: str) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message = {
        "type": "message",
        "id": f"msg_{uuid.uuid4().hex}",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": time.time(),
        "model": asked["model"],
        "status": "completed",
        "output": [message],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }


def _error(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> Response[Any]:
    body = {"error": {"message": message, "type": "sandbox", "param": None, "code": code}}
    return Response(body, status_code=status, headers=headers or {})


HANDLERS = [create_response, list_models, list_calls]
