"""OpenAI's `/v1/responses` and `/v1/models` (platform.openai.com/docs/api-reference/responses), over the writer."""

import hashlib
import json
import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from blogqueue.sandbox import writer
from blogqueue.sandbox.calls import Cut
from blogqueue.sandbox.state import JSON, Sandbox, of
from blogqueue.sandbox.streams import events

CHARACTERS_A_TOKEN = 4
CACHED_TOKENS = 1_024
CACHED_STEP = 128
"""A prefix is cached from 1,024 tokens on, in steps of 128 (platform.openai.com/docs/guides/prompt-caching)."""

MODEL: JSON = {"id": "sandbox-writer", "object": "model", "created": 1_790_000_000, "owned_by": "sandbox"}
ECHOED = (
    "instructions", "max_output_tokens", "metadata", "prompt_cache_key", "reasoning", "safety_identifier", "store",
    "temperature", "text", "top_p", "truncation",
)  # fmt: skip


@post("/v1/responses", status_code=200)
async def create_response(request: Request[Any, Any, Any]) -> Response[Any] | Stream:
    """Answer a request; with `stream` as server-sent events."""
    sandbox = of(request)
    asked: JSON = await request.json()
    refusal = _unauthorized(request) or _invalid(asked)
    if refusal:
        return refusal
    texts = _texts(asked)
    form: JSON = (asked.get("text") or {}).get("format") or {"type": "text"}
    name = str(form.get("name", form["type"]))
    fault = sandbox.faults.take("model", schema=name)
    prompt = hashlib.sha256(json.dumps([form, texts]).encode()).hexdigest()
    before = len(sandbox.store.where("calls", "prompt", prompt))
    call = {"at": time.time(), "schema": name, "outcome": fault["kind"] or "ok", "prompt": prompt, "last": texts[-1]}
    key = uuid.uuid4().hex
    sandbox.store.put("calls", key, call)
    if fault["kind"] == "slow":
        await sandbox.pause(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        return _failed(fault)
    body = _body(asked, _said(form, texts, fault, before), fault)
    body["usage"] = _usage(sandbox, texts, body)
    sandbox.store.put("calls", key, call | {"usage": body["usage"]})
    if fault["kind"] == "cut":
        return Cut(body)
    if asked.get("stream"):
        return Stream(events(body), media_type="text/event-stream")
    return Response(body, headers=_headers())


@get("/v1/models")
async def list_models(request: Request[Any, Any, Any]) -> Response[Any]:
    """One model."""
    return _unauthorized(request) or Response({"object": "list", "data": [MODEL]}, headers=_headers())


@get("/v1/models/{model:str}")
async def retrieve_model(request: Request[Any, Any, Any], model: FromPath[str]) -> Response[Any]:
    """The model, by whatever name."""
    return _unauthorized(request) or Response(MODEL | {"id": model}, headers=_headers())


@get("/model/calls.json")
async def list_calls(request: Request[Any, Any, Any]) -> JSON:
    """Every call of the model, oldest first."""
    calls = of(request).store.all("calls")
    return {"count": len(calls), "calls": calls}


def _texts(asked: JSON) -> list[str]:
    """What was said, message by message, however it was put."""
    said = asked["input"]
    if isinstance(said, str):
        return [said]
    return [
        content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)
        for content in (message.get("content") or "" for message in said)
    ] or [""]


