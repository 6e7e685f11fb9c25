"""What lies on an editor's desk: the orders that wait for a word, those that failed, and the file of one.

Nothing is changed here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import paid_links, versions
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.db.tables.payments import Refund
from blogqueue.errors import NotFoundError
from blogqueue.orders import lifecycle, requirements
from blogqueue.reviews import approval
from blogqueue.states import JobState, OrderStatus, RefundState
from blogqueue.writing.link_edit.edits import AppliedEdit, differs_only_by_edit
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.rendering import find_lost_links

SHOWN = 100
"""How many orders a list shows; it says so when there are more."""

_WAITING = """
SELECT o.id, o.customer_email, o.price, o.currency, o.on_hold, o.backlink_data->>'target_url' AS target_url,
       o.backlink_data->>'keyword' AS anchor_text, a.title, d.host, v.last_qc_status AS qc,
       s.at AS since, EXTRACT(EPOCH FROM clock_timestamp() - s.at)::bigint AS seconds
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
JOIN article_versions v ON v.id = o.version_id
CROSS JOIN LATERAL (
    SELECT max(created_at) AS at FROM order_events e WHERE e.order_id = o.id AND to_status = 'ADMIN_REVIEW') s
WHERE o.status = 'ADMIN_REVIEW' ORDER BY s.at, o.id
"""

_AFTER = """
WITH waiting AS (
    SELECT o.id, (SELECT max(created_at) FROM order_events e
                  WHERE e.order_id = o.id AND to_status = 'ADMIN_REVIEW') AS since
    FROM orders o WHERE o.status = 'ADMIN_REVIEW')
SELECT id FROM waiting WHERE id <> {}
ORDER BY COALESCE((since, id) > (SELECT since, id FROM waiting WHERE id = {}), true) DESC, since, id LIMIT 1
"""

_UNPAID_BACK = "o.status = 'FAILED' AND o.refund_state <> 'SUCCEEDED'"
"""As the index `orders_not_refunded` has it."""

_FAILED = f"""
SELECT o.id, o.customer_email, o.price, o.currency, o.on_hold, o.failure_reason, o.refund_state, o.refund_due_at,
       COALESCE(r.error, '') AS refund_error, a.title, d.host,
       s.at AS since, EXTRACT(EPOCH FROM clock_timestamp() - s.at)::bigint AS seconds
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
LEFT JOIN refunds r ON r.order_id = o.id
CROSS JOIN LATERAL (SELECT max(created_at) AS at FROM order_events e WHERE e.order_id = o.id AND to_status = 'FAILED') s
WHERE {_UNPAID_BACK} AND o.failure_reason IS DISTINCT FROM 'payment_reversed' ORDER BY s.at, o.id
"""  # noqa: S608 - both texts are ours


class Waiting(msgspec.Struct, frozen=True):
    """An order in review; `seconds` since it was submitted."""

    id: UUID
    customer_email: str
    price: int
    currency: str
    on_hold: bool
    target_url: str
    anchor_text: str
    title: str
    host: str
    qc: str | None
    since: datetime
    seconds: int


class Failed(msgspec.Struct, frozen=True):
    """An order that failed and whose money is not back yet; `seconds` since it did."""

    id: UUID
    customer_email: str
    price: int
    currency: str
    on_hold: bool
    failure_reason: str | None
    refund_state: str
    refund_due_at: datetime | None
    refund_error: str
    title: str
    host: str
    since: datetime
    seconds: int


class File(msgspec.Struct, frozen=True):
    """All that an editor needs to know of one order; `outlook` says what approving it would do now, if it waits.

    `version` is None before the first was made. `sound`: outside the declared edit the version is byte for byte its
    base; a new article, which has neither, carries its link exactly once. `refund`: its row, if one has begun.
    """

    order: Order
    article: Article
    host: str
    version: ArticleVersion | None
    base: ArticleVersion | None
    edit: AppliedEdit | None
    sound: bool
    outlook: approval.Outlook | None
    refund: dict[str, Any] | None
    may_retry: bool
    may_refund: bool
    others: list[dict[str, Any]]
    paid: list[tuple[Link, str]]
    history: list[dict[str, Any]]


async def waiting() -> list[Waiting]:
    """The orders that wait, oldest first, as many as a page shows."""
    return msgspec.convert(await Order.raw(f"{_WAITING} LIMIT {SHOWN}"), list[Waiting])


async def failed() -> list[Failed]:
    """The orders that failed and whose money is not back yet, oldest first, as many as a page shows."""
    return msgspec.convert(await Order.raw(f"{_FAILED} LIMIT {SHOWN}"), list[Failed])


async def number_waiting() -> int:
    """How many orders wait in all."""
    return await Order.count().where(Order.status == OrderStatus.ADMIN_REVIEW)


async def after(order_id: UUID) -> UUID | None:
    """The next order that waits: the one behind this, else the oldest; None if no other does."""
    rows = await Order.raw(_AFTER, order_id, order_id)
    return rows[0]["id"] if rows else None


async def file(order_id: UUID) -> File:
    """The file of an order, in whatever status it is. Raises NotFoundError."""
    order = await lifecycle.get(order_id)
    article = await Article.objects(Article.domain_id).get(Article.id == order.article_id)
    if article is None:
        raise NotFoundError("article")
    bought = await requirements.of_order(order)
    own = (bought.link, bought.rel)
    version = await versions.get(order.version_id) if order.version_id else None
    base, edit = await _made_of(version) if version else (None, None)
    if version is None:
        sound = False
    elif base is None or edit is None:
        sound = not find_lost_links(version.content_md, [own])
    else:
        sound = differs_only_by_edit(base.content_md, version.content_md, edit)
    judged = version is not None and order.status == OrderStatus.ADMIN_REVIEW
    failed_for_now = order.status == OrderStatus.FAILED and not order.on_hold
    return File(
        order=order,
        article=article,
        host=article.domain_id.host,
        version=version,
        base=base,
        edit=edit,
        sound=sound,
        outlook=await approval.outlook(order, version, article) if version and judged else None,
        refund=await Refund.select().where(Refund.order_id == order.id).first(),
        may_retry=failed_for_now and order.refund_state == RefundState.NONE and await _has_failed_job(order),
        may_refund=failed_for_now and order.refund_state in {RefundState.NONE, RefundState.FAILED},
        others=await _others(order),
        paid=[*(pair for pair in await paid_links.find_pairs(order.article_id) if pair[0] != bought.link), own],
        history=await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id),
    )


async def _has_failed_job(order: Order) -> bool:
    return await Job.exists().where(Job.order_id == order.id, Job.state == JobState.FAILED)


async def _made_of(version: ArticleVersion) -> tuple[ArticleVersion | None, AppliedEdit | None]:
    """The version that a version's edit was made to, and the edit; neither for a whole article."""
    metadata: dict[str, Any] = version.backlink_metadata
    if "edit" not in metadata:
        return None, None
    return await versions.get(UUID(metadata["base_article_version_id"])), AppliedEdit(**metadata["edit"])


async def _others(order: Order) -> list[dict[str, Any]]:
    """The article's other orders that have, or may yet get, a link in it."""
    return await Order.raw(
        "SELECT id, status, rel, link_dropped_at, backlink_data->>'target_url' AS target_url, "
        "backlink_data->>'keyword' AS anchor_text FROM orders "
        "WHERE article_id = {} AND id <> {} AND status <> 'FAILED' ORDER BY created_at",
        order.article_id,
        order.id,
    )
