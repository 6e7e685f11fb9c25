"""`make drill`: thirty orders and five faults; where each shows, after how many seconds, and that nothing is lost.

`make drill ARGS="--outage 600"` keeps the model's provider away from twenty orders instead, once for each way in which
it refuses to answer, and counts what becomes of them.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis as redis_client

from blogqueue import __version__
from tests.durability.breaking import WRITER
from tests.durability.surfaces import (
    AUDIT,
    CHAT,
    CUSTOMER,
    DASHBOARD,
    EMAIL,
    METRICS,
    READY,
    STATUS,
    Surfaces,
)  # fmt: skip
from tests.product import MANY, Product, Storefront, open_storefront, until

ORDERS = 6
"""The orders of each fault: thirty in all."""

OUTAGE_ORDERS = 20
LIMIT_SECONDS = 150
"""The longest time that a fault may take to show everywhere."""

DELIVERED_SECONDS = 180
APOLOGY, READY_EMAIL = "Order Processing Issue", "Your Backlink is Ready for Review"
QUEUE = "backlink-integration"

Step = Callable[[Storefront], Awaitable[None]]


async def mend_sandbox(shop: Storefront) -> None:
    """Let the services answer again."""
    await shop.faults()


def refuse(code: int) -> Step:
    """Return the step after which the model's provider answers nothing but a status."""

    async def begin(shop: Storefront) -> None:
        await shop.faults(model=[{"kind": "status", "code": code, "times": -1}])

    return begin


async def refuse_emails(shop: Storefront) -> None:
    """Let the mail server refuse every customer's address for good."""
    await shop.faults(mail=[{"kind": "status", "code": 550, "to": "*@customers.example", "times": -1}])


async def resend_emails(shop: Storefront) -> None:
    """Let the mail server take emails again, and send those that failed once more, as an operator does."""
    await shop.faults()
    listed = await asyncio.to_thread(shop.product.run, "emails", "list", "--state", "FAILED", "--json")
    ids = [email["emailId"] for email in json.loads(listed.stdout)["items"]]
    resent = await asyncio.to_thread(shop.product.run, "emails", "resend", *ids)
    assert resent.returncode == 0, resent.stderr


async def drop_webhooks(shop: Storefront) -> None:
    """Lose every event on its way from Stripe."""
    await shop.faults(webhook=[{"kind": "drop", "times": -1}])


async def stop_writer(shop: Storefront) -> None:
    """Freeze the only worker that integrates links."""
    shop.product.send(WRITER, signal.SIGSTOP)


async def wake_writer(shop: Storefront) -> None:
    shop.product.send(WRITER, signal.SIGCONT)


@dataclass(frozen=True)
class Fault:
    """A fault, the step that ends it, and the pattern by which each surface shows it; others have nothing to show."""

    name: str
    begin: Step
    mend: Step
    signs: dict[str, str] = field(default_factory=dict[str, str])


OUTAGE_SIGNS = {
    READY: r'"provider":"the model',
    METRICS: r"(?m)^blogqueue_breaker_open 1",
    CUSTOMER: "Taking longer than usual",
}


def _name_outage(words: str) -> dict[str, str]:
    """Return the signs of an outage of the provider whose reason has these words."""
    return OUTAGE_SIGNS | dict.fromkeys((DASHBOARD, STATUS, EMAIL, CHAT), words)


FAULTS = (
    Fault("the model answers 503", refuse(503), mend_sandbox, _name_outage("answered 503")),
    Fault(
        "the mailbox refuses with 550",
        refuse_emails,
        resend_emails,
        {
            DASHBOARD: r"[1-9]\d*</strong> emails that failed",
            STATUS: r"(?m)^ *[1-9]\d* +emails that failed",
            METRICS: r'blogqueue_emails{state="FAILED"} [1-9]',
            EMAIL: "emails? could not be delivered",
            CHAT: "emails? could not be delivered",
        },
    ),
    Fault(
        "webhooks are dropped, browsers closed",
        drop_webhooks,
        mend_sandbox,
        {
            DASHBOARD: "without their webhook",
            READY: r'"webhooks":"payments',
            STATUS: "without their webhook",
            METRICS: r"(?m)^blogqueue_webhooks_missing [1-9]",
            EMAIL: "without (its|their) webhook",
            CHAT: "without (its|their) webhook",
        },
    ),
    Fault(
        "the only writer is stopped (SIGSTOP)",
        stop_writer,
        wake_writer,
        {
            DASHBOARD: f"Nobody works on {QUEUE}",
            READY: f"nobody works on {QUEUE}",
            STATUS: f"nobody works on {QUEUE}",
            METRICS: f'blogqueue_workers{{queue="{QUEUE}"}} 0',
            EMAIL: f"Nobody works on the queue {QUEUE}",
            CHAT: f"Nobody works on the queue {QUEUE}",
            CUSTOMER: "Taking longer than usual",
            AUDIT: rf"8\b.*{QUEUE}",
        },
    ),
    Fault("the model's key is revoked", refuse(401), mend_sandbox, _name_outage("answered 401")),
)


