"""What must always hold, checked on a live database: each rule lists the ids of the rows that break it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec

from blogqueue.catalogue import paid_links, row_edits, slots
from blogqueue.db import history
from blogqueue.db.engine import stream
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.jobs.workers import LOST_AFTER_SECONDS
from blogqueue.states import ArticleStatus
from blogqueue.writing.link_edit.edits import AppliedEdit, differs_only_by_edit
from blogqueue.writing.link_edit.room import count_room
from blogqueue.writing.markdown.article_page import find_lost_links

_PAYMENTS_WITHOUT_THEIR_ORDER = """
SELECT p.id FROM purchases p LEFT JOIN orders o ON o.purchase_id = p.id
LEFT JOIN held_payments h ON h.session_id = o.session_id AND h.state = 'ACCEPTED'
WHERE p.state = 'PAID' AND (o.id IS NULL OR o.session_id IS DISTINCT FROM p.session_id
    OR (h.session_id IS NULL AND (o.price <> p.price OR o.currency <> upper(p.currency)))
    OR (o.payment_data->>'amount')::bigint IS DISTINCT FROM o.price
    OR o.payment_data->>'currency' IS DISTINCT FROM o.currency)
UNION SELECT h.purchase_id FROM held_payments h LEFT JOIN orders o ON o.session_id = h.session_id
WHERE (h.state = 'ACCEPTED') <> (o.id IS NOT NULL)
UNION SELECT o.id FROM orders o JOIN purchases p ON p.id = o.purchase_id WHERE p.state <> 'PAID'
UNION SELECT id FROM orders
WHERE purchase_id IS NULL AND (session_id IS NOT NULL OR price <> 0 OR payment_data ? 'amount')
"""
"""PAID purchases without an order for their session, amount and currency; held payments with an order although not
ACCEPTED, or the reverse; orders of purchases that are not PAID; editors' orders, which nobody pays for, with a
price or a payment. An accepted payment may differ from its purchase.
"""

_ORDERS_WITH_A_WRONG_NUMBER_OF_JOBS = """
SELECT o.id FROM orders o LEFT JOIN jobs j ON j.order_id = o.id AND j.state IN ('WAITING','DELAYED','ACTIVE')
GROUP BY o.id HAVING count(j.id) <> CASE WHEN o.status = 'PROCESSING' AND NOT o.on_hold THEN 1 ELSE 0 END
"""
"""PROCESSING orders that are not on hold without exactly one open job; other orders with one."""

_JOBS_WITH_A_WRONG_NUMBER_OF_VERSIONS = """
SELECT j.id FROM jobs j LEFT JOIN article_versions v ON v.job_id = j.id
GROUP BY j.id, j.state HAVING count(v.id) <> CASE j.state WHEN 'COMPLETED' THEN 1 ELSE 0 END
"""
"""COMPLETED jobs without exactly one version; other jobs with one."""

_EDITED_VERSIONS = """
SELECT v.id, v.content_md AS after, b.content_md AS before, v.backlink_metadata->'edit' AS edit
FROM article_versions v LEFT JOIN orders o ON o.id = v.order_id
LEFT JOIN article_versions b ON b.id::text = v.backlink_metadata->>'base_article_version_id'
    AND b.article_id = v.article_id AND b.version_num < v.version_num
WHERE o.kind = 'backlink' OR (o.id IS NULL AND v.backlink_metadata IS NOT NULL)
"""
"""The versions that an edit made, with the edit and the text before it; an article written for an order has no base."""

_ARTICLES_WITH_COMPLETED_ORDERS = """
SELECT a.id, a.status, COALESCE(v.content_md, '') AS content_md
FROM articles a LEFT JOIN article_versions v ON v.id = a.selected_version_id
WHERE EXISTS (SELECT FROM orders o WHERE o.article_id = a.id AND o.status = 'COMPLETED')
"""
"""The live texts that have to contain paid links."""

_ORDERS_WITH_ANOTHER_REL = """
SELECT o.id FROM orders o JOIN purchases p ON p.id = o.purchase_id WHERE o.rel IS DISTINCT FROM p.rel
"""
"""Orders whose `rel` is not the one that was sold; the link's `rel` is rendered from the order's row."""

_WRONG_REFUNDS = """
SELECT id FROM orders WHERE status <> 'FAILED' AND refund_state <> 'NONE'
UNION SELECT o.id FROM orders o LEFT JOIN refunds r ON r.order_id = o.id
WHERE o.refund_state IS DISTINCT FROM COALESCE(r.state, 'NONE')
OR r.amount <> o.price OR r.currency <> o.currency
OR (o.failure_reason = 'payment_reversed' AND r.state = 'INITIATED' AND r.stripe_refund_id IS NULL)
OR (r.state = 'SUCCEEDED' AND r.stripe_refund_id IS NULL)
"""
"""Refunds of orders that are not FAILED, with another amount or state than the order's, of payments that were charged
back or refunded by hand in Stripe, or that succeeded without Stripe.
"""

_WRONG_EMAILS = """
SELECT id FROM emails WHERE (state = 'SENT') <> (sent_at IS NOT NULL) OR (state = 'FAILED' AND error = '')
OR (state = 'WAITING' AND run_at < clock_timestamp() - interval '2 minutes'
    AND (lease_until IS NULL OR lease_until < clock_timestamp() - interval '2 minutes'))
