"""The sandbox's state: its configuration, the faults that are set, and objects that survive a restart."""

import asyncio
import json
import sqlite3
import ssl
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from litestar import Request

from blogqueue.sandbox.faults import Faults

JSON = dict[str, Any]

WEBHOOK_TIMEOUT_SECONDS = 20

WEBHOOK_KEEP_ALIVE_SECONDS = 1
"""How long an idle connection to the webhook is reused: less than uvicorn's 5 s, after which the web closes it.

A connection that the web closes while an event is being sent would cost that event its first delivery.
"""


@dataclass(frozen=True, slots=True)
class Config:
    """Where the sandbox listens, keeps its state and sends webhooks, and the API keys that it expects.

    Port 0 takes any free port, which `app.serve` fills in. An empty `webhook_url` sends no webhooks.
    """

    folder: Path
    port: int
    smtp_port: int
    webhook_url: str
    webhook_secret: str
    stripe_key: str
    openai_key: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Config":
        """Read the BLOGQUEUE_SANDBOX_… variables and the API keys. Raises KeyError for a missing one."""
        return cls(
            folder=Path(environ["BLOGQUEUE_SANDBOX_DIR"]),
            port=int(environ["BLOGQUEUE_SANDBOX_PORT"]),
            smtp_port=int(environ["BLOGQUEUE_SANDBOX_SMTP_PORT"]),
            webhook_url=environ.get("BLOGQUEUE_SANDBOX_WEBHOOK_URL", ""),
            webhook_secret=environ["STRIPE_WEBHOOK_SECRET"],
            stripe_key=environ["STRIPE_API_KEY"],
            openai_key=environ["OPENAI_API_KEY"],
        )

    @property
    def url(self) -> str:
        """Return the HTTP address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


class Store:
    """Objects by kind and id, in the order they were first stored, in one SQLite file.

    A stored object survives a killed process (WAL without fsync: only a power failure could lose it).
    """

    INDEXED = ("payment_intent", "status", "pending_webhooks", "prompt")
    """The members that `where` can search; each has an index, so that no call gets slower as objects accumulate."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "sandbox.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS objects "
            "(seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT, UNIQUE (kind, id))"
        )
        for member in self.INDEXED:
            column = f"json_extract(body, '$.{member}')"
            self._db.execute(f"CREATE INDEX IF NOT EXISTS by_{member} ON objects (kind, {column}, seq)")

    def put(self, kind: str, key: str, body: JSON) -> None:
        """Store an object, or its new state."""
        self._db.execute(
            "INSERT INTO objects (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    def get(self, kind: str, key: str) -> JSON | None:
        """Return an object, or None."""
        row = self._db.execute("SELECT body FROM objects WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[JSON]:
        """Return every object of a kind, oldest first."""
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(row[0]) for row in rows]

    def newest(self, kind: str, limit: int) -> list[JSON]:
        """Return up to `limit` objects of a kind, newest first."""
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq DESC LIMIT ?", (kind, limit))
        return [json.loads(row[0]) for row in rows]

    def where(self, kind: str, member: str, value: str | int) -> list[JSON]:
        """Return the objects of a kind with a value in one of the INDEXED members, oldest first."""
        column = f"json_extract(body, '$.{member}')"
        sql = f"SELECT body FROM objects WHERE kind = ? AND {column} = ? ORDER BY seq"  # noqa: S608 - our own names
        return [json.loads(row[0]) for row in self._db.execute(sql, (kind, value))]

    def count(self, kind: str) -> int:
        """Return how many objects of a kind there are."""
        return int(self._db.execute("SELECT count(*) FROM objects WHERE kind = ?", (kind,)).fetchone()[0])

    def clear(self, kind: str) -> None:
        """Delete every object of a kind."""
        self._db.execute("DELETE FROM objects WHERE kind = ?", (kind,))

    def empty(self) -> None:
        """Delete every object."""
        self._db.execute("DELETE FROM objects")

    def remove(self, kind: str, key: str) -> None:
        """Delete one object."""
        self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, key))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@dataclass
class Sandbox:
    """A running sandbox: its stored objects, its faults, and its background work."""

    config: Config
    store: Store
    faults: Faults = field(default_factory=Faults)
    # trust_env=False: the machine's proxy is not for loopback.
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(
            timeout=WEBHOOK_TIMEOUT_SECONDS,
            trust_env=False,
            verify=ssl.create_default_context(),  # the machine's authorities, or those of SSL_CERT_FILE
            limits=httpx.Limits(keepalive_expiry=WEBHOOK_KEEP_ALIVE_SECONDS),
        )
    )
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    # Events that a "reorder" fault holds back until the next one has been sent.
    held: list[JSON] = field(default_factory=list[JSON])
    # Idempotency keys whose first call is still running.
    keys_in_use: set[str] = field(default_factory=set[str])

    def run_in_background(self, work: Coroutine[Any, Any, object]) -> None:
        """Start a task that ends at the latest when the sandbox stops."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the sandbox stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def stop(self) -> None:
        """Cancel the background work and close the file."""
        self.stopping.set()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.http.aclose()
        self.store.close()


def get_sandbox(request: Request[Any, Any, Any]) -> Sandbox:
    """Return the sandbox that serves a request."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
