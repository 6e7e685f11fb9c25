"""The stage and the known cast: an article on sale, a customer who buys, an editor who approves."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg
import httpx
import stripe
from dramatiq import MessageProxy
from dramatiq.errors import Retry
from dramatiq.message import Message
from piccolo.apps.user.tables import BaseUser

from blogqueue import editors, log, traces
from blogqueue.actors.broker import broker, retries
from blogqueue.actors.messages import minute, nudge
from blogqueue.app import make_server
from blogqueue.audit import audit
from blogqueue.catalogue import articles
from blogqueue.db.engine import DB, transaction
from blogqueue.db.migrations import forwards
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.db.tables.sessions import EditorSession
from blogqueue.errors import ConflictError
from blogqueue.jobs import sweep
from blogqueue.jobs.queues import QUEUES
from blogqueue.jobs.redis_broker import WakingBroker, redis_clock
from blogqueue.orders import alert_notices
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from tests.sandboxes import serve_sandbox

PASSWORD = "harbour quilt nineteen"

GARDEN = """\
---
title: Soil that lasts
---

# Soil that lasts

Healthy soil is alive, and a gardener who feeds it every autumn with leaves, straw and compost will see worms return \
within a season or two, even where the ground was tired and grey before.

Digging turns the layers upside down and buries what lived on top, so many growers have stopped doing it and cover \
the beds instead with a thick layer of mulch that rots down slowly over the winter months.

Water reaches the roots better when the surface stays open, and a mulched bed needs watering half as often in a dry \
summer as a bare one, which matters most for young plants whose roots are still short and shallow.

## In short

