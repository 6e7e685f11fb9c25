"""A model's response as the server-sent events in which OpenAI streams it.

platform.openai.com/docs/api-reference/responses-streaming
"""

import json
from collections.abc import AsyncGenerator, Iterator

from blogqueue.sandbox.state import JSON

CHARACTERS_PER_EVENT = 20


async def stream_events(body: JSON) -> AsyncGenerator[str]:
    """Yield every event of a response, from created to completed."""
    for number, event in enumerate(_build_events(body)):
        yield f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"


def _build_events(body: JSON) -> Iterator[JSON]:
    started = body | {"status": "in_progress", "output": [], "usage": None, "completed_at": None}
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, message in enumerate(body["output"]):
        item: JSON = {"output_index": index}
        yield item | {"type": "response.output_item.added", "item": message | {"status": "in_progress", "content": []}}
        for number, part in enumerate(message["content"]):
            yield from _build_part_events(
                part, {"item_id": message["id"], "output_index": index, "content_index": number}
            )
        yield item | {"type": "response.output_item.done", "item": message}
    yield {"type": f"response.{body['status']}", "response": body}


def _build_part_events(part: JSON, position: JSON) -> Iterator[JSON]:
    """Yield the events of one part of a message, a few characters at a time."""
    name, member = ("output_text", "text") if part["type"] == "output_text" else ("refusal", "refusal")
    whole = str(part[member])
    # Only text has log probabilities.
    extra: JSON = {"logprobs": []} if name == "output_text" else {}
    yield position | {"type": "response.content_part.added", "part": part | {member: ""}}
    for start in range(0, len(whole), CHARACTERS_PER_EVENT):
        delta = whole[start : start + CHARACTERS_PER_EVENT]
        yield position | extra | {"type": f"response.{name}.delta", "delta": delta}
    yield position | extra | {"type": f"response.{name}.done", member: whole}
    yield position | {"type": "response.content_part.done", "part": part}
