"""What an editor works through: the orders in review, the failed ones without a refund, and the details of one.

Nothing is changed here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses, articles, paid_links, versions
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.db.tables.payments import Refund
from blogqueue.orders import lifecycle, requirements, search
from blogqueue.reviews import approval, sending_back
from blogqueue.states import ArticleStatus, FailureReason, JobState, OrderStatus, RefundState
from blogqueue.writing.link_edit.edits import AppliedEdit, differs_only_by_edit
from blogqueue.writing.markdown.article_page import find_lost_links
from blogqueue.writing.markdown.links import Link

SHOWN = 100
"""The most orders that a list returns."""

CHECKS = {"passed": "Passed", "doubt": "Needs review", "hold": "On hold", "blocked": "Article taken down"}
"""The queue's filter by the result of the checks, and its names."""

_LIST_WAITING = f"""
SELECT o.id, o.number, o.customer_email, o.price, o.currency, o.on_hold, o.backlink_data->>'target_url' AS target_url,
       o.backlink_data->>'keyword' AS anchor_text, a.title, d.host, v.last_qc_status AS qc,
       o.kind = 'backlink' AND a.status <> 'PUBLISHED' AS is_blocked,
       s.at AS since, EXTRACT(EPOCH FROM clock_timestamp() - s.at)::bigint AS seconds
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
JOIN article_versions v ON v.id = o.version_id
CROSS JOIN LATERAL (
    SELECT max(created_at) AS at FROM order_events e WHERE e.order_id = o.id AND to_status = 'ADMIN_REVIEW') s
WHERE o.status = 'ADMIN_REVIEW' AND {search.FOUND.format(q="{}")} AND ({{}} = '' OR d.host = {{}})
AND CASE {{}} WHEN 'passed' THEN v.last_qc_status = 'APPROVED_BY_AI' AND NOT o.on_hold
    WHEN 'doubt' THEN v.last_qc_status <> 'APPROVED_BY_AI' WHEN 'hold' THEN o.on_hold
    WHEN 'blocked' THEN o.kind = 'backlink' AND a.status <> 'PUBLISHED' ELSE true END
ORDER BY s.at, o.id LIMIT {{}}
"""  # noqa: S608 - constants, no input
"""The orders in review, those that were submitted first coming first; with words, of a host, and by its checks."""

_FIND_NEXT = """
WITH waiting AS (
    SELECT o.id, (SELECT max(created_at) FROM order_events e
                  WHERE e.order_id = o.id AND to_status = 'ADMIN_REVIEW') AS since
    FROM orders o WHERE o.status = 'ADMIN_REVIEW')
SELECT id FROM waiting WHERE id <> {}
ORDER BY COALESCE((since, id) > (SELECT since, id FROM waiting WHERE id = {}), true) DESC, since, id LIMIT 1
"""
"""The order in review that was submitted next after another one, or else the one that was submitted first."""

_LIST_FAILED = """
SELECT o.id, o.number, o.customer_email, o.price, o.currency, o.on_hold, o.failure_reason, o.refund_state,
       o.refund_due_at, COALESCE(r.error, '') AS refund_error, o.purchase_id IS NOT NULL AS is_paid, a.title, d.host,
       s.at AS since, EXTRACT(EPOCH FROM clock_timestamp() - s.at)::bigint AS seconds
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
LEFT JOIN refunds r ON r.order_id = o.id
CROSS JOIN LATERAL (SELECT max(created_at) AS at FROM order_events e WHERE e.order_id = o.id AND to_status = 'FAILED') s
WHERE o.status = 'FAILED' AND o.refund_state <> 'SUCCEEDED' AND o.failure_reason IS DISTINCT FROM 'payment_reversed'
    AND (o.purchase_id IS NOT NULL OR o.failure_reason = 'job_failed')
ORDER BY s.at, o.id LIMIT {}
"""
"""The failed orders that are not refunded, oldest first (index `orders_not_refunded`); not those whose payment was
charged back or refunded by hand in Stripe; of editors' orders, which nobody paid for, only those to be retried.
"""

_LIST_OTHER_LINKS = """
SELECT id, status, rel, link_dropped_at, backlink_data->>'target_url' AS target_url,
       backlink_data->>'keyword' AS anchor_text
FROM orders WHERE article_id = {} AND id <> {} AND status <> 'FAILED' ORDER BY created_at
"""
"""The links that an article's other orders have, or may yet get, in it."""


class WaitingOrder(msgspec.Struct, frozen=True):
    """An order in review; `seconds` since it was submitted. It is blocked while its link's article is taken down."""

    id: UUID
    number: int
    customer_email: str
    price: int
    currency: str
    on_hold: bool
    target_url: str
    anchor_text: str
    title: str
    host: str
    qc: str | None
    is_blocked: bool
    since: datetime
    seconds: int


class FailedOrder(msgspec.Struct, frozen=True):
    """An order that has failed and is not refunded; `seconds` since it failed."""

    id: UUID
    number: int
    customer_email: str
    price: int
    currency: str
    on_hold: bool
    failure_reason: str | None
    refund_state: str
    refund_due_at: datetime | None
    refund_error: str
    is_paid: bool
    title: str
    host: str
    since: datetime
    seconds: int