Feed the soil, leave it covered, and let the worms do the digging while you sit in the shade and read about it all.
"""


TABLES = (
    "tallies, alerts, alert_posts, "
    "operator_actions, bulk_actions, workers, paused_queues, breakers, stripe_events, admin_tokens, queue_stats, "
    "order_events, refunds, held_payments, emails, jobs, orders, purchases, customer_sign_ins, "
    "article_versions, articles, domains, sessions, piccolo_user, authenticator_secret"
)
"""All but the list of migrations."""

CLEAR = (
    # NOWAIT, because a transaction of the last test may have one table and still want another: whoever waits for it
    # with locks of its own can be in a deadlock.
    f"LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE NOWAIT",
    f"WITH {', '.join(f'in_{name} AS (DELETE FROM {name})' for name in TABLES.split(', '))} SELECT 1",  # noqa: S608 - ours
    "SELECT setval(seqrelid, 1, false) FROM pg_sequence WHERE seqrelid <> 'migration_id_seq'::regclass",
)
"""Deletes every row and restarts the counters in 1 ms; TRUNCATE takes 20, as it makes new files for each table."""


@dataclass
class Bought:
    """An order as its customer holds it."""

    id: UUID
    access: str


@dataclass
class Stage:
    """The running product and its surroundings, as a test acts on them."""

    http: httpx.AsyncClient
    sandbox: httpx.AsyncClient

    async def clear(self) -> None:
        """Delete every row once no transaction runs any more, and empty Redis and the sandbox."""
        async with asyncio.timeout(60):
            while True:
                with suppress(asyncpg.LockNotAvailableError):
                    await self.by_force(*CLEAR)
                    break
                await asyncio.sleep(0.01)  # PostgreSQL tells nobody when a transaction of others has ended
        redis_broker().client.flushdb()
        await self.sandbox.delete("/")
        self.http.cookies.clear()

    async def by_force(self, *statements: str) -> None:
        """Change rows past the database's own guards, as only its superuser can."""
        async with transaction():
            await DB.run_ddl("SET LOCAL session_replication_role = replica")
            for statement in statements:
                await DB.run_ddl(statement)

    async def article(self, *, content: str = GARDEN, slug: str = "soil-that-lasts", **terms: Any) -> UUID:
        """A published article of a domain with the given terms; its id."""
        async with transaction():
            domain = await Domain.objects().get_or_create(
                Domain.host == "greenbench.example",
                defaults={Domain.name: "Green Bench", Domain.niche: "gardening"},
            )
            if terms:
                await Domain.update({getattr(Domain, name): value for name, value in terms.items()}).where(
                    Domain.id == domain.id
                )
            article = Article(domain_id=domain.id, slug=slug, title="Soil that lasts", niche="gardening")
            await Article.insert(article)
            await articles.publish_text(article.id, content, actor="edith")
        return article.id

    async def ask(self, article_id: UUID, **changes: Any) -> httpx.Response:
        """Ana asks for a link."""
        purchase_request = {
            "articleId": str(article_id),
            "targetUrl": "https://www.anasgarden.example/mulch-guide",
            "anchorText": "a guide to mulching",
            "notes": "Somewhere near the part about mulch, please.",
            "email": "ana@customers.example",
        } | changes
        return await self.http.post("/api/v1/purchase", json=purchase_request)

    async def site(self, **terms: Any) -> UUID:
        """Green Bench, with an article that is published already; its domain's id."""
        article_id = await self.article(**terms)
        return (await Article.select(Article.domain_id).where(Article.id == article_id))[0]["domain_id"]

    async def ask_article(self, domain_id: UUID, **changes: Any) -> httpx.Response:
        """Ana asks for a new article."""
        purchase_request = {
            "kind": "article",
            "domainId": str(domain_id),
            "topic": "Growing tomatoes on a balcony",
            "niche": "gardening",
            "keyword": "balcony tomatoes",
            "targetUrl": "https://www.anasgarden.example/pots",
            "anchorText": "pots that hold water",
            "email": "ana@customers.example",
        } | changes
        return await self.http.post("/api/v1/purchase", json=purchase_request)

    async def commissioned(self, domain_id: UUID, **changes: Any) -> Bought:
        """A paid order of a new article, its job waiting."""
        assert (await self.ask_article(domain_id, **changes)).status_code == 202
        opened = await self.checkout(await self.magic_token(changes.get("email", "ana@customers.example")))
        await self.pay(opened.json()["data"]["checkoutUrl"])
        return await self.received(changes.get("email", "ana@customers.example"))

    async def magic_token(self, to: str = "ana@customers.example") -> str:
        """The token in the newest magic link emailed to an address."""
        await self.drain()
        mail = (await self.mails(to))[-1]
        link = next(word for word in mail["text"].split() if "/purchase/confirm?" in word)
        return parse_qs(urlsplit(link).query)["token"][0]

    async def open_link(self, to: str = "ana@customers.example") -> httpx.Response:
        """Open the newest magic link emailed to an address: the page that asks to confirm, which holds the slot."""
        return await self.http.get("/purchase/confirm", params={"token": await self.magic_token(to)})

    async def checkout(self, token: str) -> httpx.Response:
        return await self.http.post("/api/v1/purchase/checkout", json={"token": token})

    async def pay(self, checkout_url: str) -> dict[str, Any]:
        """Click "pay": the sandbox sends the signed webhook before it answers."""
        paid = await self.sandbox.post(f"{checkout_url}/pay", headers={"accept": "application/json"})
        assert paid.status_code == 200, paid.text
        return paid.json()

    async def buy(self, article_id: UUID, **changes: Any) -> Bought:
        """From asking to paid: an order PROCESSING, its job waiting, its email "received" read."""
        email = changes.get("email", "ana@customers.example")
        opened = await self.asked_and_opened(article_id, **changes)
        await self.pay(opened["checkoutUrl"])
        return await self.received(email)

    async def received(self, email: str = "ana@customers.example") -> Bought:
        """The order in the newest email to an address that links to one."""
        await self.drain("mail")
        for mail in reversed(await self.mails(email)):
            for word in mail["text"].split():
                if "/order-status/" in word:
                    parts = urlsplit(word)
                    return Bought(UUID(parts.path.rpartition("/")[2]), parse_qs(parts.query)["access"][0])
        raise AssertionError(f"no email to {email} links to an order")

    async def delivered(self, article_id: UUID, **changes: Any) -> Bought:
        """A bought order whose job has run."""
        order = await self.buy(article_id, **changes)
        await self.drain()
        return order

    async def submitted(self, article_id: UUID, **changes: Any) -> Bought:
        """An order in ADMIN_REVIEW."""
        order = await self.delivered(article_id, **changes)
        status = await self.status(order)
        answer = await self.submit(order, status["version"]["versionId"])
        assert answer.status_code == 200, answer.text
        return order

    async def status(self, order: Bought) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/purchase/status/{order.id}", headers=bearer(order.access))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def submit(self, order: Bought, version_id: str) -> httpx.Response:
        return await self.http.post(
            "/api/v1/purchase/submit-for-review",
            json={"orderId": str(order.id), "versionId": version_id},
            headers=bearer(order.access),
        )

    async def regenerate(self, order: Bought, kind: str = "backlink") -> httpx.Response:
        return await self.http.post(
            f"/api/v1/purchase/regenerate-{kind}", json={"orderId": str(order.id)}, headers=bearer(order.access)
        )

    async def approve(self, order: Bought) -> httpx.Response:
        """Edith the editor approves."""
        token = await editors.issue_token(f"edith-{order.id}-{os.urandom(4).hex()}")
        return await self.http.post(f"/api/v1/admin/orders/{order.id}/approve", headers=bearer(token))

    async def judge(self, order: Bought, verb: str, **said: Any) -> httpx.Response:
        """Edith's program calls a verb of the admin API on an order."""
        token = await editors.issue_token(f"edith-{os.urandom(8).hex()}")
        path = f"/api/v1/admin/orders/{order.id}/{verb}"
        return await self.http.post(path, headers=bearer(token), json=said or None)

    async def signed_in(self, name: str = "edith") -> str:
        """An editor of this name, made if need be, has a session, in the browser that `http` is; the session."""
        with suppress(ConflictError):
            await editors.create(name, f"{name}@blogqueue.example", PASSWORD)
        user = await BaseUser.objects().get(BaseUser.username == name)
        assert user is not None
        session = await EditorSession.create_session(user.id)
        self.http.cookies.set("id", session.token)
        await self.http.get("/admin/tables/")
        return session.token

    async def sign_in(self, name: str = "edith", **also: str) -> httpx.Response:
        """An editor of this name, made if need be, signs in over the login; a process takes 20 such in 5 minutes."""
        with suppress(ConflictError):
            await editors.create(name, f"{name}@blogqueue.example", PASSWORD)
        await self.http.get("/admin/public/login/")
        token = {"x-csrftoken": self.http.cookies["csrftoken"]}
        said = {"username": name, "password": PASSWORD} | also
        return await self.http.post("/admin/public/login/", json=said, headers=token)

    async def decide(self, session_id: str, verb: str) -> httpx.Response:
        """The operator's program calls a verb of the admin API on a held payment."""
        token = await editors.issue_token(f"otto-{os.urandom(8).hex()}")
        return await self.http.post(f"/api/v1/admin/payments/{session_id}/{verb}", headers=bearer(token))

    async def held(self) -> list[dict[str, Any]]:
        """The held payments that wait for a word, as the admin API lists them."""
        token = await editors.issue_token(f"otto-{os.urandom(8).hex()}")
        answer = await self.http.get("/api/v1/admin/payments/held", headers=bearer(token))
        return answer.json()["data"]["items"]

    async def refund_state(self, order: Bought, state: str) -> None:
        """Wait until the order's refund has come to a state: the sandbox's webhook brings it."""
        async with asyncio.timeout(20):
            while (await order_row(order))["refund_state"] != state:  # noqa: ASYNC110 - another process's event
                await asyncio.sleep(0.02)
        await self.drain()

    async def minute(self) -> list[str]:
        """Let a minute pass, and do everything that falls due; the names of the actors that ran."""
        minute.send()
        return await self.drain()

    async def mails(self, to: str = "") -> list[dict[str, Any]]:
        """What was emailed, oldest first."""
        mailed = (await self.sandbox.get("/mailbox.json")).json()
        return [mail for mail in mailed if not to or to in json.dumps(mail["to"])]

    async def email(self, subject: str, to: str = "ana@customers.example") -> dict[str, Any]:
        """The newest email with such a subject, waited for: what leads to it may come by webhook."""
        deadline = asyncio.get_running_loop().time() + 10
        while asyncio.get_running_loop().time() < deadline:
            await self.drain()
            for mail in reversed(await self.mails(to)):
                if subject in mail["subject"]:
                    return mail
            await asyncio.sleep(0.02)
        raise AssertionError(f"no email {subject!r} came; there are {[mail['subject'] for mail in await self.mails()]}")

    async def alert(self, words: str) -> dict[str, Any]:
        """The operator's alert that says this, waited for."""
        async with asyncio.timeout(10):
            while True:
                await self.send_alerts()
                for mail in reversed(await self.mails("operator@blogqueue.example")):
                    if words in mail["subject"]:
                        return mail
                await asyncio.sleep(0.02)

    async def send_alerts(self) -> None:
        """Send the notices of all alerts that wait, without waiting for more of their causes."""
        await self.drain()
        await nudge(await alert_notices.write_due(gather=False))
        await self.drain()

    async def messages(self) -> list[str]:
        """What was posted to the operator's chat, oldest first."""
        return [message["text"] for message in (await self.sandbox.get("/chat.json")).json()]

    async def faults(self, **parties: list[dict[str, Any]]) -> None:
        """What goes wrong next, by party (docs/sandbox.md)."""
        answer = await self.sandbox.put("/faults", json=parties)
        assert answer.status_code == 200, answer.text

    async def asked_and_opened(self, article_id: UUID, **changes: Any) -> dict[str, Any]:
        """A purchase whose payment page is open: {checkoutUrl, sessionId}."""
        asked = await self.ask(article_id, **changes)
        assert asked.status_code == 202, asked.text
        opened = await self.checkout(await self.magic_token(changes.get("email", "ana@customers.example")))
        assert opened.status_code == 200, opened.text
        return opened.json()["data"]

    async def model_calls(self) -> int:
        return int((await self.sandbox.get("/model/calls.json")).json()["count"])

    async def drain(self, *queues: str) -> list[str]:
        """Run every waiting message in this very loop, one after another; the names of the actors it ran."""
        ran: list[str] = []
        while (message := _next_message(queues or tuple(QUEUES))) is not None:
            actor: Any = broker.get_actor(message.actor_name)
            # As the worker's middleware does
            log.begin(message.options.get(log.REQUEST_ID, ""))
            traces.continue_from(message.options.get(traces.PARENT, ""))
            try:
                await actor.fn.__wrapped__(*message.args)
            except Retry as again:
                retries.after_process_message(broker, MessageProxy(message), exception=again)
            ran.append(message.actor_name)
        log.begin("")
        return ran

    async def time_passes(self) -> None:
        """Retries that are due later are due now, and the workers are reminded of them."""
        await DB.run_ddl("UPDATE jobs SET run_at = clock_timestamp() - interval '1 second' WHERE state = 'DELAYED'")
        await DB.run_ddl("UPDATE breakers SET probe_at = clock_timestamp() - interval '1 second'")
        client = redis_broker().client
        for queue in QUEUES:
            client.delete(f"dramatiq:{queue}.DQ", f"dramatiq:{queue}.DQ.msgs")

        await nudge(Outbox(jobs=tuple(await sweep.find_overdue(0))))

    async def sound(self) -> None:
        """What must always hold, holds."""
        broken = [finding for finding in await audit() if finding.offenders]
        assert not broken, broken


