"""The links in an article that customers paid for: no text may lose them without a record."""

from uuid import UUID

import msgspec

from blogqueue.db.engine import fetch
from blogqueue.writing.markdown.links import Link


class PaidLink(msgspec.Struct, frozen=True):
    """The link of a COMPLETED order, with its `rel` ("" for none)."""

    order_id: UUID
    link: Link
    rel: str


async def find(article_id: UUID) -> list[PaidLink]:
    """Return the links of an article's COMPLETED orders, oldest first, without those that were dropped."""
    return await _find(article_id, "IS NULL")


async def find_dropped(article_id: UUID) -> list[PaidLink]:
    """Return the links of an article's COMPLETED orders that an editor dropped, oldest first."""
    return await _find(article_id, "IS NOT NULL")


async def find_pairs(article_id: UUID) -> list[tuple[Link, str]]:
    """Return what `find` does as pairs of link and `rel`."""
    return [(paid.link, paid.rel) for paid in await find(article_id)]


async def _find(article_id: UUID, dropped: str) -> list[PaidLink]:
    rows = await fetch(
        "SELECT id, backlink_data->>'target_url' AS target_url, backlink_data->>'keyword' AS keyword, rel FROM orders "  # noqa: S608 - two constants
        f"WHERE article_id = {{}} AND status = 'COMPLETED' AND link_dropped_at {dropped} ORDER BY completed_at",
        article_id,
    )
    return [
        PaidLink(row["id"], Link(row["target_url"], row["keyword"]), "" if row["rel"] == "none" else row["rel"])
        for row in rows
    ]