class ReviewDetails(msgspec.Struct, frozen=True):
    """All that an editor needs to know about one order.

    `version` is None before the first was made; `base` and `edit` are None for a whole article. `is_intact`: the
    version is its base with nothing but the edit, or a whole article that contains its link exactly once. `preview` is
    None unless the order is in review, `refund` (a row) None if none has begun. `live_path` is where readers find the
    article, "" while it is not published.
    """

    order: Order
    article: Article
    host: str
    version: ArticleVersion | None
    base: ArticleVersion | None
    edit: AppliedEdit | None
    is_intact: bool
    preview: approval.ApprovalPreview | None
    refund: dict[str, Any] | None
    can_retry: bool
    can_refund: bool
    can_send_back: bool
    live_path: str
    other_links: list[dict[str, Any]]
    paid_links: list[tuple[Link, str]]
    history: list[dict[str, Any]]


async def list_waiting(words: str = "", *, host: str = "", checks: str = "") -> list[WaitingOrder]:
    """Return the orders in review, the one submitted first coming first, at most SHOWN; of one host, if given.

    `words` are searched for as by `orders.search`; `checks` is one of CHECKS, or "" for all.
    """
    wanted = search.clean(words)
    rows = await Order.raw(_LIST_WAITING, wanted, wanted, host, host, checks, SHOWN)
    return msgspec.convert(rows, list[WaitingOrder])


async def list_hosts() -> list[str]:
    """Return the hosts of all domains, for filters."""
    return [row["host"] for row in await Domain.select(Domain.host).order_by(Domain.host)]


async def list_failed() -> list[FailedOrder]:
    """Return the orders that have failed and are not refunded, oldest first, at most SHOWN."""
    return msgspec.convert(await Order.raw(_LIST_FAILED, SHOWN), list[FailedOrder])


async def count_waiting() -> int:
    """Return how many orders are in review."""
    return await Order.count().where(Order.status == OrderStatus.ADMIN_REVIEW)


async def find_next(order_id: UUID) -> UUID | None:
    """Return the order in review after this one, or else the first one; None if there is no other."""
    rows = await Order.raw(_FIND_NEXT, order_id, order_id)
    return rows[0]["id"] if rows else None


async def get_details(order_id: UUID) -> ReviewDetails:
    """Return the details of an order in any status. Raises NotFoundError."""
    order = await lifecycle.get(order_id)
    article = await articles.get(order.article_id)
    required = await requirements.of_order(order)
    own_link = (required.link, required.rel)
    version = await versions.get(order.version_id) if order.version_id else None
    base, edit = await _get_base_and_edit(version) if version else (None, None)
    is_decidable = version is not None and order.status == OrderStatus.ADMIN_REVIEW
    is_open_failure = order.status == OrderStatus.FAILED and not order.on_hold
    other_paid_links = [pair for pair in await paid_links.find_pairs(order.article_id) if pair[0] != required.link]
    return ReviewDetails(
        order=order,
        article=article,
        host=article.domain_id.host,
        version=version,
        base=base,
        edit=edit,
        is_intact=version is not None and _is_intact(version, base, edit, own_link),
        preview=await approval.preview(order, version, article) if version and is_decidable else None,
        refund=await Refund.select().where(Refund.order_id == order.id).first(),
        can_retry=is_open_failure and order.refund_state == RefundState.NONE and await _has_failed_job(order),
        can_refund=is_open_failure
        and order.purchase_id is not None
        and order.refund_state in {RefundState.NONE, RefundState.FAILED},
        can_send_back=is_decidable and await sending_back.count(order.id) < sending_back.MOST,
        live_path=await addresses.get_path(article.id) if article.status == ArticleStatus.PUBLISHED else "",
        other_links=await Order.raw(_LIST_OTHER_LINKS, order.article_id, order.id),
        paid_links=[*other_paid_links, own_link],
        history=await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id),
    )


def _is_intact(
    version: ArticleVersion, base: ArticleVersion | None, edit: AppliedEdit | None, own_link: tuple[Link, str]
) -> bool:
    if base is None or edit is None:
        return not find_lost_links(version.content_md, [own_link])
    return differs_only_by_edit(base.content_md, version.content_md, edit)


async def _has_failed_job(order: Order) -> bool:
    if order.failure_reason == FailureReason.PAYMENT_REVERSED:
        return False  # its job was cancelled for good
    return await Job.exists().where(Job.order_id == order.id, Job.state.is_in([JobState.FAILED, JobState.CANCELLED]))


async def _get_base_and_edit(version: ArticleVersion) -> tuple[ArticleVersion | None, AppliedEdit | None]:
    """Return the version that a version's edit was made to, and the edit; neither for a whole article."""
    metadata: dict[str, Any] = version.backlink_metadata
    if "edit" not in metadata:
        return None, None
    return await versions.get(UUID(metadata["base_article_version_id"])), AppliedEdit(**metadata["edit"])
