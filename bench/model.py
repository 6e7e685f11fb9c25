"""A model that answers at once, or after some seconds: `python -m bench.model PORT SECONDS`.

The sandbox reads every question as a model would, which takes longer than the work that is measured here.
"""

import asyncio
import sys
from typing import Any

import msgspec

LINK_EDIT = "link_edit"
OPINION = {
    "relevant": "yes",
    "natural": "yes",
    "facts_changed": "no",
    "factual_claim_added": "no",
    "in_language": "yes",
    "disparaging": "no",
    "promotional": "no",
}
"""What an edit is accepted with."""


async def main(port: int, seconds: float) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                question = msgspec.json.decode(await reader.readexactly(length))
                await asyncio.sleep(seconds)
                body = msgspec.json.encode(answer(question))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    % (len(body), body)
                )
        except asyncio.IncompleteReadError:
            writer.close()

    # A question has the text of an article.
    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=2**20)
    await server.serve_forever()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return a response whose sentence goes to the end of the first paragraph that is offered."""
    form = question["text"]["format"]
    asked = msgspec.json.decode(question["input"][-1]["content"])
    if form["name"] == LINK_EDIT:
        text = f"For more on this, see [{asked['anchor_text']}]({asked['target_url']})."
        value: Any = {"block": form["schema"]["properties"]["block"]["enum"][0], "mode": "append", "text": text}
    else:
        value = {name: {"answer": opinion, "evidence": ""} for name, opinion in OPINION.items()}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": "bench",
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [
                    {"type": "output_text", "text": msgspec.json.encode(value).decode(), "annotations": []},
                ],
            }
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 2000,
            "output_tokens": 40,
            "total_tokens": 2040,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
