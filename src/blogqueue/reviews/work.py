"""How much work waits for an editor, in one look: the numbers at the top of the desk."""

import msgspec

from blogqueue.db.tables.orders import Order
from blogqueue.emails.emails import ERASED

COUNTED = 1_000
"""At most so many failed orders and emails are counted, so that the desk stays fast when very many have failed."""

_COUNT = f"""
SELECT (SELECT count(*) FROM orders WHERE status = 'ADMIN_REVIEW') AS to_review,
       (SELECT count(*) FROM orders o JOIN articles a ON a.id = o.article_id
        WHERE o.status = 'ADMIN_REVIEW' AND o.kind = 'backlink' AND a.status <> 'PUBLISHED') AS blocked,
       (SELECT count(*) FROM (
            SELECT FROM orders WHERE status = 'FAILED' AND refund_state <> 'SUCCEEDED'
                AND failure_reason IS DISTINCT FROM 'payment_reversed'
                AND (purchase_id IS NOT NULL OR failure_reason = 'job_failed') LIMIT {COUNTED}) AS found) AS failed,
       (SELECT count(*) FROM held_payments WHERE state IN ('HELD', 'RETURNING')) AS held,
       (SELECT count(*) FROM orders WHERE on_hold) AS disputed,
       (SELECT count(*) FROM (
            SELECT FROM emails WHERE state = 'FAILED' AND "to" <> '{ERASED}' LIMIT {COUNTED}) AS found) AS failed_emails
"""  # noqa: S608 - a constant, no input
"""With its limits as constants, PostgreSQL knows what it costs, and need not plan it again each time."""


class Work(msgspec.Struct, frozen=True):
    """What waits for an editor's decision.

    `blocked` are those in review that cannot be published, because their article was taken down: an editor puts it
    back, or rejects them. `failed` are orders that are not refunded, `held` payments without an order, `disputed`
    orders on hold.
    """

    to_review: int
    blocked: int
    failed: int
    held: int
    disputed: int
    failed_emails: int


async def count() -> Work:
    """Count what waits."""
    return msgspec.convert((await Order.raw(_COUNT))[0], Work)
