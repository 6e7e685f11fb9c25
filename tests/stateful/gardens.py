"""The articles of the market: their texts, and what editors change in them."""

import json
from typing import Any
from uuid import UUID

from blogqueue.db.engine import DB
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.orders import Order
from blogqueue.states import ArticleStatus
from blogqueue.writing.markdown.links import Link

PARAGRAPH = (
    "Paragraph {n} speaks of soil and of those who dig in it, of leaves and straw, of rain and sun and all the small "
    "animals that make a garden what it is, season after season, whether or not anybody looks."
)
ORDER_OF_PARAGRAPHS = (1, 2, 3, 4, 5, 3, 6, 7, 8)
"""The third one is there twice: nobody can tell which of the two an edit changed."""
TEXT = "# A garden\n\n" + "\n\n".join(PARAGRAPH.format(n=n) for n in ORDER_OF_PARAGRAPHS) + "\n"
HIDES, SHOWS = "{% comment %}", "{% endcomment %}"


async def rows(query: Any) -> list[dict[str, Any]]:
    return await query


async def leases_run_out() -> None:
    await DB.run_ddl("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'ACTIVE'")


async def is_down(article_id: UUID) -> bool:
    return await Article.exists().where(Article.id == article_id, Article.status == ArticleStatus.UNPUBLISHED)


async def live(article_id: UUID) -> str:
    chosen = await Article.select(Article.selected_version_id).where(Article.id == article_id)
    rows = await ArticleVersion.select(ArticleVersion.content_md).where(
        ArticleVersion.id == chosen[0]["selected_version_id"]
    )
    return rows[0]["content_md"]


SOLD = """
SELECT o.id, o.backlink_data, v.backlink_metadata->'edit' AS edit, base.content_md AS base,
    first_base.content_md AS first_base
FROM orders o JOIN article_versions v ON v.id = o.version_id
JOIN article_versions base ON base.id::text = v.backlink_metadata->>'base_article_version_id'
CROSS JOIN LATERAL (SELECT b.content_md FROM article_versions made JOIN article_versions b
    ON b.id::text = made.backlink_metadata->>'base_article_version_id'
    WHERE made.order_id = o.id AND made.job_id IS NOT NULL ORDER BY made.version_num DESC LIMIT 1) first_base
WHERE o.article_id = {} AND o.status = 'COMPLETED' AND (o.link_dropped_at IS NOT NULL) = {} ORDER BY o.completed_at
"""


async def sold(article_id: UUID, *, dropped: bool = False) -> list[dict[str, Any]]:
    """Return an article's COMPLETED orders, each with its edit, the edit's base, and the base of its job's edit."""
    found = await Order.raw(SOLD, article_id, dropped)
    return [row | {name: json.loads(row[name]) for name in ("backlink_data", "edit")} for row in found]


def link(order: dict[str, Any]) -> Link:
    return Link(order["backlink_data"]["target_url"], order["backlink_data"]["keyword"])


def sentence(order: dict[str, Any]) -> str:
    """Return what an order's edit added to its paragraph, whether it appended that or replaced the paragraph."""
    text = order["edit"]["text"]
    return f" {text}" if order["edit"]["mode"] == "append" else text.rpartition("anybody looks.")[2]


def blocks_of(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n\n")


def text_of(blocks: list[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def edited(text: str, n: int) -> str:
    """Change one word of a paragraph, or change it back."""
    speaks, tells = f"Paragraph {n} speaks", f"Paragraph {n} tells"
    return text.replace(speaks, tells, 1) if speaks in text else text.replace(tells, speaks, 1)


def moved(text: str, start: int, to: int) -> str:
    blocks = blocks_of(text)
    blocks.insert(to, blocks.pop(start))
    return text_of(blocks)


def hidden(text: str, n: int) -> str:
    """Put a paragraph between a template's tags; if one is hidden already, show it again."""
    blocks = blocks_of(text)
    if HIDES in blocks:
        return text_of([block for block in blocks if block not in {HIDES, SHOWS}])
    return text_of([*blocks[:n], HIDES, blocks[n], SHOWS, *blocks[n + 1 :]])
