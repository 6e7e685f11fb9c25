"""`blogqueue doctor` says ok only to what works: each part is broken here, and found by its own line."""

import gc
import re
import warnings
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from blogqueue.cli import doctor
from blogqueue.db import migrations
from blogqueue.db.engine import DB, close_pool
from blogqueue.payments import stripe_api, stripe_probe
from blogqueue.settings import settings
from blogqueue.writing import model
from tests.command_line import CommandLine
from tests.stage import Stage, redis_broker


@pytest.fixture(autouse=True)
async def restored(stage: Stage) -> AsyncGenerator[None]:
    """Restore the tests' pool, in whose place the doctor opens one, and closes it."""
    assert stage
    kept = DB.pool
    yield
    if DB.pool is not kept:
        await close_pool()
        DB.pool = kept


def forget_clients() -> None:
    """Let Stripe's and the model's clients be made anew: each keeps the key that it had first."""
    for client in (stripe_api._client, model._client):  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no other way
        client.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # nobody can close the connections of those that are dropped
        gc.collect()


@pytest.fixture
def changed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Generator[pytest.MonkeyPatch]:
    """Let a test change settings, for new clients as well."""
    assert stage
    forget_clients()
    yield monkeypatch
    forget_clients()


async def find(*, running: bool = False) -> dict[str, str]:
    """Return what the doctor finds wrong, by part."""
    return {finding.part: finding.problem for finding in await doctor.examine(running=running) if finding.problem}


async def test_the_doctor_finds_nothing_where_all_is_well(changed: pytest.MonkeyPatch) -> None:
    changed.setattr(settings, "automatic_tax", True)
    assert await find() == {}


@pytest.mark.parametrize(
    ("setting", "value", "part", "says"),
    [
        ("stripe_api_key", SecretStr("sk_live_wrong"), "Stripe", "does not accept STRIPE_API_KEY"),
        ("openai_api_key", SecretStr("wrong"), "model", "answers 401"),
        ("openai_model", "no-such-model", "model", "no model 'no-such-model'"),
        ("openai_base_url", "http://127.0.0.1:1/v1", "model", "cannot be reached"),
        ("smtp_url", SecretStr("smtp://127.0.0.1:1"), "mail", "does not take our emails"),
        ("smtp_url", SecretStr("smtp://user:secret@127.0.0.2:1"), "mail", "does not take our emails"),
        ("broker_url", "redis://127.0.0.1:1", "broker", "does not answer"),
        ("broker_url", "amqp://127.0.0.1:1", "broker", "does not answer"),
        ("public_url", "https://other.blogqueue.example", "webhook", "no enabled webhook endpoint for https://other"),
        ("stripe_api_key", SecretStr("sk_live_wrong"), "invoices", "cannot read invoices"),
        ("secret_key", SecretStr(""), "settings", "BLOGQUEUE_SECRET_KEY is not set"),
        ("stripe_webhook_secret", SecretStr(""), "webhook", "STRIPE_WEBHOOK_SECRET is not set"),
    ],
)
async def test_what_cannot_work_is_not_ok(
    changed: pytest.MonkeyPatch, setting: str, value: object, part: str, says: str
) -> None:
    changed.setattr(settings, setting, value)

    found = await find()

    assert says in found[part]
    assert "secret@" not in found[part]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (None, ""),
        ({"kind": "status", "code": 404}, "takes no messages: the chat answers 404"),
        ({"kind": "redirect"}, "takes no messages: the chat answers 307"),
    ],
)
async def test_the_chat_is_tried_and_nothing_is_posted(stage: Stage, fault: dict[str, Any] | None, says: str) -> None:
    await stage.sandbox.delete("/chat.json")
    await stage.faults(chat=[fault] if fault else [])

    found = [one for one in await doctor.examine(running=False) if one.part == "chat"]

    assert len(found) == 1 and says in found[0].problem and bool(found[0].problem) == bool(says)
    assert (await stage.sandbox.get("/chat.json")).json() == []


async def test_a_redis_that_takes_no_messages_is_not_ok(changed: pytest.MonkeyPatch) -> None:
    # Given a user who may ask for the configuration, and may not write
    client = redis_broker().client
    client.execute_command("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@read", "+@admin", "+@connection")
    changed.setattr(settings, "broker_url", f"redis://reader:pw@{settings.redis_url.rpartition('@')[2]}")

    found = await find()
    client.execute_command("ACL", "DELUSER", "reader")

    assert "takes no messages" in found["broker"]