@dataclass
class Row:
    """What became of a fault: the seconds until each surface showed it, and until all orders were delivered."""

    fault: Fault
    seen: dict[str, float]
    delivered: float

    def cells(self) -> list[str]:
        """Return the row of the table; empty where there is nothing to show."""
        shown = [
            f"{self.seen[one]:.0f} s" if one in self.seen else "**never**" if one in self.fault.signs else ""
            for one in COLUMNS
        ]
        return [self.fault.name, *shown, f"{self.delivered:.0f} s"]


COLUMNS = (DASHBOARD, READY, STATUS, METRICS, EMAIL, CHAT, CUSTOMER, AUDIT)


async def pay_all(shop: Storefront, pages: list[dict[str, Any]], seen: Surfaces) -> None:
    """Pay on some payment pages, one after another; the newest order is the one whose customer looks at it."""
    for opened in pages:
        await shop.pay(opened)
    rows = await orders_of(shop, pages)
    seen.orders = [row["id"] for row in rows]


async def orders_of(shop: Storefront, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sessions = [opened["sessionId"] for opened in pages]
    return await shop.rows("SELECT id, status FROM orders WHERE session_id = ANY($1) ORDER BY created_at", sessions)


async def mend(shop: Storefront, step: Step, pages: list[dict[str, Any]]) -> float:
    """End a fault; return the seconds until every order has its version and every customer the email about it."""
    began = time.monotonic()
    await step(shop)

    async def delivered() -> bool:
        mails = (await shop.http.get(f"{shop.sandbox}/mailbox.json")).json()
        informed = {to for mail in mails if mail["subject"] == READY_EMAIL for to in mail["to"]}
        rows = await orders_of(shop, pages)
        return [row["status"] for row in rows] == ["QUALITY_CHECK"] * len(pages) and {
            opened["email"] for opened in pages
        } <= informed

    await until(delivered, DELIVERED_SECONDS, "all orders delivered", wait=0.5)
    return time.monotonic() - began


async def run_fault(shop: Storefront, seen: Surfaces, fault: Fault) -> Row:
    """Let a fault happen to six orders, time its signs, end it, and wait until nothing is left of it."""
    pages = [await shop.opened() for _ in range(ORDERS)]
    await seen.forget_alerts()
    seen.orders = []
    early = await seen.find_early(fault.signs)
    assert not early, f"{fault.name}: shown before it happened, by {early}"
    await fault.begin(shop)
    watching = asyncio.create_task(seen.time_signs(fault.signs, LIMIT_SECONDS))
    await pay_all(shop, pages, seen)
    found = await watching
    row = Row(fault, found, await mend(shop, fault.mend, pages))
    print("  ".join(row.cells()), file=sys.stderr, flush=True)
    return row


async def drill(product: Product) -> bool:
    """Run all faults and print their table; return whether all of them showed and nothing was lost."""
    async with open_storefront(product) as shop:
        await shop.stock(6)
        seen = Surfaces(shop)
        await seen.sign_in()
        rows = [await run_fault(shop, seen, fault) for fault in FAULTS]
        await seen.close()
        counted = (await shop.rows(COUNTED))[0]
        machine = await describe_machine(shop)
        audited = await asyncio.to_thread(product.run, "audit")
    print_table(["fault", *COLUMNS, "all delivered after its end"], [row.cells() for row in rows])
    lost = ORDERS * len(FAULTS) - counted["orders"]
    print(f"\norders: {counted['delivered']} delivered, {counted['failed']} failed, {lost} lost")
    print(f"audit: {audited.stdout if audited.returncode else 'clean'}; {machine}")
    missing = any(one not in row.seen for row in rows for one in row.fault.signs)
    return not missing and counted["delivered"] == ORDERS * len(FAULTS) and not audited.returncode


COUNTED = """
SELECT count(*) AS orders, count(*) FILTER (WHERE status = 'QUALITY_CHECK') AS delivered,
    count(*) FILTER (WHERE status = 'FAILED') AS failed FROM orders
"""


async def run_outage(shop: Storefront, seen: Surfaces, code: int, seconds: float) -> list[str]:
    """Keep the provider away for a while; return what became of twenty orders, as a row of the table."""
    pages = [await shop.opened() for _ in range(OUTAGE_ORDERS)]
    await seen.forget_alerts()
    await refuse(code)(shop)
    began = time.monotonic()
    await pay_all(shop, pages, seen)
    await asyncio.sleep(seconds - (time.monotonic() - began))  # the fault itself
    states = await shop.rows("SELECT state FROM jobs WHERE order_id = ANY($1::uuid[])", seen.orders)
    mails = (await shop.http.get(f"{shop.sandbox}/mailbox.json")).json()
    posts = (await shop.http.get(f"{shop.sandbox}/chat.json")).json()
    delivered = await mend(shop, mend_sandbox, pages)
    return [
        f"{code} for {seconds:.0f} s",
        str(sum(row["state"] == "FAILED" for row in states)),
        str(sum(mail["subject"] == APOLOGY for mail in mails)),
        str(sum("operator" in str(mail["to"]) for mail in mails)),
        str(len(posts)),
        f"{len(pages)} of {OUTAGE_ORDERS}, {delivered:.0f} s after its end",
    ]


async def outage(product: Product, codes: list[int], seconds: float) -> bool:
    """Let the provider be away in each way, and print the table; return whether nothing failed because of it."""
    async with open_storefront(product) as shop:
        await shop.stock(len(codes) * 3)
        seen = Surfaces(shop)
        rows = [await run_outage(shop, seen, code, seconds) for code in codes]
        machine = await describe_machine(shop)
        await seen.close()
        audited = await asyncio.to_thread(product.run, "audit")
    print_table(
        [
            "the model answers",
            "failed jobs",
            "“Order Processing Issue” emails",
            "alert emails",
            "chat messages",
            "delivered",
        ],
        rows,
    )
    print(f"\naudit: {audited.stdout if audited.returncode else 'clean'}; {machine}")
    return not audited.returncode and all(row[1:5] == ["0", "0", "1", "1"] for row in rows)


async def describe_machine(shop: Storefront) -> str:
    """Return what the figures were measured on."""
    client = redis_client.Redis.from_url(shop.product.demo_file["redisUrl"])
    redis_version = client.info("server")["redis_version"]  # pyright: ignore[reportIndexIssue] - not the awaitable one
    client.close()
    postgres = (await shop.rows("SHOW server_version"))[0]["server_version"]
    versions = f"Python {platform.python_version()}, PostgreSQL {postgres}, Redis {redis_version}"
    return f"measured on {os.cpu_count()} cores with {versions}, blogqueue {__version__}"


def print_table(headings: list[str], rows: list[list[str]]) -> None:
    for cells in (headings, ["---"] * len(headings), *rows):
        print(f"| {' | '.join(cells)} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outage", type=float, metavar="SECONDS", help="Keep the model's provider away for so long.")
    parser.add_argument("--codes", default="503,401,429", help="The statuses it answers with: out, key, quota.")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="blogqueue-drill-"))
    product = Product(folder, **MANY, BLOGQUEUE_MAGIC_LINK_TTL_MINUTES="60")
    began = time.monotonic()
    try:
        codes = [int(code) for code in asked.codes.split(",")]
        good = asyncio.run(outage(product, codes, asked.outage) if asked.outage else drill(product))
    finally:
        product.stop()
    print(f"minutes: {(time.monotonic() - began) / 60:.1f}; logs: {folder / 'var' / 'log'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