OR (state = 'SENDING' AND lease_until < clock_timestamp() - interval '2 minutes')
"""
"""SENT emails without a time, FAILED ones without a reason, and emails that nobody has sent for two minutes."""

_STUCK = f"""
SELECT id FROM jobs WHERE ((state IN ('WAITING', 'DELAYED') AND run_at < clock_timestamp() - interval '2 min'
    AND (sent_at IS NULL OR sent_at < clock_timestamp() - interval '2 min'))
    OR (state = 'ACTIVE' AND lease_until < clock_timestamp() - interval '2 minutes'))
    AND NOT EXISTS (SELECT FROM paused_queues WHERE paused_queues.queue = jobs.queue)
    AND NOT EXISTS (SELECT FROM breakers WHERE opened_at IS NOT NULL)
UNION SELECT DISTINCT j.queue FROM jobs j
    WHERE j.state IN ('WAITING', 'DELAYED', 'ACTIVE')
    AND j.created_at < clock_timestamp() - interval '{LOST_AFTER_SECONDS} seconds'
    AND NOT EXISTS (SELECT FROM paused_queues p WHERE p.queue = j.queue)
    AND NOT EXISTS (SELECT FROM workers w WHERE w.queues ? j.queue
                    AND w.seen_at > clock_timestamp() - interval '{LOST_AFTER_SECONDS} seconds')
UNION SELECT r.order_id::text FROM refunds r JOIN orders o ON o.id = r.order_id
    WHERE r.state = 'INITIATED' AND r.run_at < clock_timestamp() - interval '5 minutes'
    AND (r.stripe_refund_id IS NOT NULL OR NOT o.on_hold)
UNION SELECT id::text FROM orders WHERE status = 'FAILED' AND refund_state = 'NONE' AND NOT on_hold
    AND purchase_id IS NOT NULL AND failure_reason IS DISTINCT FROM 'payment_reversed'
    AND (refund_due_at IS NULL OR refund_due_at < clock_timestamp() - interval '2 minutes')
"""  # noqa: S608 - built from a constant
"""Due jobs that the broker has not known of for two minutes (the sweep notes every minute which ones it knows), jobs
whose lease is long over, unless their queue is paused or the model's provider is out; queues with jobs that nobody
has worked on for 30 s, as `/health/ready` says too; refunds that are long due and wait for no
dispute, and FAILED orders whose refund should have begun.
"""

_ARTICLES_WITH_SLOTS_IN_USE = f"""
SELECT * FROM (
    SELECT a.id, v.content_md,
        (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {slots.OPEN} AND NOT EXISTS (
            SELECT FROM order_events e WHERE e.order_id = orders.id AND e.action = {{}}))
        + (SELECT count(*) FROM purchases WHERE purchases.article_id = a.id AND {slots.HELD}) AS in_use
    FROM articles a JOIN article_versions v ON v.id = a.selected_version_id) found
WHERE in_use > 0
"""  # noqa: S608 - constants, no input
"""The live texts of articles with open orders or holds, and how many those are."""

_NOT_EXCLUSIVE = f"""
SELECT a.id FROM {row_edits.EXCLUSIVE_ORDERS} JOIN articles a ON a.id = o.article_id WHERE NOT a.exclusive
"""  # noqa: S608 - a constant
"""Articles that sell links to others, although a customer has paid for none but their own."""

_WITHOUT_HISTORY = """
SELECT o.id FROM orders o LEFT JOIN LATERAL (SELECT to_status FROM order_events e
    WHERE e.order_id = o.id AND e.to_status <> '' ORDER BY e.id DESC LIMIT 1) latest ON true
