"""The product's questions to the model, asked with openai's own client."""

import json
from typing import Any

import openai

URL, ANCHOR = "https://a.example/x?y=1", "a guide to mulching"
LINK = f"[{ANCHOR}]({URL})"
ARTICLE = """\
Title: Soil that lasts
Language: en

[p02] Digging turns the layers upside down, so many growers have stopped doing it.
[p03] This paragraph leads over to a list
[p05] Water reaches the roots better when the surface
stays open."""
BLOCKS = ["p02", "p03", "p05"]


def strict(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


EDIT = strict(
    {
        "block": {"type": "string", "enum": BLOCKS},
        "mode": {"type": "string", "enum": ["append", "replace"]},
        "text": {"type": "string"},
    }
)
ANSWER = strict({"answer": {"type": "string", "enum": ["yes", "no"]}, "evidence": {"type": "string"}})
OPINION = strict(dict.fromkeys(("relevant", "natural", "factual_claim_added", "promotional"), ANSWER))


def form(name: str, schema: dict[str, Any]) -> Any:
    return {"format": {"type": "json_schema", "name": name, "schema": schema, "strict": True}}


async def ask(model: openai.AsyncOpenAI, article: str = ARTICLE, **changes: Any) -> Any:
    """Ask for an edit; return the response."""
    link = {"target_url": URL, "anchor_text": ANCHOR, "customer_notes": "in the summer part please", "refused": []}
    messages: Any = [
        {"role": "developer", "content": "You are the editor."},
        {"role": "user", "content": article},
        {"role": "user", "content": json.dumps(link | changes)},
    ]
    return await model.responses.create(model="sandbox-writer", input=messages, text=form("link_edit", EDIT))


async def edit(model: openai.AsyncOpenAI, **changes: Any) -> dict[str, str]:
    return json.loads((await ask(model, **changes)).output_text)


async def judge(model: openai.AsyncOpenAI) -> dict[str, dict[str, str]]:
    """Ask for a second opinion; return the answers."""
    edited = {"before": "Soil lives.", "after": f"Soil lives. For more on this, see {LINK}.", "anchor_text": ANCHOR}
    messages: Any = [{"role": "user", "content": json.dumps(edited)}]
    answer = await model.responses.create(model="m", input=messages, text=form("second_opinion", OPINION))
    return json.loads(answer.output_text)
