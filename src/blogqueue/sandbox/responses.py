"""OpenAI's `/v1/responses` and `/v1/models` (platform.openai.com/docs/api-reference/responses)."""

import hashlib
import json
import time
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from blogqueue.sandbox import writer
from blogqueue.sandbox.calls import CutResponse
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox
from blogqueue.sandbox.streams import stream_events

CHARACTERS_PER_TOKEN = 4
CACHED_TOKENS = 1_024
CACHED_STEP = 128
"""A prefix is cached from 1,024 tokens, in steps of 128 (platform.openai.com/docs/guides/prompt-caching)."""

WEB_PAGE = "<!doctype html><title>Welcome</title><p>A proxy's page instead of an answer."

MODEL: JSON = {"id": "sandbox-writer", "object": "model", "created": 1_790_000_000, "owned_by": "sandbox"}
ECHOED_PARAMETERS = (
    "instructions", "max_output_tokens", "metadata", "prompt_cache_key", "reasoning", "safety_identifier", "store",
    "temperature", "text", "top_p", "truncation",
)  # fmt: skip


@post("/v1/responses", status_code=200)
async def create_response(request: Request[Any, Any, Any]) -> Response[Any] | Stream:
    """Create a response; with `stream`, as server-sent events."""
    sandbox = get_sandbox(request)
    asked: JSON = await request.json()
    refusal = _check_key(request) or _validate(asked)
    if refusal:
        return refusal
    texts = _get_texts(asked)
    form: JSON = (asked.get("text") or {}).get("format") or {"type": "text"}
    schema = str(form.get("name", form["type"]))
    fault = sandbox.faults.take("model", schema=schema)
    prompt = hashlib.sha256(json.dumps([form, texts]).encode()).hexdigest()
    asked_before = len(sandbox.store.where("calls", "prompt", prompt))
    call = {"at": time.time(), "schema": schema, "outcome": fault["kind"] or "ok", "prompt": prompt, "last": texts[-1]}
    key = uuid.uuid4().hex
    sandbox.store.put("calls", key, call)
    if fault["kind"] == "slow":
        await sandbox.pause(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        return _fail(fault)
    body = _build_body(asked, _write(form, texts, fault, asked_before), fault)
    if fault["kind"] == "html":
        return Response(WEB_PAGE, media_type="text/html", headers=_make_headers())
    usage: dict[str, Any] = _count_usage(sandbox, texts, body)
    sandbox.store.put("calls", key, call | {"usage": usage})
    if fault["kind"] == "no_usage_details":
        usage = usage | {"input_tokens_details": None}
    body["usage"] = None if fault["kind"] == "no_usage" else usage
    if fault["kind"] == "cut":
        return CutResponse(body)
    if asked.get("stream"):
        return Stream(stream_events(body), media_type="text/event-stream")
    return Response(body, headers=_make_headers())


@get("/v1/models")
async def list_models(request: Request[Any, Any, Any]) -> Response[Any]:
    """List the one model."""
    return _check_key(request) or Response({"object": "list", "data": [MODEL]}, headers=_make_headers())


@get("/v1/models/{model:str}")
async def retrieve_model(request: Request[Any, Any, Any], model: FromPath[str]) -> Response[Any]:
    """Return the model, under any name."""
    return _check_key(request) or Response(MODEL | {"id": model}, headers=_make_headers())


@get("/model/calls.json")
async def list_calls(request: Request[Any, Any, Any]) -> JSON:
    """Return every call of the model, oldest first."""
    calls = get_sandbox(request).store.all("calls")
    return {"count": len(calls), "calls": calls}


def _get_texts(asked: JSON) -> list[str]:
    """Return the text of each message of the input, which may be a string, or messages of strings or parts."""
    given = asked["input"]
    if isinstance(given, str):
        return [given]
    return [
        content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)
        for content in (message.get("content") or "" for message in given)
    ] or [""]