WHERE latest.to_status IS DISTINCT FROM o.status
UNION SELECT a.id FROM articles a WHERE a.selected_version_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM order_events e WHERE e.article_id = a.id AND e.detail LIKE '%' || a.selected_version_id || '%')
"""
"""Orders whose newest line of history has another status, and live texts that no line of history names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, and the ids that break it."""

    number: int
    rule: str
    offenders: list[str]


async def audit() -> list[Finding]:
    """Check every rule, and return the findings in the rules' order; without offenders all is well."""
    return [Finding(number, rule, await check()) for number, rule, check in RULES]


async def _select_ids(statement: str) -> list[str]:
    return [str(row["id"]) for row in await Order.raw(statement)]


async def _find_versions_changed_elsewhere() -> list[str]:
    """Return the versions that differ from their base outside their edit."""
    return [
        str(row["id"])
        async for row in stream(_EDITED_VERSIONS)
        if row["before"] is None
        or row["edit"] is None
        or not differs_only_by_edit(row["before"], row["after"], AppliedEdit(**msgspec.json.decode(row["edit"])))
    ]


async def _find_lost_paid_links() -> list[str]:
    """Return the orders whose link is not live exactly once, or has another `rel` than the one that was sold."""
    broken = await _select_ids(_ORDERS_WITH_ANOTHER_REL)
    async for article in stream(_ARTICLES_WITH_COMPLETED_ORDERS):
        paid = await paid_links.find(article["id"])
        lost = find_lost_links(article["content_md"], [(one.link, one.rel) for one in paid])
        broken += [str(one.order_id) for one in paid if one.link in lost]
        if article["status"] != ArticleStatus.PUBLISHED:
            broken += [str(one.order_id) for one in paid if not await _was_taken_down(one.order_id)]
    return broken


async def _find_without_room() -> list[str]:
    """Return the articles with more open orders and holds than their live text has room for, counted anew.

    Orders from which an editor has taken the room, with a reason, do not count.
    """
    return [
        str(row["id"])
        async for row in stream(_ARTICLES_WITH_SLOTS_IN_USE, history.ROOM_TAKEN)
        if row["in_use"] > count_room(row["content_md"], [one.link for one in await paid_links.find(row["id"])])
    ]


async def _was_taken_down(order_id: UUID) -> bool:
    """Return whether an order's history says that its article is taken down."""
    latest = (
        await OrderEvent.select(OrderEvent.action)
        .where(OrderEvent.order_id == order_id, OrderEvent.action.is_in([history.TAKEN_DOWN, history.PUT_BACK]))
        .order_by(OrderEvent.id, ascending=False)
        .first()
    )
    return latest is not None and latest["action"] == history.TAKEN_DOWN


RULES: list[tuple[int, str, Callable[[], Awaitable[list[str]]]]] = [
    (
        1,
        "a paid Checkout Session has exactly one order, for the amount and currency asked, or is a held payment",
        partial(_select_ids, _PAYMENTS_WITHOUT_THEIR_ORDER),
    ),
    (
        2,
        "a PROCESSING order that is not on hold has exactly one open job, any other order none",
        partial(_select_ids, _ORDERS_WITH_A_WRONG_NUMBER_OF_JOBS),
    ),
    (
        3,
        "a completed job has exactly one version, any other job none",
        partial(_select_ids, _JOBS_WITH_A_WRONG_NUMBER_OF_VERSIONS),
    ),
    (4, "a version differs from its base only inside its declared edit", _find_versions_changed_elsewhere),
    (
        5,
        "the link of every COMPLETED order is live exactly once, unless its history says it was dropped or taken down",
        _find_lost_paid_links,
    ),
    (6, "only FAILED orders are refunded, once and in full", partial(_select_ids, _WRONG_REFUNDS)),
    (7, "every email is sent once, on its way, or failed with a reason", partial(_select_ids, _WRONG_EMAILS)),
    (
        8,
        "no order, job or refund is stuck, and somebody works on every queue that has jobs",
        partial(_select_ids, _STUCK),
    ),
    (9, "every status and every live text has its line of history", partial(_select_ids, _WITHOUT_HISTORY)),
    (10, "no article has more slots sold and held than its text has room for", _find_without_room),
    (11, "an article that a customer paid to be exclusive is exclusive", partial(_select_ids, _NOT_EXCLUSIVE)),
]
"""The number and sentence of each rule, as an operator reads them, and the function that finds what breaks it."""
