"""The operator's chat: an incoming webhook as Slack has it, and the messages in which programs can read them."""

import time
import uuid
from typing import Any

from litestar import MediaType, Request, Response, delete, get, post
from litestar.params import FromPath

from blogqueue.sandbox.state import JSON, get_sandbox


@post("/chat/{channel:str}")
async def take_message(request: Request[Any, Any, Any], channel: FromPath[str]) -> Response[str]:
    """Store a message, or do what a fault says; anything but {"text": …} is refused in Slack's words."""
    sandbox = get_sandbox(request)
    fault = sandbox.faults.take("chat", channel=channel)
    if fault["kind"] == "slow":
        await sandbox.pause(float(fault.get("seconds", 1)))
    if fault["kind"] == "status":
        return _answer("A fault is set in the sandbox for this message", int(fault["code"]))
    if fault["kind"] == "redirect":
        return Response("", status_code=307, headers={"location": "/chat/elsewhere"}, media_type=MediaType.TEXT)
    try:
        body: Any = await request.json()
    except ValueError:
        return _answer("invalid_payload", 400)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        return _answer("no_text", 400)
    key = uuid.uuid4().hex
    sandbox.store.put("messages", key, {"id": key, "channel": channel, "text": body["text"], "at": time.time()})
    return _answer("ok", 200)


@get("/chat.json")
async def read_messages(request: Request[Any, Any, Any]) -> list[JSON]:
    """Return all messages, newest last."""
    return get_sandbox(request).store.all("messages")


@delete("/chat.json")
async def empty_chat(request: Request[Any, Any, Any]) -> None:
    """Delete all messages."""
    get_sandbox(request).store.clear("messages")


def _answer(text: str, status: int) -> Response[str]:
    return Response(text, status_code=status, media_type=MediaType.TEXT)


HANDLERS = [take_message, read_messages, empty_chat]
