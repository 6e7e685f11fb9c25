"""What lies on an editor's desk: the orders that wait for a word, and the file of one. Nothing is changed here."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue import catalogue, orders, reviews, versions
from blogqueue.errors import NotFoundError
from blogqueue.tables import Article, ArticleVersion, Order, OrderEvent
from blogqueue.writing.edits import AppliedEdit, declared_only, reapply
from blogqueue.writing.links import Link
from blogqueue.writing.rendering import lost_links

SHOWN = 100

_WAITING = """
SELECT o.id, o.customer_email, o.price, o.currency, o.frozen, o.backlink_data->>'target_url' AS target_url,
       o.backlink_data->>'keyword' AS anchor_text, a.title, d.host, v.last_qc_status AS qc,
       s.at AS since, EXTRACT(EPOCH FROM clock_timestamp() - s.at)::bigint AS seconds
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
JOIN article_versions v ON v.id = o.version_id
CROSS JOIN LATERAL (SELECT max(at) AS at FROM order_events e WHERE e.order_id = o.id AND to_status = 'ADMIN_REVIEW') s
WHERE o.status = 'ADMIN_REVIEW' ORDER BY s.at, o.id
"""


class Waiting(msgspec.Struct, frozen=True):
    """An order in review; `seconds` since it was submitted."""

    id: UUID
    customer_email: str
    price: int
    currency: str
    frozen: bool
    target_url: str
    anchor_text: str
    title: str
    host: str
    qc: str | None
    since: datetime
    seconds: int


class File(msgspec.Struct, frozen=True):
    """All that an editor needs to know of one order; `outlook` says what approving it would do now.

    `sound`: outside the declared edit the version is byte for byte its base; a new article, which has neither, carries
    its link exactly once.
    """

    order: Order
    article: Article
    host: str
    version: ArticleVersion
    base: ArticleVersion | None
    edit: AppliedEdit | None
    sound: bool
    outlook: str
    others: list[dict[str, Any]]
    paid: list[tuple[Link, str]]
    history: list[dict[str, Any]]


async def waiting() -> list[Waiting]:
    """The orders that wait, oldest first, as many as a page shows."""
    return msgspec.convert(await Order.raw(f"{_WAITING} LIMIT {SHOWN}"), list[Waiting])


async def after(order_id: UUID) -> UUID | None:
    """The next order that waits: the one behind this, else the oldest; None if no other does."""
    ids = [one.id for one in await waiting()]
    if order_id in ids:
        at = ids.index(order_id)
        ids = ids[at + 1 :] + ids[:at]
    return ids[0] if ids else None


async def file(order_id: UUID) -> File:
    """The file of an order that has a version, in whatever status it is. Raises NotFoundError."""
    order = await orders.get(order_id)
    if order.version_id is None:
        raise NotFoundError("version of this order")
    version = await versions.get(order.version_id)
    article = await Article.objects(Article.domain_id).get(Article.id == order.article_id)
    if article is None:
        raise NotFoundError("article")
    bought = await reviews.wanted(order)
    own = (bought.link, bought.rel)
    base, edit = await _made_of(version)
    if base is None or edit is None:
        sound, outlook = not lost_links(version.content_md, [own]), "as it is"
    else:
        sound, outlook = declared_only(base.content_md, version.content_md, edit), await _outlook(article, base, edit)
    return File(
        order=order,
        article=article,
        host=article.domain_id.host,
        version=version,
        base=base,
        edit=edit,
        sound=sound,
        outlook=outlook,
        others=await _others(order),
        paid=[*(pair for pair in await catalogue.paid_links(order.article_id) if pair[0] != bought.link), own],
        history=await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id),
    )


async def _made_of(version: ArticleVersion) -> tuple[ArticleVersion | None, AppliedEdit | None]:
    """The version that a version's edit was made to, and the edit; neither for a whole article."""
    metadata: dict[str, Any] = version.backlink_metadata
    if "edit" not in metadata:
        return None, None
    return await versions.get(UUID(metadata["base_article_version_id"])), AppliedEdit(**metadata["edit"])


async def _outlook(article: Article, base: ArticleVersion, edit: AppliedEdit) -> str:
    """What becomes of an approval: "as it is", "onto the newer text", or "again" (another job)."""
    if article.selected_version_id == base.id:
        return "as it is"
    live = await versions.get(article.selected_version_id)
    return "onto the newer text" if reapply(live.content_md, edit) else "again"


async def _others(order: Order) -> list[dict[str, Any]]:
    """The article's other orders that have, or may yet get, a link in it."""
    return await Order.raw(
        "SELECT id, status, rel, link_dropped_at, backlink_data->>'target_url' AS target_url, "
        "backlink_data->>'keyword' AS anchor_text FROM orders "
        "WHERE article_id = {} AND id <> {} AND status <> 'FAILED' ORDER BY created_at",
        order.article_id,
        order.id,
    )