def redis_broker() -> WakingBroker:
    assert isinstance(broker, WakingBroker)
    return broker


def redelivered_in_ms(queue: str = "backlink-integration") -> list[int]:
    """In how many ms the broker delivers each message that it holds back, longest first."""
    bodies = cast("list[bytes]", redis_broker().client.hvals(f"dramatiq:{queue}.DQ.msgs"))
    return sorted((int(Message.decode(body).options["eta"]) - redis_clock.millis() for body in bodies), reverse=True)


def _next_message(queues: tuple[str, ...]) -> Message[Any] | None:
    for queue in queues:
        for data in redis_broker().do_fetch(queue, 1):
            message = Message.decode(data)
            redis_broker().do_ack(queue, message.options["redis_message_id"])
            return message
    return None


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def signed(payload: bytes, *, secret: str | None = None, at: int | None = None) -> dict[str, str]:
    """Stripe's signature header over a payload."""
    header = stripe.WebhookSignature.generate_signature_header(
        payload.decode(), secret or settings.stripe_webhook_secret.get_secret_value(), at
    )
    return {"stripe-signature": header, "content-type": "application/json"}


async def order_row(order: Bought) -> dict[str, Any]:
    row = await Order.select().where(Order.id == order.id).first().output(load_json=True)
    assert row is not None
    return row


