"""The monkey of a chaos run: draws faults from a seed, causes them, and measures how long recovery takes."""

import asyncio
import random
import signal
import time
import xmlrpc.client
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psutil
import redis as redis_client
from dramatiq.message import Message

from tests.product import Hosts, Storefront

WRITER, ARTICLES = "app:writer-backlinks", "app:writer-articles"
WEB, MAIL, CLOCK = "app:web", "app:mail", "app:clock"
POSTGRES, REDIS = "data:postgres", "data:redis"
PAUSE_SECONDS = (0.3, 2.7)
"""The pause between two faults. A worker takes about 3 s to start, and one that never runs shows nothing."""

ACTORS = {"backlink-integration": "integrate_backlink", "article-generation": "generate_article"}

ELSEWHERE = {"model", "mail", "webhook", "stripe", "duplicate_sends"}
"""The faults that do not keep a worker from taking a job."""

SLOW_SECONDS = 15
"""The time by which a killed job is taken up again while nothing else is broken."""

LOGS = ("writer-backlinks", "writer-articles", "another-writer-backlinks")
REFUSED = "job result refused"
"""What a worker logs whose lease was lost while it was suspended or cut off."""

MODEL = (
    {"kind": "status", "code": 503, "times": 3},
    {"kind": "status", "code": 429, "retry_after": 1, "times": 2},
    {"kind": "status", "code": 400},
    {"kind": "slow", "seconds": 4, "times": 3},
    {"kind": "malformed_json", "times": 2},
    {"kind": "cut", "times": 2},
    {"kind": "refusal"},
    {"kind": "wrong_edit", "name": "second_link", "times": 2},
    {"kind": "wrong_edit", "name": "gutted", "times": 3},
    {"kind": "wrong_article", "name": "no_link", "times": 2},
)
MAILS = (
    {"kind": "status", "code": 451, "at": "rcpt", "times": 3},
    {"kind": "status", "code": 550, "at": "data"},
    {"kind": "down", "times": 3},
    {"kind": "drop_after_data"},
    {"kind": "slow", "seconds": 3, "times": 2},
)
WEBHOOKS = (
    {"kind": "drop", "times": 2},
    {"kind": "duplicate", "times_each": 5, "times": 3},
    {"kind": "delay", "seconds": 3, "times": 2},
    {"kind": "reorder", "seconds": 2, "times": 2},
)
STRIPE = (
    {"kind": "status", "code": 500, "times": 2},
    {"kind": "drop_after", "times": 2, "method": "POST"},
    {"kind": "slow", "seconds": 2, "times": 2},
)


@dataclass(frozen=True)
class Recovery:
    """How long a killed job waited for its next run, and what else broke meanwhile."""

    job: str
    seconds: float
    on_top: list[str]
    """The other faults between the kill and the claim, each with its seconds after the kill."""

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s  {self.job}  on top: {', '.join(self.on_top) or 'nothing'}"


