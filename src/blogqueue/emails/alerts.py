"""Alerts to the operator: what a person has to decide or repair. `orders.alert_notices` sends them."""

from datetime import datetime
from uuid import UUID

from blogqueue.db.tables.observation import Alert
from blogqueue.emails.emails import ERASED
from blogqueue.log import hide

KEY_LENGTH, CAUSE_LENGTH, TITLE_LENGTH, DETAIL_LENGTH = 120, 200, 300, 2_000
"""The widths of the columns of `alerts`, and the longest detail."""

REVIEWS, QUEUES, EMAILS = "/admin/reviews", "/admin/queues", "/admin/emails"
"""The pages on which an operator deals with orders and payments, with queues and jobs, and with emails."""

FAILED_EMAILS = f"{EMAILS}?state=FAILED"

KEEP_DAYS = 30

_FORGET = "DELETE FROM alerts WHERE created_at < clock_timestamp() - {} * interval '1 day'"

_FAILED_EMAILS = """
INSERT INTO alerts (cause, key, order_id, purchase_id, summary, many, detail, path, list_path)
SELECT 'emails fail', concat('email ', id, CASE WHEN attempts_before > 0 THEN ' ' || attempts END), order_id,
    purchase_id, 'An email could not be delivered', {}, kind || ': ' || left(error, 500),
    COALESCE({} || '/' || order_id, {}), {} FROM emails
WHERE state = 'FAILED' AND kind <> 'operator_alert' AND "to" <> {} AND run_at > clock_timestamp() - interval '3 days'
ORDER BY created_at DESC LIMIT 1000 ON CONFLICT DO NOTHING RETURNING id
"""
"""Alert of each email that failed, and of one that was sent again and failed once more (index `emails_failed`).

`run_at` is about when it failed; it may have been written four days earlier. An alert's own email would only lead to
another one.
"""


async def alert_operator(
    summary: str,
    detail: str,
    *,
    key: str,
    many: str = "",
    cause: str = "",
    order_id: UUID | None = None,
    purchase_id: UUID | None = None,
    page: str = "",
    urgent: bool = False,
    deadline: datetime | None = None,
) -> None:
    """Write an alert in the caller's transaction, unless the same one was written before.

    An order (or purchase, or neither) has one alert per `key`. Alerts of the same `cause`, which is the summary unless
    it is given, are sent together, once an hour at most; `many` is their common title, with {} for their number. An
    alert leads to its order's page, and several lead to `page`. An `urgent` one does not wait for others.
    """
    alert = Alert(
        cause=(cause or summary)[:CAUSE_LENGTH],
        key=key[:KEY_LENGTH],
        order_id=order_id,
        purchase_id=purchase_id,
        summary=hide(summary)[:TITLE_LENGTH],
        many=hide(many or f"{summary} ({{}} times)")[:TITLE_LENGTH],
        detail=hide(detail)[:DETAIL_LENGTH],
        path=f"{REVIEWS}/{order_id}" if order_id else page or REVIEWS,
        list_path=page or REVIEWS,
        urgent=urgent,
        deadline_at=deadline,
    )
    await Alert.insert(alert).on_conflict(action="DO NOTHING")


async def alert_of_failed_emails() -> None:
    """Alert of the emails that could not be delivered in the last days."""
    await Alert.raw(_FAILED_EMAILS, "{} emails could not be delivered", REVIEWS, FAILED_EMAILS, FAILED_EMAILS, ERASED)


async def forget() -> None:
    """Delete alerts that are older than 30 days."""
    await Alert.raw(_FORGET, KEEP_DAYS)
