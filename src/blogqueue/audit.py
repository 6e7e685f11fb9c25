"""What must always hold (DESIGN.md §4), asked of a live database: each rule gives the ids that break it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from blogqueue.catalogue import offers
from blogqueue.db import history
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.states import ArticleStatus
from blogqueue.writing.link_edit.edits import AppliedEdit, differs_only_by_edit
from blogqueue.writing.markdown.rendering import find_lost_links


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, and the ids that break it."""

    number: int
    rule: str
    offenders: list[str]


async def audit() -> list[Finding]:
    """Every rule's finding, in order; all is well if none has offenders."""
    return [Finding(number, rule, await check()) for number, rule, check in RULES]


async def _ids(sql: str) -> list[str]:
    return [str(row["id"]) for row in await Order.raw(sql)]


async def _paid_has_its_order() -> list[str]:
    return await _ids(
        # What an operator accepted is not as asked; the order says what was paid all the same.
        "SELECT p.id FROM purchases p LEFT JOIN orders o ON o.purchase_id = p.id "
        "LEFT JOIN held_payments h ON h.session_id = o.session_id AND h.state = 'ACCEPTED' WHERE p.state = 'PAID' AND "
        "(o.id IS NULL OR o.session_id IS DISTINCT FROM p.session_id "
        " OR (h.session_id IS NULL AND (o.price <> p.price OR o.currency <> upper(p.currency))) "
        " OR (o.payment_data->>'amount')::bigint IS DISTINCT FROM o.price "
        " OR o.payment_data->>'currency' IS DISTINCT FROM o.currency) "
        "UNION SELECT h.purchase_id FROM held_payments h LEFT JOIN orders o ON o.session_id = h.session_id "
        "WHERE (h.state = 'ACCEPTED') <> (o.id IS NOT NULL) "
        "UNION SELECT o.id FROM orders o JOIN purchases p ON p.id = o.purchase_id WHERE p.state <> 'PAID'",
    )


async def _processing_has_one_job() -> list[str]:
    return await _ids(
        "SELECT o.id FROM orders o LEFT JOIN jobs j ON j.order_id = o.id AND j.state IN ('WAITING','DELAYED','ACTIVE') "
        "GROUP BY o.id HAVING count(j.id) <> CASE WHEN o.status = 'PROCESSING' AND NOT o.on_hold THEN 1 ELSE 0 END",
    )


async def _completed_job_has_its_version() -> list[str]:
    return await _ids(
        "SELECT j.id FROM jobs j LEFT JOIN article_versions v ON v.job_id = j.id "
        "GROUP BY j.id, j.state HAVING count(v.id) <> CASE j.state WHEN 'COMPLETED' THEN 1 ELSE 0 END",
    )


async def _versions_differ_only_by_their_edit() -> list[str]:
    rows = await Order.raw(
        "SELECT v.id, v.content_md AS after, b.content_md AS before, v.backlink_metadata->'edit' AS edit "
        "FROM article_versions v LEFT JOIN orders o ON o.id = v.order_id LEFT JOIN article_versions b "
        "  ON b.id::text = v.backlink_metadata->>'base_article_version_id' "
        "  AND b.article_id = v.article_id AND b.version_num < v.version_num "
        # A whole article that was written for an order has no base; later edits of it have.
        "WHERE o.kind = 'backlink' OR (o.id IS NULL AND v.backlink_metadata IS NOT NULL)",
    )
    return [
        str(row["id"])
        for row in rows
        if row["before"] is None
        or row["edit"] is None
        or not differs_only_by_edit(row["before"], row["after"], AppliedEdit(**msgspec.json.decode(row["edit"])))
    ]


async def _live_texts_carry_every_paid_link() -> list[str]:
    rows = await Order.raw(
        "SELECT DISTINCT a.id, a.status, COALESCE(v.content_md, '') AS content_md FROM orders o "
        "JOIN articles a ON a.id = o.article_id LEFT JOIN article_versions v ON v.id = a.selected_version_id "
        "WHERE o.status = 'COMPLETED'",
    )
    # A link's rel is rendered from its order's row, which keeps what was sold.
    broken = await _ids(
        "SELECT o.id FROM orders o JOIN purchases p ON p.id = o.purchase_id WHERE o.rel IS DISTINCT FROM p.rel",
    )
    for row in rows:
        paid = await offers.paid_orders(row["id"])
        lost = find_lost_links(row["content_md"], [(one.link, one.rel) for one in paid])
        broken += [str(one.order_id) for one in paid if one.link in lost]
        if row["status"] != ArticleStatus.PUBLISHED:
            broken += [str(one.order_id) for one in paid if not await _said_taken_down(one.order_id)]
    return broken