async def moves(order: Bought) -> list[tuple[str, str, str]]:
    """The lines of the order's history: action, from which status, to which."""
    rows = await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
    return [(row["action"], row["from_status"], row["to_status"]) for row in rows]


async def job_row(order: Bought) -> dict[str, Any]:
    """The order's newest job."""
    return (await Job.select().where(Job.order_id == order.id).order_by(Job.created_at).output(load_json=True))[-1]


def hash_passwords_fast() -> None:
    """Let a password's hash take 1 ms instead of 0.2 s: the tests make some hundred editors, and protect none."""
    assert BaseUser._pbkdf2_iteration_count == 600_000  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as Piccolo names it
    BaseUser._pbkdf2_iteration_count = 1_000  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as above


@asynccontextmanager
async def up(folder: Path) -> AsyncGenerator[Stage]:
    """The web and the sandbox, served in the running loop."""
    hash_passwords_fast()
    await forwards()
    # Connections stay open longer than httpx uses them again, so that no call meets a closing one.
    server = make_server(timeout_keep_alive=60, lifespan="on")
    async with serve_sandbox(folder) as sandbox_url:
        serving = asyncio.create_task(server.serve())
        async with (
            httpx.AsyncClient(base_url=settings.public_url, timeout=30) as http,
            httpx.AsyncClient(base_url=sandbox_url, timeout=30) as stripe_and_co,
        ):
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield Stage(http, stripe_and_co)
        server.should_exit = True
        await serving