def _said(form: JSON, texts: list[str], fault: JSON, asked_before: int) -> str:
    if form["type"] != "json_schema":
        return "The sandbox's writer only fills forms: send text.format with a JSON schema."
    said = json.dumps(writer.answer(form, texts, fault, asked_before=asked_before), ensure_ascii=False)
    return said[: len(said) // 2] if fault["kind"] in {"malformed_json", "incomplete"} else said


def _body(asked: JSON, text: str, fault: JSON) -> JSON:
    """The response, complete or as a fault has it."""
    content: JSON = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    most = asked.get("max_output_tokens")
    is_short = fault["kind"] == "incomplete" or (most is not None and len(text) // CHARACTERS_A_TOKEN > most)
    if fault["kind"] == "refusal":
        content = {"type": "refusal", "refusal": "I would rather not."}
    elif is_short and most is not None:
        content["text"] = text[: most * CHARACTERS_A_TOKEN]
    status = "incomplete" if is_short else "completed"
    message = {
        "type": "message",
        "id": f"msg_{uuid.uuid4().hex}",
        "role": "assistant",
        "status": status,
        "content": [content],
    }
    now = int(time.time())
    return {name: asked[name] for name in ECHOED if name in asked} | {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": now,
        "completed_at": None if is_short else now,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if is_short else None,
        "model": asked["model"],
        "status": status,
        "output": [] if fault["kind"] == "empty" else [message],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "service_tier": "default",
        "tool_choice": "auto",
        "tools": [],
    }


def _usage(sandbox: Sandbox, texts: list[str], body: JSON) -> JSON:
    """Plausible usage: four characters a token; what a prompt begins with as the last one did counts as cached."""
    prompt = "\n".join(texts)
    least = CACHED_TOKENS * CHARACTERS_A_TOKEN
    cached = 0
    if len(prompt) >= least:
        key = hashlib.sha256(prompt[:least].encode()).hexdigest()
        known = str((sandbox.store.get("prefixes", key) or {}).get("prompt", ""))
        alike = next(
            (i for i, (a, b) in enumerate(zip(prompt, known, strict=False)) if a != b), min(len(prompt), len(known))
        )
        cached = alike // CHARACTERS_A_TOKEN // CACHED_STEP * CACHED_STEP
        sandbox.store.put("prefixes", key, {"prompt": prompt})
    said = sum(len(part.get("text", "")) for item in body["output"] for part in item["content"])
    tokens_in, tokens_out = len(prompt) // CHARACTERS_A_TOKEN, -(-said // CHARACTERS_A_TOKEN)
    return {
        "input_tokens": tokens_in,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens_in + tokens_out,
    }


def _unauthorized(request: Request[Any, Any, Any]) -> Response[Any] | None:
    said = request.headers.get("authorization", "")
    if said == f"Bearer {of(request).config.openai_key}":
        return None
    if not said:
        return _error(401, "You didn't provide an API key.", "missing_api_key")
    return _error(401, f"Incorrect API key provided: {said.removeprefix('Bearer ')[:5]}****.", "invalid_api_key")


def _invalid(asked: JSON) -> Response[Any] | None:
    """The refusal of a request that OpenAI would refuse: something is missing, or the schema is not strict enough."""
    for name in ("model", "input"):
        if not asked.get(name):
            return _error(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", param=name)
    form: JSON = (asked.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema" and form.get("strict"):
        wrong = _not_strict(form["schema"])
        if wrong:
            message = f"Invalid schema for response_format '{form.get('name')}': {wrong}"
            return _error(400, message, "invalid_json_schema", param="text.format.schema")
    return None


def _not_strict(schema: Any) -> str:  # noqa: ANN401 - JSON as it came
    """Why a schema is not for strict use: each object names all its members as required and allows no others.

    platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    if isinstance(schema, list):
        return next(filter(None, map(_not_strict, schema)), "")  # pyright: ignore[reportUnknownVariableType] - JSON
    if not isinstance(schema, dict):
        return ""
    said: JSON = schema
    if said.get("type") == "object":
        if said.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false."
        if set(said.get("required", [])) != set(said.get("properties", {})):
            return "'required' is required to be supplied and to be an array including every key in properties."
    return next(filter(None, map(_not_strict, said.values())), "")


def _failed(fault: JSON) -> Response[Any]:
    headers = {"retry-after": str(fault["retry_after"])} if "retry_after" in fault else {}
    code = int(fault.get("code", 503))
    kind = {429: "rate_limit_exceeded", 503: "server_overloaded"}.get(code, "sandbox_fault")
    return _error(code, "The sandbox was told to fail.", kind, headers=headers)


def _error(
    status: int, message: str, code: str, *, param: str | None = None, headers: dict[str, str] | None = None
) -> Response[Any]:
    kind = "server_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004 - RFC 9110 §15.6
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return Response(body, status_code=status, headers=_headers() | (headers or {}))


def _headers() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-processing-ms": "1"}


HANDLERS = [create_response, list_models, retrieve_model, list_calls]
