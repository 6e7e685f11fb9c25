"""`make chaos`: orders through the real processes while things break at random; nothing is lost, nothing duplicated.

`python -m tests.durability.chaos --orders 200 --faults 120 --seed 7`: the same seed draws the same faults in the same
order; when exactly they happen depends on the machine.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.durability.monkey import WRITER, Monkey
from tests.product import MANY, Hosts, Product, Storefront, open_storefront, until

SAMPLES = Path(__file__).parents[2] / "samples"
AT_ONCE = 8
"""The number of customers at a time."""

ARTICLE_EVERY = 5
"""One customer in so many wants a new article; the others want links."""

DELAYED_SHARE = 0.15
"""The share of payments that take a while."""

HOSTS = 2
"""The number of workers beside supervisord's own, as on other hosts."""

DONE_SECONDS = 420
"""The longest time until everything is done: reconciliation alone may take five minutes."""


@dataclass
class Orders:
    """The orders as last seen, by checkout session."""

    by_session: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def watch(self, shop: Storefront) -> None:
        """Read the orders twice a second."""
        while True:
            rows = await shop.rows("SELECT id, session_id, status, refund_state, version_id FROM orders")
            self.by_session = {row["session_id"]: row for row in rows}
            await asyncio.sleep(0.5)

    async def reached(self, session: str, *statuses: str) -> dict[str, Any]:
        """Wait until the order of a session is in one of the statuses."""

        async def look() -> dict[str, Any] | None:
            row = self.by_session.get(session)
            return row if row and row["status"] in statuses else None

        return await until(look, DONE_SECONDS, f"order of {session} in {statuses}", wait=0.5)


async def patient(shop: Storefront, method: str, path: str, **what: Any) -> httpx.Response:
    """Make a call again and again while the web is down, as people do."""

    async def call() -> httpx.Response | None:
        try:
            answer = await shop.http.request(method, f"{shop.base}{path}", **what)
        except httpx.TransportError:
            return None
        return None if answer.status_code in {500, 502, 503} else answer

    return await until(call, DONE_SECONDS, path, wait=0.5)


@dataclass(frozen=True)
class Sale:
    """What is on sale: articles with link slots, and the domain for which new articles are written."""

    articles: list[str]
    site: str


def request_for(sale: Sale, number: int, choice: int) -> dict[str, str]:
    """Return a purchase request: every fifth customer wants a new article, the others a link."""
    link = {
        "targetUrl": f"https://shop-{number}.example/",
        "anchorText": f"a very good offer {number}",
        "email": f"chaos-{number}@customers.example",
    }
    if number % ARTICLE_EVERY:
        return link | {"articleId": sale.articles[choice % len(sale.articles)]}
    topic = {"topic": f"Growing tomatoes on balcony {number}", "niche": "gardening", "keyword": "balcony tomatoes"}
    return link | {"kind": "article", "domainId": sale.site} | topic


async def opened_by(shop: Storefront, number: int, sale: Sale) -> dict[str, Any]:
    """Open a customer's payment page, however often they have to ask."""
    opened: dict[str, Any] | None = None
    choice, tried = number, set[str]()
    while opened is None:
        purchase_request = request_for(sale, number, choice)
        asked = await patient(shop, "POST", "/api/v1/purchase", json=purchase_request)
        if asked.status_code == 409:
            choice += 1  # no free slot in this article: try another
            continue
        assert asked.status_code == 202, asked.text
        token = await in_email(shop, purchase_request["email"], r"token=([\w-]+)", 60, tried)
        if token is None:
            continue  # whether the email was lost is unknown; a customer who gets none asks again
        tried.add(token)
        answer = await patient(shop, "POST", "/api/v1/purchase/checkout", json={"token": token})
        opened = answer.json()["data"] if answer.status_code == 200 else None
    return opened


async def pay(shop: Storefront, opened: dict[str, Any], draw: random.Random) -> None:
    """Pay at once, or by a method that takes a while."""
    if draw.random() < DELAYED_SHARE:
        await shop.pay(opened, "pay-delayed")
        await asyncio.sleep(draw.uniform(1, 5))
        await shop.pay(opened, "settle-delayed")
    else:
        await shop.pay(opened)


