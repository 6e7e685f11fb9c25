"""An email is one mail worker's at a time, and handed over at most once."""

import asyncio

import asyncpg
import pytest

from blogqueue.db.engine import UNAVAILABLE
from blogqueue.db.tables.emails import Email
from blogqueue.emails import emails
from blogqueue.emails.emails import Outgoing
from blogqueue.settings import settings
from tests.mailed import an_email, due_again, email_row
from tests.stage import Stage


@pytest.fixture
async def claimed(stage: Stage) -> Outgoing:
    """An email in the hands of a mail worker."""
    outgoing = await emails.claim((await an_email(stage))["id"])
    assert outgoing is not None and outgoing.attempt == 1
    return outgoing


@pytest.mark.parametrize("state", ["SENDING", "SENT", "FAILED"])
async def test_an_email_that_no_longer_waits_is_neither_claimed_nor_handed_over(claimed: Outgoing, state: str) -> None:
    await Email.update({Email.state: state, Email.lease_until: None}).where(Email.id == claimed.id)

    assert not await emails.hand_over(claimed)
    assert await emails.claim(claimed.id) is None
    assert (await email_row())["state"] == state


async def test_an_email_is_handed_over_once(claimed: Outgoing) -> None:
    assert await emails.hand_over(claimed)
    assert not await emails.hand_over(claimed)


async def test_an_email_whose_worker_was_overtaken_is_handed_over_by_the_other_one_alone(claimed: Outgoing) -> None:
    # Given a mail worker that was too slow, and another one that has the email now
    assert await emails.claim(claimed.id) is None
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() - interval '1 millisecond'")
    other = await emails.claim(claimed.id)
    assert other is not None and other.attempt == 2

    # Then the slow one hands nothing over, and cannot put the email off either
    assert not await emails.hand_over(claimed)
    before = await email_row()
    await emails.mark_refused(claimed, "too late", retry_ms=None)
    assert await email_row() == before
    assert await emails.hand_over(other)


async def test_an_email_is_claimed_when_it_is_due_and_no_sooner(stage: Stage) -> None:
    email = await an_email(stage)
    await Email.raw("UPDATE emails SET run_at = clock_timestamp() + interval '1 minute'")
    assert await emails.claim(email["id"]) is None

    await Email.raw("UPDATE emails SET run_at = clock_timestamp()")
    assert await emails.claim(email["id"]) is not None
    left = await Email.raw("SELECT EXTRACT(EPOCH FROM lease_until - clock_timestamp()) AS seconds FROM emails")
    assert emails.LEASE_SECONDS - 5 < left[0]["seconds"] <= emails.LEASE_SECONDS


async def test_an_email_that_was_not_taken_is_claimed_again_when_its_wait_is_over(claimed: Outgoing) -> None:
    await emails.mark_refused(claimed, "busy" * 1_000, retry_ms=60_000)

    waiting = await email_row()
    assert (waiting["state"], waiting["lease_until"], len(waiting["error"])) == ("WAITING", None, 2_000)
    due = await Email.raw("SELECT EXTRACT(EPOCH FROM run_at - clock_timestamp()) AS seconds FROM emails")
    assert 55 < due[0]["seconds"] <= 60
    assert await emails.claim(claimed.id) is None
    await due_again()
    again = await emails.claim(claimed.id)
    assert again is not None and again.attempt == 2


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ("run_at = clock_timestamp() - interval '4 seconds'", False),
        ("run_at = clock_timestamp() - interval '6 seconds'", True),
        ("run_at = run_at - interval '1 hour', lease_until = clock_timestamp() + interval '1 second'", False),
        ("run_at = run_at - interval '1 hour', lease_until = clock_timestamp() - interval '1 second'", True),
        ("run_at = run_at - interval '1 hour', state = 'SENDING'", False),
        ("run_at = run_at - interval '1 hour', state = 'FAILED', error = 'x'", False),
    ],
)
async def test_the_sweep_finds_emails_that_are_due_and_that_nobody_has(
    stage: Stage, changes: str, *, found: bool
) -> None:
    email = await an_email(stage)
    await Email.raw(f"UPDATE emails SET {changes}")  # noqa: S608 - the texts above

    assert await emails.find_overdue() == ((email["id"],) if found else ())


@pytest.mark.parametrize(("seconds", "state"), [(1, "SENDING"), (-1, "FAILED")])
async def test_an_email_is_given_up_only_after_its_lease(claimed: Outgoing, seconds: int, state: str) -> None:
    assert await emails.hand_over(claimed)
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() + {} * interval '1 second'", seconds)

    await emails.give_up_unanswered()

    assert (await email_row())["state"] == state


async def test_a_late_refusal_changes_no_email_that_was_sent(claimed: Outgoing) -> None:
    await emails.mark_sent(claimed)

    await emails.mark_refused(claimed, "a second answer", retry_ms=5_000)

    assert ((await email_row())["state"], (await email_row())["error"]) == ("SENT", "")


@pytest.mark.usefixtures("claimed")
async def test_an_email_that_was_not_handed_over_is_not_given_up() -> None:
    await Email.raw("UPDATE emails SET lease_until = clock_timestamp() - interval '1 second'")

    await emails.give_up_unanswered()

    assert (await email_row())["state"] == "WAITING"


async def test_an_email_whose_order_cannot_be_read_is_not_claimed(stage: Stage) -> None:
    # Given an email of an order, and a PostgreSQL that goes away between the claim and the order
    await stage.buy(await stage.article())
    await Email.update({Email.state: "WAITING", Email.attempts: 0}).where(Email.kind == "order_received")
    email = await Email.objects().get(Email.kind == "order_received")
    assert email is not None
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
    claiming = asyncio.create_task(emails.claim(email.id))
    while not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
        pass

    # When the connection of the claim ends
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    with pytest.raises(UNAVAILABLE):
        await claiming
    await connection.close()

    # Then the next message finds it as it was
    outgoing = await emails.claim(email.id)
    assert outgoing is not None and outgoing.attempt == 1
