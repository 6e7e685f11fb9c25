"""For the operator: the newest emails, and sending a FAILED one again."""

from contextlib import nullcontext
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from blogqueue.db import fuzzy_search, history
from blogqueue.db.engine import NOW, fetch, transaction
from blogqueue.db.fuzzy_search import EMAIL_WORDS
from blogqueue.db.tables.emails import Email
from blogqueue.emails.emails import ERASED, OUTCOME_UNKNOWN
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.outbox import Outbox
from blogqueue.states import EmailState

_OF_ADDRESS = 'lower(e."to") = lower({})'
_HAS_WORDS = f"{EMAIL_WORDS} ILIKE {{}}"

_NEWEST = "ORDER BY e.created_at DESC, e.id DESC"

_COLUMNS = 'e.id, e.kind, e."to", e.subject, e.state, e.attempts, e.order_id, e.created_at, e.error'


async def list_newest(state: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """Return the newest emails, of one state if given, without their text."""
    shown = ("id", "kind", "to", "state", "attempts", "created_at", "error")
    return [{name: row[name] for name in shown} for row in await find(state=state.upper(), limit=limit)]


async def find(words: str = "", *, state: str = "", limit: int = 100) -> list[dict[str, Any]]:
    """Return the newest emails with these words in their address or subject, of one state if given, without their text.

    A whole address finds the emails to it only. `may_be_resent` marks those that FAILED, and whose customer was not
    erased; `may_have_arrived` those that the mail server may have accepted although they are FAILED.
    """
    conditions: list[tuple[str, str]] = [("e.state = {}", state)] if state else []
    wanted = "".join(filter(str.isprintable, words)).strip()[:200]
    if wanted:
        conditions.append(
            (_OF_ADDRESS, wanted) if await _is_address(wanted) else (_HAS_WORDS, fuzzy_search.contain(wanted))
        )
    where = " AND ".join(["true", *(sql for sql, _ in conditions)])
    async with fuzzy_search.planned_anew() if conditions else nullcontext():
        rows = await fetch(
            f"SELECT {_COLUMNS} FROM emails e WHERE {where} {_NEWEST} LIMIT {{}}",  # noqa: S608 - constants, no input
            *(value for _, value in conditions),
            limit,
        )
    return [
        dict(row)
        | {
            "may_be_resent": row["state"] == EmailState.FAILED and row["to"] != ERASED,
            "may_have_arrived": row["error"].startswith(OUTCOME_UNKNOWN),
        }
        for row in rows
    ]


async def _is_address(words: str) -> bool:
    """Return whether anything was sent to exactly this address."""
    return "@" in words and bool(await fetch(f"SELECT FROM emails e WHERE {_OF_ADDRESS} {_NEWEST} LIMIT 1", words))


async def get(email_id: UUID) -> dict[str, Any]:
    """Return one email. Raises NotFoundError."""
    row = await Email.select().where(Email.id == email_id).first()
    if row is None:
        raise NotFoundError("email", field="emailId")
    return row


async def count_failed() -> int:
    """Return how many emails have failed, and wait for the operator's decision."""
    return await Email.count().where(Email.state == EmailState.FAILED, Email.to != ERASED)


async def resend(email_id: UUID, *, actor: str, although_unknown: bool = False) -> Outbox:
    """Make a FAILED email WAITING again, with a line in its order's history.

    Raises NotFoundError, ConflictError for an email that is not FAILED, and, unless `although_unknown`, ConflictError
    for one that the mail server may have accepted, because the customer might get it twice.
    """
    outcome_known = QueryString("({} OR NOT starts_with(error, {}))", although_unknown, OUTCOME_UNKNOWN)
    async with transaction():
        rows = (
            await Email.update(
                {
                    Email.state: EmailState.WAITING,
                    Email.error: "",
                    Email.run_at: NOW,
                    Email.lease_until: None,
                    Email.attempts_before: Email.attempts,
                }
            )
            .where(Email.id == email_id, Email.state == EmailState.FAILED, Email.to != ERASED, outcome_known)
            .returning(Email.order_id, Email.subject)
        )
        if not rows:
            raise await _refuse(email_id)
        if rows[0]["order_id"]:
            await history.record(actor, "resend email", order_id=rows[0]["order_id"], detail=rows[0]["subject"])
    return Outbox(emails=(email_id,))


async def _refuse(email_id: UUID) -> Exception:
    """Return the error that says why an email is not sent again."""
    rows = await Email.select(Email.state, Email.to).where(Email.id == email_id)
    if not rows:
        return NotFoundError("email", field="emailId")
    if rows[0]["state"] != EmailState.FAILED:
        return ConflictError(f"The email is {rows[0]['state']}; only a FAILED one can be sent again.")
    if rows[0]["to"] == ERASED:
        return ConflictError("Its customer was erased; there is nothing to send.", code="erased")
    return ConflictError(f"For this email {OUTCOME_UNKNOWN}: the customer may get it twice.", code="outcome_unknown")
