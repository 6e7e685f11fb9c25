"""Customers and articles that several tests know, beside those of the stage."""

from typing import Any
from uuid import UUID

from blogqueue.db.tables.orders import OrderEvent
from blogqueue.writing.markdown.links import find_links
from tests.stage import Bought, Stage

ANA: dict[str, Any] = {}
BEN = {"email": "ben@customers.example", "targetUrl": "https://worms.example/", "anchorText": "worm farming"}
CLEO = {"email": "cleo@customers.example", "targetUrl": "https://rain.example/", "anchorText": "collecting rain"}

PARAGRAPH = (
    "Paragraph {n} speaks of soil and of those who dig in it, of leaves and straw, of rain and sun and all the small "
    "animals that make a garden what it is, season after season, whether or not anybody looks. "
)
LONG = "# A long article\n\n" + "\n\n".join(PARAGRAPH.format(n=n) * 2 for n in range(1, 25)) + "\n"
ONE_ROOM = "# One paragraph\n\n" + PARAGRAPH.format(n=1).strip() + "\n"


async def live(stage: Stage, article_id: UUID) -> str:
    return (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]


async def anchors(stage: Stage, article_id: UUID) -> list[str]:
    return sorted(link.anchor_text for link in find_links(await live(stage, article_id)))


async def completed(stage: Stage, article_id: UUID, **changes: Any) -> Bought:
    """An order whose link is published."""
    order = await stage.submitted(article_id, **changes)
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    return order


async def notes(order: Bought) -> list[tuple[str, str]]:
    """What an order's history says, and why."""
    rows = await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    return [(row["action"], row["detail"]) for row in rows]