@pytest.mark.parametrize(
    ("password", "may", "policy", "problem", "remarks"),
    [
        ("pw", "-config", "noeviction", "", 0),
        ("pw", "-config", "allkeys-lru", "may evict messages", 0),
        ("pw", "-config -info", "noeviction", "", 1),
        ("wrong", "-config -info", "noeviction", "does not answer", 0),
    ],
)
async def test_a_redis_without_its_configuration_is_good_if_it_answers(
    changed: pytest.MonkeyPatch, *, password: str, may: str, policy: str, problem: str, remarks: int
) -> None:
    # Given a Redis as services rent it out, which has no CONFIG, and perhaps no INFO either
    client = redis_broker().client
    client.execute_command("ACL", "SETUSER", "tenant", "on", ">pw", "~*", "&*", "+@all", *may.split())
    client.config_set("maxmemory-policy", policy)
    changed.setattr(settings, "broker_url", f"redis://tenant:{password}@{settings.redis_url.rpartition('@')[2]}")

    found = [one for one in await doctor.examine(running=False) if one.part == "broker"]
    client.execute_command("ACL", "DELUSER", "tenant")
    client.config_set("maxmemory-policy", "noeviction")

    assert problem in found[0].problem and bool(found[0].problem) == bool(problem)
    assert len([one for one in found if "does not tell its maxmemory-policy" in one.remark]) == remarks


async def test_events_that_stripe_could_not_deliver_show_a_wrong_webhook_secret(
    changed: pytest.MonkeyPatch, stage: Stage
) -> None:
    # Given an event that never reached us
    changed.setattr(stripe_probe, "UNDELIVERED_AFTER", timedelta(seconds=-10))
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    answer = await stage.checkout(await asked(stage))
    await stage.pay(answer.json()["data"]["checkoutUrl"])

    # The sandbox may still have other tests' events.
    assert re.search(r"could not deliver \d+ events", (await find())["webhook"])


async def test_a_clock_that_has_not_run_is_found(changed: pytest.MonkeyPatch, stage: Stage) -> None:
    assert changed
    assert "no minute's work" in (await find(running=True))["clock"]

    await stage.minute()
    assert "clock" not in await find(running=True)

    await stage.by_force("UPDATE queue_stats SET at = at - interval '5 minutes'")
    assert "the last minute's work was done" in (await find(running=True))["clock"]


async def test_a_web_with_another_webhook_secret_is_found(changed: pytest.MonkeyPatch) -> None:
    assert "web" not in await find(running=True)

    signed = stripe_probe.sign('"another body"')
    changed.setattr(stripe_probe, "sign", {'"blogqueue doctor"': signed}.get)
    assert "does not accept the signature" in (await find(running=True))["web"]

    changed.setattr(settings, "public_url", "http://127.0.0.1:1")
    assert "cannot be reached" in (await find(running=True))["web"]


async def test_a_database_that_lacks_the_newest_migration_is_not_ready(stage: Stage) -> None:
    assert await migrations.is_applied()

    await stage.by_force(
        "UPDATE migration SET app_name = 'aside' "
        "WHERE name = (SELECT max(name) FROM migration WHERE app_name = 'blogqueue')"
    )
    try:
        assert not await migrations.is_applied()
        assert "run `blogqueue migrate`" in (await find())["PostgreSQL"]
    finally:
        await stage.by_force("UPDATE migration SET app_name = 'blogqueue' WHERE app_name = 'aside'")


async def asked(stage: Stage) -> str:
    """Ask for a link; return the token of the email."""
    await stage.ask(await stage.article())
    await stage.drain()
    return await stage.magic_token()


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("SMTP_URL", "smtps://user:zq/xv@mail.blogqueue.example"),
        ("DATABASE_URL", "postgresql://user:zq/xv@db.blogqueue.example/blogqueue"),
        ("BROKER_URL", "amqp://user:zq/xv@broker.blogqueue.example"),
        ("BROKER_URL", "redis://user:zq?xv@broker.blogqueue.example"),
        ("OPENAI_BASE_URL", "https://user:zq/xv@models.blogqueue.example/v1"),
        ("OPENAI_BASE_URL", "https://[models.blogqueue.example/v1"),
        ("STRIPE_API_BASE", "https://user:zq#xv@stripe.blogqueue.example"),
    ],
)
async def test_a_password_that_is_not_encoded_is_a_sentence_without_it(cli: CommandLine, name: str, url: str) -> None:
    done = await cli.run("doctor", **{name: url})

    code, output = done.said
    assert (code, done.err) == (1, "")
    assert f"{name} is not a URL" in output
    assert "Traceback" not in output and "zq" not in output and "xv" not in output
    # And every other part is asked
    assert {"settings", "PostgreSQL", "broker", "mail", "Stripe", "model"} <= {line.split()[0] for line in done.lines}


async def test_workers_that_would_be_killed_before_their_grace_is_over_are_remarked(
    changed: pytest.MonkeyPatch,
) -> None:
    for stop, remarks in ((None, 0), (settings.shutdown_grace_seconds + 1, 0), (settings.shutdown_grace_seconds, 1)):
        changed.setattr(settings, "stop_seconds", stop)
        found = await doctor.examine(running=False)
        assert len([one for one in found if "BLOGQUEUE_STOP_SECONDS is not more" in one.remark]) == remarks