async def _said_taken_down(order_id: UUID) -> bool:
    """Whether an order's history says that its article is off the site."""
    rows = (
        await OrderEvent.select(OrderEvent.action)
        .where(OrderEvent.order_id == order_id, OrderEvent.action.is_in([history.TAKEN_DOWN, history.PUT_BACK]))
        .order_by(OrderEvent.id, ascending=False)
        .limit(1)
    )
    return [row["action"] for row in rows] == [history.TAKEN_DOWN]


async def _no_order_completed_and_refunded() -> list[str]:
    return await _ids(
        "SELECT id FROM orders WHERE status <> 'FAILED' AND refund_state <> 'NONE' "
        "UNION SELECT o.id FROM orders o LEFT JOIN refunds r ON r.order_id = o.id "
        "WHERE o.refund_state IS DISTINCT FROM COALESCE(r.state, 'NONE') "
        "   OR r.amount <> o.price OR r.currency <> o.currency "
        # What the bank took back, or somebody gave back by hand, is not sent as well.
        "   OR (o.failure_reason = 'payment_reversed' AND r.state = 'INITIATED' AND r.stripe_refund_id IS NULL) "
        "   OR (r.state = 'SUCCEEDED' AND r.stripe_refund_id IS NULL)",
    )


async def _history_is_whole() -> list[str]:
    return await _ids(
        # An order's newest line with a status says the one it has; an article's live text was published by a line.
        "SELECT o.id FROM orders o LEFT JOIN LATERAL (SELECT to_status FROM order_events e "
        "    WHERE e.order_id = o.id AND e.to_status <> '' ORDER BY e.id DESC LIMIT 1) latest ON true "
        "WHERE latest.to_status IS DISTINCT FROM o.status "
        "UNION SELECT a.id FROM articles a WHERE a.selected_version_id IS NOT NULL AND NOT EXISTS "
        "   (SELECT FROM order_events e WHERE e.article_id = a.id "
        "    AND e.detail LIKE '%' || a.selected_version_id || '%')",
    )


async def _emails_go_out() -> list[str]:
    return await _ids(
        "SELECT id FROM emails WHERE (state = 'SENT') <> (sent_at IS NOT NULL) OR "
        "(state = 'FAILED' AND error = '') OR "
        "(state = 'WAITING' AND run_at < clock_timestamp() - interval '2 minutes' "
        "   AND (lease_until IS NULL OR lease_until < clock_timestamp() - interval '2 minutes')) OR "
        "(state = 'SENDING' AND lease_until < clock_timestamp() - interval '2 minutes')",
    )


async def _nothing_sits_still() -> list[str]:
    return await _ids(
        # The minute's sweep notes of every due job that the broker knows of it: whoever waits longer is forgotten.
        "SELECT id FROM jobs WHERE (state IN ('WAITING', 'DELAYED') AND run_at < clock_timestamp() - interval '2 min' "
        "   AND (sent_at IS NULL OR sent_at < clock_timestamp() - interval '2 min')) "
        "OR (state = 'ACTIVE' AND lease_until < clock_timestamp() - interval '2 minutes') "
        "UNION SELECT order_id::text FROM refunds "
        "   WHERE state = 'INITIATED' AND run_at < clock_timestamp() - interval '5 minutes' "
        "UNION SELECT id::text FROM orders WHERE status = 'FAILED' AND refund_state = 'NONE' AND NOT on_hold "
        "   AND failure_reason IS DISTINCT FROM 'payment_reversed' "
        "   AND (refund_due_at IS NULL OR refund_due_at < clock_timestamp() - interval '2 minutes')",
    )


RULES: list[tuple[int, str, Callable[[], Awaitable[list[str]]]]] = [
    (1, "a paid checkout session has exactly one order, for the amount and currency asked", _paid_has_its_order),
    (
        2,
        "a PROCESSING order that is not on hold has exactly one open job, any other order none",
        _processing_has_one_job,
    ),
    (3, "a completed job has exactly one version, any other job none", _completed_job_has_its_version),
    (4, "a version differs from its base only inside its edit", _versions_differ_only_by_their_edit),
    (
        5,
        "each COMPLETED order's link is live exactly once, unless its history says that it was dropped or taken down",
        _live_texts_carry_every_paid_link,
    ),
    (6, "only FAILED orders are refunded, once and in full, as they say", _no_order_completed_and_refunded),
    (7, "every letter is sent once, on its way, or marked failed with a reason", _emails_go_out),
    (8, "no order, job or refund sits still", _nothing_sits_still),
    (9, "every status and every live text has its line of history", _history_is_whole),
]