async def customer(shop: Storefront, orders: Orders, number: int, sale: Sale, draw: random.Random) -> str:
    """Play one customer: ask, confirm, pay, perhaps regenerate, submit and be approved; return the paid session."""
    email = f"chaos-{number}@customers.example"
    kind = "backlink" if number % ARTICLE_EVERY else "article"
    opened = await opened_by(shop, number, sale)
    await pay(shop, opened, draw)
    session = str(opened["sessionId"])
    ready = await orders.reached(session, "QUALITY_CHECK", "FAILED")
    if ready["status"] == "FAILED" or draw.random() < 0.2:
        return session
    access = await in_email(shop, email, r"access=([\w-]+)", 60)
    if access is None:
        return session
    bearer = {"authorization": f"Bearer {access}"}
    if draw.random() < 0.3:
        body = {"orderId": str(ready["id"])}
        await patient(shop, "POST", f"/api/v1/purchase/regenerate-{kind}", json=body, headers=bearer)
        ready = await orders.reached(session, "QUALITY_CHECK", "FAILED")
    await submit_and_approve(shop, orders, session, ready["id"], bearer)
    return session


async def submit_and_approve(
    shop: Storefront, orders: Orders, session: str, order: UUID, bearer: dict[str, str]
) -> None:
    """Submit the version and approve it; again, if the link had to be integrated again."""
    admin = {"authorization": f"Bearer {shop.product.demo_file['adminToken']}"}
    for _ in range(5):
        ready = await orders.reached(session, "QUALITY_CHECK", "ADMIN_REVIEW", "COMPLETED", "FAILED")
        if ready["status"] in {"COMPLETED", "FAILED"}:
            return
        body = {"orderId": str(order), "versionId": str(ready["version_id"])}
        await patient(shop, "POST", "/api/v1/purchase/submit-for-review", json=body, headers=bearer)
        await patient(shop, "POST", f"/api/v1/admin/orders/{order}/approve", headers=admin)
        await asyncio.sleep(1)  # until the watcher has read the decision