class Monkey:
    """Breaks one thing after another."""

    def __init__(self, shop: Storefront, hosts: Hosts, draw: random.Random, faults: int) -> None:
        self.shop, self.product, self.hosts = shop, shop.product, hosts
        self.draw = draw
        self._faults, self._tried = faults, 0
        self.caused: Counter[str] = Counter()
        self.duplicates = 0
        self.recoveries: list[Recovery] = []
        self._timeline: list[tuple[float, str]] = []
        self._watches: set[asyncio.Task[None]] = set()
        self._sleepers: list[psutil.Process] = []

    async def work(self) -> None:
        """Cause faults until none is left."""
        weighted: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.kill_worker, 11), (self.kill_other, 3), (self.stop_worker, 2),
            (self.put_to_sleep, 5), (self.redis_restarts, 2), (self.redis_forgets, 2), (self.redis_away, 1),
            (self.postgres_restarts, 2), (self.postgres_away, 1), (self.model, 3), (self.mail, 2), (self.webhook, 3),
            (self.stripe, 2), (self.duplicate_sends, 3),
        ]  # fmt: skip
        while self._tried < self._faults:
            self._tried += 1
            fault = self.draw.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]
            self.caused[fault.__name__] += 1
            self._timeline.append((time.monotonic(), fault.__name__))
            try:
                await fault()
            except (psutil.Error, redis_client.RedisError, xmlrpc.client.Fault, IndexError, OSError):
                self.caused[fault.__name__] -= 1  # what it reached for was down already
            await asyncio.sleep(self.draw.uniform(*PAUSE_SECONDS))

    async def has_broken(self, times: int) -> bool:
        """Return whether it has caused so many faults: customers arrive as the faults do."""
        return self._tried >= times

    async def end_faults(self) -> None:
        """End all faults, and wait until every killed job was claimed again."""
        await self.shop.faults()
        for sleeper in self._sleepers:
            if sleeper.is_running():
                sleeper.resume()
        if self._watches:
            await asyncio.wait(self._watches, timeout=120)

    def table(self) -> dict[str, Any]:
        """Return how often it caused each fault, and the slowest recovery."""
        kills = sum(self.caused[name] for name in ("kill_worker", "kill_other"))
        ordered = sorted(recovery.seconds for recovery in self.recoveries)
        alone = [recovery.seconds for recovery in self.recoveries if not recovery.on_top]
        return {
            "kills": kills,
            "workers asleep past their lease (STOP)": self.caused["put_to_sleep"],
            "workers stopped (TERM)": self.caused["stop_worker"],
            "Redis restarts, FLUSHALLs, absences": sum(
                self.caused[name] for name in ("redis_restarts", "redis_forgets", "redis_away")
            ),
            "PostgreSQL restarts and absences": self.caused["postgres_restarts"] + self.caused["postgres_away"],
            "faults of model, mail, webhook, Stripe": sum(
                self.caused[name] for name in ("model", "mail", "webhook", "stripe")
            ),
            "… late results refused": sum(self.product.log(f"{name}*").count(REFUSED) for name in LOGS),
            "duplicate sends": self.duplicates,
            "jobs killed and taken up again": len(ordered),
            "slowest of them, s": round(ordered[-1], 1) if ordered else 0,
            f"slowest of {len(alone)} with no other fault on top, s": round(max(alone, default=0), 1),
            "half of them within, s": round(ordered[len(ordered) // 2], 1) if ordered else 0,
        }

    def slow(self) -> list[Recovery]:
        """Return the recoveries that took longer than they may while nothing else is broken, slowest first."""
        late = [recovery for recovery in self.recoveries if recovery.seconds > SLOW_SECONDS]
        return sorted(late, key=lambda recovery: recovery.seconds, reverse=True)

    async def kill_worker(self) -> None:
        """Kill a worker."""
        worker = self._worker()
        await self._watch_jobs_of(worker.pid)
        worker.kill()

    async def kill_other(self) -> None:
        """Kill the web, the mail worker or the clock."""
        self.product.send(self.draw.choice((WEB, MAIL, CLOCK)), signal.SIGKILL)

    async def stop_worker(self) -> None:
        """Stop a worker by SIGTERM, as a deploy does."""
        self._worker().terminate()

    async def put_to_sleep(self) -> None:
        """Suspend a process past its lease, one that works if there is one; then continue it."""
        rows = await self.shop.rows("SELECT lease_holder FROM jobs WHERE state = 'ACTIVE' ORDER BY started_at DESC")
        holders = [int(row["lease_holder"].rpartition(":")[2]) for row in rows]
        sleeper = psutil.Process(self.draw.choice(holders)) if holders else self._worker()
        sleeper.suspend()
        self._sleepers.append(sleeper)
        task = asyncio.create_task(self._wake(sleeper, self.draw.uniform(9, 13)))
        self._watches.add(task)
        task.add_done_callback(self._watches.discard)

    async def redis_restarts(self) -> None:
        """Kill or stop Redis; supervisord restarts it."""
        self.product.send(REDIS, self.draw.choice((signal.SIGKILL, signal.SIGTERM)))

    async def redis_forgets(self) -> None:
        """Empty Redis."""
        client = redis_client.Redis.from_url(self.product.demo_file["redisUrl"])
        await asyncio.to_thread(client.flushall)
        client.close()

    async def redis_away(self) -> None:
        """Take Redis away for some seconds."""
        await self._away(REDIS)

    async def postgres_restarts(self) -> None:
        """Restart PostgreSQL by a fast shutdown, or by killing a backend."""
        if self.draw.random() < 0.5:
            self.product.send(POSTGRES, signal.SIGINT, master_only=True)
        else:
            self.draw.choice(self.product.processes(POSTGRES)[1:]).kill()

    async def postgres_away(self) -> None:
        """Take PostgreSQL away for some seconds."""
        await self._away(POSTGRES)

    async def model(self) -> None:
        """Set a fault of the model."""
        await self.shop.faults(model=[self.draw.choice(MODEL)])

    async def mail(self) -> None:
        """Set a fault of the mail server."""
        await self.shop.faults(mail=[self.draw.choice(MAILS)])

    async def webhook(self) -> None:
        """Make webhooks lost, late, doubled or out of order."""
        await self.shop.faults(webhook=[self.draw.choice(WEBHOOKS)])

    async def stripe(self) -> None:
        """Set a fault of Stripe."""
        await self.shop.faults(stripe=[self.draw.choice(STRIPE)])

    async def duplicate_sends(self) -> None:
        """Send twenty messages for jobs in any state, the same job more than once if there are few."""
        rows = await self.shop.rows("SELECT id, queue FROM jobs, generate_series(1, 20) ORDER BY random() LIMIT 20")
        client = redis_client.Redis.from_url(self.product.demo_file["redisUrl"])
        for number, row in enumerate(rows):
            message_id = f"chaos-{time.monotonic_ns()}-{number}"
            message: Message[Any] = Message(
                queue_name=row["queue"],
                actor_name=ACTORS[row["queue"]],
                args=(row["id"],),
                kwargs={},
                options={"redis_message_id": message_id},
            )
            client.hset(f"dramatiq:{row['queue']}.msgs", message_id, message.encode())
            client.rpush(f"dramatiq:{row['queue']}", message_id)
            self.duplicates += 1
        client.close()

    def _worker(self) -> psutil.Process:
        """Return the process of a worker of one of the hosts."""
        here = [self.product.processes(program)[0] for program in (WRITER, ARTICLES)]
        return self.draw.choice([*here, *self.hosts.processes()])

    async def _away(self, program: str) -> None:
        await asyncio.to_thread(self.product.take_away, program)
        await asyncio.sleep(self.draw.uniform(2, 8))
        self.product.bring_back(program)

    async def _wake(self, sleeper: psutil.Process, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if sleeper.is_running():
            sleeper.resume()

    async def _watch_jobs_of(self, pid: int) -> None:
        rows = await self.shop.rows(
            "SELECT id, fencing_token FROM jobs WHERE state = 'ACTIVE' AND lease_holder LIKE '%:' || $1", str(pid)
        )
        for row in rows:
            task = asyncio.create_task(self._recovery(row["id"], row["fencing_token"]))
            self._watches.add(task)
            task.add_done_callback(self._watches.discard)

    def _on_top(self, killed: float) -> list[str]:
        """Return the faults since a kill that may keep a job waiting; the kill itself came just before."""
        return [f"{name} +{at - killed:.1f}" for at, name in self._timeline if at > killed and name not in ELSEWHERE]

    async def _recovery(self, job: str, fencing_token: int) -> None:
        """Measure the seconds from a kill until another run has claimed the job."""
        killed = time.monotonic()
        while True:
            rows = await self.shop.rows("SELECT fencing_token, state FROM jobs WHERE id = $1", job)
            if not rows or rows[0]["fencing_token"] > fencing_token:
                self.recoveries.append(Recovery(job, time.monotonic() - killed, self._on_top(killed)))
                return
            if rows[0]["state"] != "ACTIVE":
                return  # it had just ended
            await asyncio.sleep(0.1)
