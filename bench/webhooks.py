"""Stripe's webhook under load: signed events of paid sessions at an even rate, some of them twice."""

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec

from bench import Table
from bench.pages import start_web
from blogqueue.db import migrations
from blogqueue.db.engine import pool
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.sandbox.webhooks import sign
from blogqueue.settings import settings
from blogqueue.states import OrderKind

RATE, SECONDS = 100, 20
"""Events a second, and for how long."""

CONNECTIONS = 16

DUPLICATES = 0.2
"""The share of events that Stripe sends a second time."""

PRICE = 9_900
URL = "/api/v1/purchase/webhook"


async def tables() -> list[tuple[str, Table]]:
    """Return how soon the events are answered, and how many orders they have made.

    A web process that has just started opens its connections in the first second, which has its own row.
    """
    events = RATE * SECONDS
    async with pool(4):
        await migrations.forwards()
        bodies = await _prepare(events - int(events * DUPLICATES))
        sent = bodies + random.Random(1).sample(bodies, events - len(bodies))
        random.Random(2).shuffle(sent)
        before = await Order.count()
        answers: list[tuple[int, float, int]] = []
        async with start_web() as web:
            left, began, spent = enumerate(sent), time.perf_counter(), sum(web.cpu_times()[:2])
            await asyncio.gather(*(_send(left, began, answers) for _ in range(CONNECTIONS)))
            cost = 1000 * (sum(web.cpu_times()[:2]) - spent) / events
        orders = await Order.count() - before
    title = (
        f"Webhooks at {RATE} a second for {SECONDS} s, {DUPLICATES:.0%} of them duplicates: "
        f"{orders:,} orders of {len(bodies):,}, {cost:.1f} ms of CPU each"
    )
    rows = [
        _show("first second of the process", [answer for answer in answers if answer[0] < RATE]),
        _show("afterwards", [answer for answer in answers if answer[0] >= RATE]),
    ]
    return [(title, (("", "events", "not 200", "p50 ms", "p99 ms", "max ms"), rows))]


def _show(name: str, answers: list[tuple[int, float, int]]) -> tuple[str, ...]:
    took = sorted(ms for _, ms, _ in answers)
    return (
        name,
        f"{len(took):,}",
        str(sum(status != HTTPStatus.OK for _, _, status in answers)),
        f"{median(took):.1f}",
        f"{took[int(len(took) * 0.99)]:.1f}",
        f"{took[-1]:.1f}",
    )


async def _prepare(number: int) -> list[bytes]:
    """Create so many purchases of a new article, and return the event of each one's payment."""
    stored = await Domain.insert(Domain(host="webhooks.example")).returning(Domain.id)
    purchases = [_build_purchase(stored[0]["id"]) for _ in range(number)]
    for at in range(0, number, 200):
        await Purchase.insert(*purchases[at : at + 200])
    return [_build_event(purchase.id, str(purchase.session_id)) for purchase in purchases]


def _build_purchase(domain_id: UUID) -> Purchase:
    key = uuid4().hex
    return Purchase(
        kind=OrderKind.ARTICLE,
        domain_id=domain_id,
        details={
            "topic": f"Gardens in winter {key[:8]}",
            "niche": "gardening",
            "keyword": "winter gardens",
            "target_url": f"https://www.bench.example/{key[:8]}",
            "anchor_text": "a useful guide",
            "notes": "",
        },
        subject="A new article",
        email="bench@customers.example",
        token_hash=key,
        token_expires_at=datetime.now(UTC) + timedelta(days=1),
        session_id=f"cs_test_{key}",
        price=PRICE,
        currency="EUR",
        rel="sponsored",
    )


def _build_event(purchase_id: UUID, session_id: str) -> bytes:
    session = {
        "id": session_id,
        "object": "checkout.session",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": f"pi_{purchase_id.hex}",
        "client_reference_id": str(purchase_id),
        "metadata": {"purchase_id": str(purchase_id)},
        "livemode": False,
        "currency": "eur",
        "amount_total": PRICE,
    }
    event = {"id": f"evt_{purchase_id.hex}", "type": "checkout.session.completed", "data": {"object": session}}
    return msgspec.json.encode(event)


async def _send(bodies: Iterator[tuple[int, bytes]], began: float, answers: list[tuple[int, float, int]]) -> None:
    """Send events on one connection, each as soon as it is due; add its number, the ms since then, and the status.

    The client is a bare socket: an HTTP library would take the web process's share of the machine.
    """
    where = urlsplit(settings.public_url)
    secret = settings.stripe_webhook_secret.get_secret_value()
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    for at, body in bodies:
        due = began + at / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(
            f"POST {URL} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
            f"Stripe-Signature: {sign(body.decode(), secret)}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0))
        answers.append((at, (time.perf_counter() - due) * 1000, int(head.split()[1])))
    writer.close()
