"""Notices of alerts: one email, and one message to the chat, about all new alerts of a cause, once an hour at most."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blogqueue.db.engine import transaction
from blogqueue.db.tables.observation import Alert
from blogqueue.emails import alert_posts, chat, emails
from blogqueue.emails.alerts import REVIEWS
from blogqueue.localized import format_price
from blogqueue.orders.numbers import format_number
from blogqueue.outbox import Outbox
from blogqueue.settings import settings

QUIET_SECONDS, LONGEST_SECONDS = 15, 60
"""A cause's alerts are sent once none has come for the first time, or the oldest has waited for the second."""

HOURS_BETWEEN = 1
SHOWN, SHOWN_IN_CHAT = 20, 5
"""How many alerts a notice lists; the page it leads to has all of them."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('alert notices', 0))"
"""Let one worker at a time write notices, until its transaction ends."""

_DUE = """
SELECT cause FROM alerts WHERE noticed_at IS NULL GROUP BY cause
HAVING (bool_or(urgent) OR max(created_at) < clock_timestamp() - {} * interval '1 second'
        OR min(created_at) < clock_timestamp() - {} * interval '1 second')
    AND NOT EXISTS (SELECT FROM alerts earlier WHERE earlier.cause = alerts.cause
                    AND earlier.noticed_at > clock_timestamp() - {} * interval '1 hour')
"""

_TAKE = """
WITH taken AS (UPDATE alerts SET noticed_at = clock_timestamp() WHERE cause = {} AND noticed_at IS NULL RETURNING *)
SELECT t.id, t.summary, t.many, t.detail, t.path, t.list_path, t.order_id, o.number, a.title,
    COALESCE(o.price, p.price) AS price, COALESCE(o.currency, p.currency) AS currency,
    COALESCE(t.deadline_at, CASE WHEN o.refund_state = 'NONE' THEN o.refund_due_at END) AS deadline
FROM taken t LEFT JOIN orders o ON o.id = t.order_id LEFT JOIN purchases p ON p.id = t.purchase_id
LEFT JOIN articles a ON a.id = COALESCE(o.article_id, p.article_id) ORDER BY t.id
"""

_REVIEWS = """
INSERT INTO alerts (cause, key, order_id, summary, many, path, list_path)
SELECT 'orders await review', 'review ' || COALESCE(o.version_id::text, ''), o.id, 'An order awaits review',
    {}, {} || '/' || o.id, {} FROM orders o
WHERE o.status = 'ADMIN_REVIEW' AND NOT o.on_hold ORDER BY o.created_at LIMIT 1000
ON CONFLICT DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One alert in a notice: the order, article, amount and deadline that it is about, as far as there are any."""

    name: str
    facts: str
    detail: str
    url: str


async def alert_of_reviews() -> None:
    """Alert of the orders that await review: once for each version that was submitted."""
    await Alert.raw(_REVIEWS, "{} orders await review", REVIEWS, REVIEWS)


async def write_due(*, gather: bool = True) -> Outbox:
    """Write the notices that are due and return their emails; without `gather`, alerts do not wait for others."""
    quiet, longest = (QUIET_SECONDS, LONGEST_SECONDS) if gather else (0, 0)
    outbox = Outbox()
    async with transaction():
        await Alert.raw(_LOCK)
        for row in await Alert.raw(_DUE, quiet, longest, HOURS_BETWEEN):
            outbox += await _write(await Alert.raw(_TAKE, row["cause"]))
    return outbox


async def _write(alerts: list[dict[str, Any]]) -> Outbox:
    """Write the notice of some alerts of one cause."""
    first, number = alerts[0], len(alerts)
    title = first["summary"] if number == 1 else first["many"].replace("{}", str(number))
    url = settings.public_url + (first["path"] if number == 1 else first["list_path"])
    same = len({one["detail"] for one in alerts}) == 1
    items = [_make_item(one, with_detail=not same) for one in alerts]
    if number == 1 and not items[0].name:
        items = []  # what it is about is in the title
    await alert_posts.create(_make_message(title, url, first["detail"] if same else "", items, number))
    return await emails.create(
        "operator_alert",
        to=settings.operator_email,
        job_id=f"notice {first['id']}",
        summary=title,
        detail=first["detail"] if same else "",
        preview=first["detail"] or ", ".join(one.name for one in items) or title,
        items=items[:SHOWN],
        more=max(0, len(items) - SHOWN),
        url=url,
    )


def _make_item(alert: dict[str, Any], *, with_detail: bool) -> Item:
    name = f"Order {format_number(alert['number'])}" if alert["number"] else alert["title"] or ""
    facts = [f"“{alert['title']}”"] if alert["number"] and alert["title"] else []
    if alert["price"]:
        facts.append(format_price(alert["price"], alert["currency"]))
    if alert["deadline"]:
        facts.append(f"until {format_time(alert['deadline'])}")
    detail = alert["detail"] if with_detail else ""
    if not name and detail:
        name, detail = detail, ""
    return Item(name, " · ".join(facts), detail, settings.public_url + (alert["path"] or REVIEWS))


def format_time(at: datetime) -> str:
    """Return a time as an alert shows it: 26 November 2026, 14:05 UTC."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _make_message(title: str, url: str, detail: str, items: list[Item], number: int) -> str:
    """Return a notice for the chat, in Slack's mrkdwn; of a detail only the beginning."""
    lines = [f"*<{url}|{chat.escape(title)}>*", *([chat.escape(detail[:500])] if detail else [])]
    for one in items[:SHOWN_IN_CHAT]:
        about = " · ".join(filter(None, (one.facts, one.detail[:200])))
        lines.append(f"• <{one.url}|{chat.escape(one.name[:200])}> {chat.escape(about)}".rstrip())
    if number > SHOWN_IN_CHAT:
        lines.append(f"and {number - SHOWN_IN_CHAT} more")
    return "\n".join(lines)
