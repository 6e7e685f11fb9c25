"""Alerts to the operator: emails about what a person has to decide or repair."""

from uuid import UUID

from blogqueue.emails import emails
from blogqueue.outbox import Outbox
from blogqueue.settings import settings

KEY_LENGTH = 120
"""The width of the column `emails.job_id`, which holds an alert's key."""


async def alert_operator(
    summary: str, detail: str, *, key: str, order_id: UUID | None = None, purchase_id: UUID | None = None
) -> Outbox:
    """Write an alert in the caller's transaction; return its id, or nothing if the same alert was written before.

    An order (or purchase, or neither) has one alert per `key`, so what happens again and again alerts once.
    """
    return await emails.create(
        "operator_alert",
        to=settings.operator_email,
        order_id=order_id,
        purchase_id=purchase_id,
        job_id=key[:KEY_LENGTH],
        summary=summary,
        detail=detail,
    )
