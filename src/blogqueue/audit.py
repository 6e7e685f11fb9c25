"""What must always hold (DESIGN.md §4), asked of a live database: each rule gives the ids that break it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from blogqueue import catalogue
from blogqueue.tables import Order
from blogqueue.writing.edits import AppliedEdit, declared_only
from blogqueue.writing.links import links_in


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
        "SELECT p.id FROM purchases p LEFT JOIN orders o ON o.purchase_id = p.id WHERE p.state = 'PAID' AND "
        "(o.id IS NULL OR o.session_id IS DISTINCT FROM p.session_id OR o.price <> p.price "
        " OR o.currency <> p.currency OR (o.payment_data->>'amount')::bigint IS DISTINCT FROM p.price "
        " OR o.payment_data->>'currency' IS DISTINCT FROM upper(p.currency)) "
        "UNION SELECT o.id FROM orders o JOIN purchases p ON p.id = o.purchase_id WHERE p.state <> 'PAID'",
    )


async def _processing_has_one_job() -> list[str]:
    return await _ids(
        "SELECT o.id FROM orders o LEFT JOIN jobs j ON j.order_id = o.id AND j.state IN ('WAITING','DELAYED','ACTIVE') "
        "GROUP BY o.id, o.status HAVING count(j.id) <> CASE o.status WHEN 'PROCESSING' THEN 1 ELSE 0 END",
    )


async def _completed_job_has_its_version() -> list[str]:
    return await _ids(
        "SELECT j.id FROM jobs j LEFT JOIN article_versions v ON v.job_id = j.id "
        "GROUP BY j.id, j.state HAVING count(v.id) <> CASE j.state WHEN 'COMPLETED' THEN 1 ELSE 0 END",
    )


async def _versions_differ_only_by_their_edit() -> list[str]:
    rows = await Order.raw(
        "SELECT v.id, v.content_md AS after, b.content_md AS before, v.backlink_metadata->'edit' AS edit "
        "FROM article_versions v LEFT JOIN article_versions b "
        "  ON b.id = (v.backlink_metadata->>'base_article_version_id')::uuid WHERE v.backlink_metadata IS NOT NULL",
    )
    return [
        str(row["id"])
        for row in rows
        if row["before"] is None
        or not declared_only(row["before"], row["after"], AppliedEdit(**msgspec.json.decode(row["edit"])))
    ]


async def _live_texts_carry_every_paid_link() -> list[str]:
    rows = await Order.raw(
        "SELECT DISTINCT a.id, v.content_md FROM orders o JOIN articles a ON a.id = o.article_id "
        "JOIN article_versions v ON v.id = a.selected_version_id WHERE o.status = 'COMPLETED'",
    )
    broken: list[str] = []
    for row in rows:
        live = links_in(row["content_md"])
        if any(live.count(link) != 1 for link, _ in await catalogue.paid_links(row["id"])):
            broken.append(str(row["id"]))
    return broken


async def _no_order_completed_and_refunded() -> list[str]:
    return await _ids(
        "SELECT id FROM orders WHERE status = 'COMPLETED' AND refund_state <> 'NONE' "
        "UNION SELECT o.id FROM orders o LEFT JOIN refunds r ON r.order_id = o.id "
        "WHERE o.refund_state IS DISTINCT FROM COALESCE(r.state, 'NONE')",
    )


async def _letters_go_out() -> list[str]:
    return await _ids(
        "SELECT id FROM letters WHERE (state = 'SENT') <> (sent_at IS NOT NULL) OR "
        "(state = 'FAILED' AND error = '') OR "
        "(state = 'WAITING' AND run_at < clock_timestamp() - interval '2 minutes' "
        "   AND (lease_until IS NULL OR lease_until < clock_timestamp() - interval '2 minutes')) OR "
        "(state = 'SENDING' AND lease_until < clock_timestamp() - interval '2 minutes')",
    )


async def _nothing_sits_still() -> list[str]:
    return await _ids(
        "SELECT id FROM jobs WHERE (state IN ('WAITING', 'DELAYED') AND sent_at IS NULL "
        "   AND run_at < clock_timestamp() - interval '2 minutes') "
        "OR (state = 'ACTIVE' AND lease_until < clock_timestamp() - interval '2 minutes') "
        "UNION SELECT id::text FROM orders WHERE status = 'FAILED' AND refund_state = 'NONE' AND NOT frozen "
        "   AND (refund_due_at IS NULL OR refund_due_at < clock_timestamp() - interval '2 minutes')",
    )


RULES: list[tuple[int, str, Callable[[], Awaitable[list[str]]]]] = [
    (1, "a paid checkout session has exactly one order, for the amount and currency asked", _paid_has_its_order),
    (2, "a PROCESSING order has exactly one open job, any other order none", _processing_has_one_job),
    (3, "a completed job has exactly one version, any other job none", _completed_job_has_its_version),
    (4, "a version differs from its base only inside its edit", _versions_differ_only_by_their_edit),
    (
        5,
        "a live article carries each COMPLETED order's link exactly once",
        _live_texts_carry_every_paid_link,
    ),
    (6, "no order is COMPLETED and refunded, and refunds are what their orders say", _no_order_completed_and_refunded),
    (7, "every letter is sent once, on its way, or marked failed with a reason", _letters_go_out),
    (8, "no order or job sits still", _nothing_sits_still),
]
