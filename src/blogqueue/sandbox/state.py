"""What the sandbox knows: its configuration, the faults that are set, and objects that survive a restart."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar import Request

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Config:
    """Where the sandbox listens and keeps its state, whom it tells, and the keys that it expects."""

    folder: Path
    port: int
    smtp_port: int
    webhook_url: str
    webhook_secret: str
    stripe_key: str
    openai_key: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Config":
        """The configuration that the environment's BLOGQUEUE_SANDBOX_… and keys say."""
        return cls(
            folder=Path(environ["BLOGQUEUE_SANDBOX_DIR"]),
            port=int(environ["BLOGQUEUE_SANDBOX_PORT"]),
            smtp_port=int(environ["BLOGQUEUE_SANDBOX_SMTP_PORT"]),
            webhook_url=environ["BLOGQUEUE_SANDBOX_WEBHOOK_URL"],
            webhook_secret=environ["STRIPE_WEBHOOK_SECRET"],
            stripe_key=environ["STRIPE_API_KEY"],
            openai_key=environ["OPENAI_API_KEY"],
        )

    @property
    def url(self) -> str:
        """The sandbox's address."""
        return f"http://127.0.0.1:{self.port}"


class Store:
    """Objects by kind and id, in the order they were first put; on disk before `put` returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "sandbox.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS objects "
            "(seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT, UNIQUE (kind, id))"
        )

    def put(self, kind: str, key: str, body: JSON) -> None:
        """Keep an object, or its new state."""
        self._db.execute(
            "INSERT INTO objects (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    def get(self, kind: str, key: str) -> JSON | None:
        """An object, or None."""
        row = self._db.execute("SELECT body FROM objects WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[JSON]:
        """Every object of a kind, oldest first."""
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(row[0]) for row in rows]

    def clear(self, kind: str) -> None:
        """Forget every object of a kind."""
        self._db.execute("DELETE FROM objects WHERE kind = ?", (kind,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


KINDS: dict[str, frozenset[str]] = {
    "model": frozenset(
        {"slow", "status", "malformed_json", "cut", "refusal", "incomplete", "empty", "wrong_edit", "opinion"}
    ),
    "stripe": frozenset({"slow", "status", "drop_after", "refund_fails"}),
    "webhook": frozenset({"drop", "delay", "duplicate"}),
    "mail": frozenset({"slow", "status", "drop_after_data"}),
}
"""The faults that each party knows; what each does is in docs/sandbox.md."""


# These two are about one kind of call only, whether or not they say so.
_ONLY_FOR = {"wrong_edit": {"schema": "link_edit"}, "opinion": {"schema": "second_opinion"}}


@dataclass
class Faults:
    """Faults to come, a queue for each party; `times` counts down, -1 never does."""

    queues: dict[str, list[JSON]] = field(default_factory=dict[str, list[JSON]])

    def set(self, wanted: JSON) -> str:
        """Replace the named parties' queues; what is wrong with them in words, or ""."""
        for party, faults in wanted.items():
            if party not in KINDS:
                return f"unknown party {party!r}; known are {', '.join(KINDS)}"
            if not isinstance(faults, list):
                return f"{party} takes a list of faults"
            for fault in faults:
                if not isinstance(fault, dict) or fault.get("kind") not in KINDS[party]:
                    return f"unknown fault {fault!r}; {party} knows {', '.join(sorted(KINDS[party]))}"
        for party, faults in wanted.items():
            self.queues[party] = [{"times": 1, **_ONLY_FOR.get(fault["kind"], {}), **fault} for fault in faults]
        return ""

    def take(self, party: str, **about: str) -> JSON | None:
        """The next fault that applies to a call, used up by one; `about` is matched with the fault's own filters."""
        for fault in self.queues.get(party, []):
            if fault["times"] and all(fault.get(name, value) == value for name, value in about.items()):
                fault["times"] -= fault["times"] > 0
                return fault
        return None


@dataclass
class Sandbox:
    """All of it."""

    config: Config
    store: Store
    faults: Faults = field(default_factory=Faults)


def of(request: Request[Any, Any, Any]) -> Sandbox:
    """The sandbox that a request came to."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