def _write(form: JSON, texts: list[str], fault: JSON, asked_before: int) -> str:
    """Return the writer's answer, complete or cut off by a fault."""
    if form["type"] != "json_schema":
        return "The sandbox's writer only answers to a schema: send text.format with a JSON schema."
    text = json.dumps(writer.write_answer(form, texts, fault, asked_before=asked_before), ensure_ascii=False)
    if fault["kind"] == "nul":
        return text.replace("e", "\\u0000")
    return text[: len(text) // 2] if fault["kind"] in {"malformed_json", "incomplete"} else text


def _build_body(asked: JSON, text: str, fault: JSON) -> JSON:
    """Build the response object, complete or as the fault says."""
    content: JSON = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    limit = asked.get("max_output_tokens")
    is_short = fault["kind"] == "incomplete" or (limit is not None and len(text) // CHARACTERS_PER_TOKEN > limit)
    if fault["kind"] == "refusal":
        content = {"type": "refusal", "refusal": "I would rather not."}
    elif is_short and limit is not None:
        content["text"] = text[: limit * CHARACTERS_PER_TOKEN]
    status = "incomplete" if is_short else "completed"
    message = {
        "type": "message",
        "id": f"msg_{uuid.uuid4().hex}",
        "role": "assistant",
        "status": status,
        "content": [content],
    }
    now = int(time.time())
    return {name: asked[name] for name in ECHOED_PARAMETERS if name in asked} | {
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


def _count_usage(sandbox: Sandbox, texts: list[str], body: JSON) -> JSON:
    """Return plausible usage at four characters per token.

    The beginning that a long prompt shares with the last such prompt counts as cached.
    """
    prompt = "\n".join(texts)
    shortest = CACHED_TOKENS * CHARACTERS_PER_TOKEN
    cached = 0
    if len(prompt) >= shortest:
        key = hashlib.sha256(prompt[:shortest].encode()).hexdigest()
        known = str((sandbox.store.get("prefixes", key) or {}).get("prompt", ""))
        shared = next(
            (i for i, (a, b) in enumerate(zip(prompt, known, strict=False)) if a != b), min(len(prompt), len(known))
        )
        cached = shared // CHARACTERS_PER_TOKEN // CACHED_STEP * CACHED_STEP
        sandbox.store.put("prefixes", key, {"prompt": prompt})
    characters = sum(len(part.get("text", "")) for item in body["output"] for part in item["content"])
    tokens_in, tokens_out = len(prompt) // CHARACTERS_PER_TOKEN, -(-characters // CHARACTERS_PER_TOKEN)
    return {
        "input_tokens": tokens_in,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens_in + tokens_out,
    }


def _check_key(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Return OpenAI's error for a missing or wrong key, or None."""
    authorization = request.headers.get("authorization", "")
    if authorization == f"Bearer {get_sandbox(request).config.openai_key}":
        return None
    if not authorization:
        return _error(401, "You didn't provide an API key.", "missing_api_key")
    return _error(
        401, f"Incorrect API key provided: {authorization.removeprefix('Bearer ')[:5]}****.", "invalid_api_key"
    )


def _validate(asked: JSON) -> Response[Any] | None:
    """Return OpenAI's error for a missing parameter or a schema that is not strict enough, or None."""
    for name in ("model", "input"):
        if not asked.get(name):
            return _error(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", param=name)
    form: JSON = (asked.get("text") or {}).get("format") or {}
    if form.get("type") == "json_schema" and form.get("strict"):
        error = _find_schema_error(form["schema"])
        if error:
            message = f"Invalid schema for response_format '{form.get('name')}': {error}"
            return _error(400, message, "invalid_json_schema", param="text.format.schema")
    return None


def _find_schema_error(schema: Any) -> str:  # noqa: ANN401 - any JSON
    """Return why a schema is not strict, or "": an object must require all its members and allow no others.

    platform.openai.com/docs/guides/structured-outputs#supported-schemas
    """
    if isinstance(schema, list):
        return next(filter(None, map(_find_schema_error, schema)), "")  # pyright: ignore[reportUnknownVariableType] - JSON
    if not isinstance(schema, dict):
        return ""
    node: JSON = schema
    if node.get("type") == "object":
        if node.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false."
        if set(node.get("required", [])) != set(node.get("properties", {})):
            return "'required' is required to be supplied and to be an array including every key in properties."
    return next(filter(None, map(_find_schema_error, node.values())), "")


def _fail(fault: JSON) -> Response[Any]:
    """Answer with the error that a fault asks for."""
    headers = {"retry-after": str(fault["retry_after"])} if "retry_after" in fault else {}
    headers |= {str(name): str(value) for name, value in fault.get("headers", {}).items()}
    code = int(fault.get("code", 503))
    kind = {429: "rate_limit_exceeded", 503: "server_overloaded"}.get(code, "sandbox_fault")
    return _error(code, "A fault is set in the sandbox.", kind, headers=headers)


def _error(
    status: int, message: str, code: str, *, param: str | None = None, headers: dict[str, str] | None = None
) -> Response[Any]:
    kind = "server_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004 - RFC 9110 §15.6
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return Response(body, status_code=status, headers=_make_headers() | (headers or {}))


def _make_headers() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-processing-ms": "1"}


HANDLERS = [create_response, list_models, retrieve_model, list_calls]
