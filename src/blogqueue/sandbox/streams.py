"""A response as the server-sent events in which OpenAI streams it.

platform.openai.com/docs/api-reference/responses-streaming
"""

import json
from collections.abc import AsyncGenerator, Iterator

from blogqueue.sandbox.state import JSON

CHARACTERS_AN_EVENT = 20


async def events(body: JSON) -> AsyncGenerator[str]:
    """Every event of a response, from its creation to its end."""
    for number, event in enumerate(_events(body)):
        yield f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"


def _events(body: JSON) -> Iterator[JSON]:
    begun = body | {"status": "in_progress", "output": [], "usage": None, "completed_at": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for place, message in enumerate(body["output"]):
        item: JSON = {"output_index": place}
        yield item | {"type": "response.output_item.added", "item": message | {"status": "in_progress", "content": []}}
        for index, part in enumerate(message["content"]):
            yield from _part(part, {"item_id": message["id"], "output_index": place, "content_index": index})
        yield item | {"type": "response.output_item.done", "item": message}
    yield {"type": f"response.{body['status']}", "response": body}


def _part(part: JSON, where: JSON) -> Iterator[JSON]:
    """One part of a message, a few characters at a time."""
    name, member = ("output_text", "text") if part["type"] == "output_text" else ("refusal", "refusal")
    whole = str(part[member])
    # Log probabilities belong to text alone.
    extra: JSON = {"logprobs": []} if name == "output_text" else {}
    yield where | {"type": "response.content_part.added", "part": part | {member: ""}}
    for start in range(0, len(whole), CHARACTERS_AN_EVENT):
        delta = whole[start : start + CHARACTERS_AN_EVENT]
        yield where | extra | {"type": f"response.{name}.delta", "delta": delta}
    yield where | extra | {"type": f"response.{name}.done", member: whole}
    yield where | {"type": "response.content_part.done", "part": part}