async def in_email(
    shop: Storefront, to: str, pattern: str, seconds: float, besides: Collection[str] = ()
) -> str | None:
    """Return the part of the newest email to an address that matches a pattern, if one arrives in time.

    One that is `besides` has been tried: a request replaces the one before, whose link then opens nothing.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        mails = (await shop.http.get(f"{shop.sandbox}/mailbox.json", params={"to": to})).json()
        for mail in reversed(mails):
            if (found := re.search(pattern, mail["text"])) and found.group(1) not in besides:
                return found.group(1)
        await asyncio.sleep(0.5)
    return None


def copies(folder: Path, wanted: int) -> None:
    """Write copies of the samples under other slugs."""
    files = sorted(SAMPLES.rglob("*.md"))
    folder.mkdir()
    for number in range(wanted):
        source = files[number % len(files)]
        text = re.sub(
            r"(?m)^(slug\s*[:=]\s*\"?)([^\"\n]+)", rf"\g<1>\g<2>-{number}", source.read_text(encoding="utf-8"), count=1
        )
        (folder / f"{source.stem}-{number}.md").write_text(text, encoding="utf-8")


async def on_sale(shop: Storefront, folder: Path, wanted: int) -> Sale:
    """Publish a number of articles, so that each carries two or three links."""
    await asyncio.to_thread(copies, folder, wanted)
    imported = await asyncio.to_thread(shop.product.run, "articles", "import", str(folder), "--domain", "chaos.example")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    await shop.rows("UPDATE domains SET max_paid_links = 1000")
    rows = await shop.rows(
        "SELECT a.id, d.id AS domain FROM articles a JOIN domains d ON d.id = a.domain_id "
        "WHERE d.host = 'chaos.example'"
    )
    return Sale([str(row["id"]) for row in rows], str(rows[0]["domain"]))


async def wait_until_done(shop: Storefront) -> None:
    """Wait until no order, email, refund or job is open."""

    async def quiet() -> bool:
        rows = await shop.rows(
            "SELECT (SELECT count(*) FROM orders WHERE status = 'PROCESSING') AS orders, "
            "(SELECT count(*) FROM emails WHERE state IN ('WAITING', 'SENDING')) AS emails, "
            "(SELECT count(*) FROM orders "
            " WHERE status = 'FAILED' AND refund_state IN ('NONE', 'INITIATED')) AS refunds, "
            "(SELECT count(*) FROM jobs WHERE state IN ('WAITING', 'DELAYED', 'ACTIVE')) AS jobs"
        )
        return not any(rows[0].values())

    await until(quiet, DONE_SECONDS, "the end of all work", wait=1)


async def counted(shop: Storefront, sessions: list[str]) -> dict[str, int]:
    """Count the results, from the rows and from what the sandbox has received."""
    orders = Counter(row["session_id"] for row in await shop.rows("SELECT session_id FROM orders"))
    mails = Counter(mail["messageId"] for mail in (await shop.http.get(f"{shop.sandbox}/mailbox.json")).json())
    key = {
        "authorization": f"Bearer {(await asyncio.to_thread(shop.product.environment_of, 'app:web'))['STRIPE_API_KEY']}"
    }
    refunds: Counter[str] = Counter()
    after: dict[str, str] = {}
    while True:
        page = (await shop.http.get(f"{shop.sandbox}/v1/refunds", params={"limit": "100"} | after, headers=key)).json()
        refunds.update(refund["payment_intent"] for refund in page["data"])
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}
    twice = await shop.rows(
        "SELECT job_id FROM article_versions WHERE job_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    )
    rows = await shop.rows(
        "SELECT (SELECT count(*) FROM article_versions WHERE order_id IS NOT NULL) AS versions, "
        "(SELECT count(*) FROM emails WHERE state = 'SENT') AS emails, "
        "(SELECT count(*) FROM emails WHERE state = 'FAILED') AS given_up, "
        "(SELECT count(*) FROM orders WHERE status = 'COMPLETED') AS completed, "
        "(SELECT count(*) FROM orders WHERE kind = 'article') AS articles, "
        "(SELECT count(*) FROM orders WHERE status = 'FAILED') AS failed"
    )
    return {
        "orders paid": len(sessions),
        "… of new articles": rows[0]["articles"],
        "… published": rows[0]["completed"],
        "… failed and refunded": rows[0]["failed"],
        "versions": rows[0]["versions"],
        "emails sent": rows[0]["emails"],
        "emails given up, outcome unknown": rows[0]["given_up"],
        "refunds": sum(refunds.values()),
        "lost": sum(1 for session in sessions if not orders[session]),
        "duplicated": sum(sum(n - 1 for n in counter.values() if n > 1) for counter in (orders, mails, refunds))
        + len(twice),
    }


async def run(product: Product, folder: Path, orders: int, faults: int, seed: int) -> tuple[dict[str, Any], str]:
    """Run chaos; return the table, and what the audit found."""
    draw = random.Random(seed)
    async with open_storefront(product) as shop:
        sale = await on_sale(shop, folder / "articles", max(6, orders // 2))
        seen, hosts = Orders(), Hosts(product, WRITER, HOSTS)
        monkey = Monkey(shop, hosts, random.Random(seed), faults)
        turns = asyncio.Semaphore(AT_ONCE)

        async def take_turn(number: int, luck: random.Random) -> str:
            async with turns:
                await until(lambda: monkey.has_broken(number * faults // orders), 3600, "trouble", wait=0.1)
                return await customer(shop, seen, number, sale, luck)

        async with asyncio.TaskGroup() as together:  # a failure of any customer, the watcher or the monkey ends the run
            watching = together.create_task(seen.watch(shop))
            keeping = together.create_task(hosts.keep())
            breaking = together.create_task(monkey.work())
            paid = await asyncio.gather(*(take_turn(number, random.Random(draw.random())) for number in range(orders)))
            await breaking
            await monkey.end_faults()
            await wait_until_done(shop)
            watching.cancel()
            keeping.cancel()
        for recovery in monkey.slow():
            print(f"  taken up late: {recovery}")
        table = monkey.table() | await counted(shop, paid)
        audited = await asyncio.to_thread(product.run, "audit")
        return table, "" if audited.returncode == 0 else audited.stdout


def show(table: dict[str, Any]) -> None:
    for name, value in table.items():
        print(f"  {name:<50}{value:>8}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--faults", type=int, default=120)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}: {asked.orders} orders, {asked.faults} faults")
    folder = Path(tempfile.mkdtemp(prefix="blogqueue-chaos-"))
    product = start(folder)
    began = time.monotonic()
    try:
        table, breaches = asyncio.run(run(product, folder, asked.orders, asked.faults, asked.seed))
    finally:
        product.stop()
    show(table | {"minutes": round((time.monotonic() - began) / 60, 1)})
    print(f"\naudit: {breaches or 'clean'}\nlogs: {folder / 'var' / 'log'}")
    return 1 if table["lost"] or table["duplicated"] or breaches else 0


def start(folder: Path) -> Product:
    """Start the product for chaos: two jobs at a time, and refunds without a grace period."""
    return Product(
        folder,
        **MANY,
        BLOGQUEUE_SHUTDOWN_GRACE_SECONDS="8",
        BLOGQUEUE_BACKLINK_INTEGRATION_CONCURRENCY="2",
        BLOGQUEUE_REFUND_GRACE_HOURS="0",
        BLOGQUEUE_MAGIC_LINK_TTL_MINUTES="60",
    )


if __name__ == "__main__":
    sys.exit(main())
