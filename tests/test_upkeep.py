"""The minute's nets: what was lost on the way is sent again, what ran out is let go, and what is done is cleaned up."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from blogqueue.actors.messages import minute
from blogqueue.audit import audit
from blogqueue.db import history
from blogqueue.db.engine import DB
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job, QueueStat
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.jobs import jobs, sweep
from blogqueue.jobs.queues import BACKLINK_INTEGRATION
from blogqueue.payments import refunds
from blogqueue.settings import settings
from tests.people import BEN, CLEO, LONG
from tests.stage import Stage, redis_broker


async def long_ago() -> None:
    """What was sent was sent two minutes ago."""
    await DB.run_ddl("UPDATE jobs SET sent_at = clock_timestamp() - interval '2 minutes'")
    await DB.run_ddl("UPDATE emails SET run_at = run_at - interval '2 minutes'")


async def test_a_flushed_redis_loses_no_job_and_no_email(stage: Stage) -> None:
    # Given a paid order, and a Redis that has lost everything
    order = await stage.buy(await stage.article())
    redis_broker().client.flushall()
    await long_ago()

    # When a minute has passed
    assert "integrate_backlink" in await stage.minute()

    # Then the order is delivered
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_job_that_waits_in_the_broker_is_not_sent_again(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await long_ago()

    minute.send()
    assert await stage.drain("upkeep") == ["minute"]

    assert redis_broker().client.llen("dramatiq:backlink-integration") == 1


async def test_a_job_that_waits_long_in_the_broker_is_sound_and_one_that_was_sent_long_ago_and_lost_is_not(
    stage: Stage,
) -> None:
    # Given two jobs that are due for hours, and a broker that has lost the reminder of one of them
    article_id = await stage.article(max_paid_links=5)
    pages = [await stage.asked_and_opened(article_id), await stage.asked_and_opened(article_id, **BEN)]
    for page in pages:
        await stage.pay(page["checkoutUrl"])
    first, second = await stage.received(), await stage.received(BEN["email"])
    await DB.run_ddl("UPDATE jobs SET run_at = run_at - interval '3 hours', sent_at = sent_at - interval '3 hours'")
    body = redis_broker().client.lpop("dramatiq:backlink-integration")
    assert body is not None
    assert sorted(await offenders(8)) == sorted(f"backlink-int-{order.id}" for order in (first, second))

    # When a minute has passed
    minute.send()
    await stage.drain("upkeep")

    # Then the one is seen to wait, and the other is sent again
    assert await offenders(8) == []
    assert redis_broker().client.llen("dramatiq:backlink-integration") == 2
    await stage.drain()
    assert [(await stage.status(order))["status"] for order in (first, second)] == ["QUALITY_CHECK"] * 2


async def test_a_refund_that_nobody_sends_is_not_sound(stage: Stage) -> None:
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.drain()
    await refunds.begin(order.id, actor="test")
    assert await offenders(8) == []

    await DB.run_ddl("UPDATE refunds SET run_at = run_at - interval '6 minutes'")

    assert await offenders(8) == [str(order.id)]


async def offenders(number: int) -> list[str]:
    """What breaks a rule of the audit."""
    return next(finding.offenders for finding in await audit() if finding.number == number)


async def test_a_minute_that_is_sent_twice_counts_once(stage: Stage) -> None:
    await stage.minute()
    await stage.minute()

    assert len({(row["queue"], row["at"]) for row in await QueueStat.select()}) == await QueueStat.count()


async def test_a_purchase_that_was_not_paid_lets_its_place_go(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=1)
    await stage.ask(article_id)
    await stage.open_link()
    await Purchase.raw("UPDATE purchases SET (slot_held_until, token_expires_at) = (now(), now())")

    await stage.minute()

    assert (await Purchase.select(Purchase.state))[0]["state"] == "EXPIRED"
    assert (await stage.ask(article_id, email="ben@customers.example")).status_code == 202


async def test_a_paid_session_whose_webhook_never_came_is_fulfilled(stage: Stage) -> None:
    # Given a paid session, and a webhook that was lost for good
    await stage.ask(await stage.article())
    opened = (await stage.checkout(await stage.magic_token())).json()["data"]
    await stage.sandbox.put("/faults", json={"webhook": [{"kind": "drop"}]})
    await stage.pay(opened["checkoutUrl"])
    await Purchase.raw("UPDATE purchases SET session_started_at = now() - interval '2 minutes'")

    # When a minute has passed
    await stage.minute()

    # Then there is an order, and it is delivered
    assert (await stage.status(await stage.received()))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_session_that_was_paid_in_its_last_minute_is_fulfilled_and_not_opened_again(stage: Stage) -> None:
    # Given a session that was paid, whose webhook is still on its way when its time is over
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    opened = (await stage.checkout(token)).json()["data"]
    await stage.sandbox.put("/faults", json={"webhook": [{"kind": "drop"}]})
    await stage.pay(opened["checkoutUrl"])
    await Purchase.raw(
        "UPDATE purchases SET session_expires_at = now() - interval '1 second', "
        "token_expires_at = now() + interval '1 minute'"
    )

    # When the customer opens the magic link again
    answer = await stage.checkout(token)

    # Then it says that it is paid, and the next minute takes up the order
    assert answer.json()["error"]["code"] == "token_used"
    await long_ago()
    await stage.minute()
    assert (await stage.status(await stage.received()))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_session_that_ended_unpaid_lets_its_place_go(stage: Stage) -> None:
    await stage.ask(await stage.article())
    opened = (await stage.checkout(await stage.magic_token())).json()["data"]

    await stage.sandbox.post(f"{opened['checkoutUrl']}/expire")

    assert (await Purchase.select(Purchase.state))[0]["state"] == "EXPIRED"


async def test_each_queue_keeps_its_newest_hundred_completed_jobs(stage: Stage) -> None:
    # Given an order with 130 completed jobs
    order = await stage.buy(await stage.article())
    await Job.insert(
        *[
            Job(id=f"old-{number}-{uuid4()}", queue=BACKLINK_INTEGRATION.name, order_id=order.id, state="COMPLETED")
            for number in range(130)
        ]
    )
    await DB.run_ddl("UPDATE jobs SET finished_at = clock_timestamp() WHERE state = 'COMPLETED'")

    # When they are cleaned up
    assert await sweep.clean_up() == 30

    # Then a hundred are left, and the open one
    assert await Job.count().where(Job.state == "COMPLETED") == 100
    assert await Job.count().where(Job.state == "WAITING") == 1


async def test_each_queue_keeps_its_newest_five_hundred_failed_jobs_and_those_that_may_be_retried(stage: Stage) -> None:
    # Given a delivered order with 530 failed jobs, and another that failed and is not refunded yet
    article_id = await stage.article(max_paid_links=5)
    delivered, failed = await stage.delivered(article_id), await stage.buy(article_id, **BEN)
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.drain()
    for order, number in ((delivered, 530), (failed, 3)):
        await Job.insert(
            *[
                Job(id=f"old-{n}-{uuid4()}", queue=BACKLINK_INTEGRATION.name, order_id=order.id, state="FAILED")
                for n in range(number)
            ]
        )
    await DB.run_ddl("UPDATE jobs SET finished_at = created_at WHERE id LIKE 'old-%'")
    await Job.raw("UPDATE jobs SET finished_at = created_at - interval '1 year' WHERE order_id = {}", failed.id)

    # When they are cleaned up
    await sweep.clean_up()

    # Then five hundred are left, and all of the order that an operator may retry
    assert await Job.count().where(Job.state == "FAILED", Job.order_id == delivered.id) == 500
    assert await Job.count().where(Job.state == "FAILED", Job.order_id == failed.id) == 4


async def test_cancelled_jobs_are_deleted_unless_their_orders_may_go_on(stage: Stage) -> None:
    # Given 130 cancelled jobs of a published order, and older ones of orders that may still go on
    now = datetime.now(UTC)
    states = {"published": ("COMPLETED", False), "failed": ("FAILED", False), "held": ("COMPLETED", True)}
    for name, (status, on_hold) in (states | {"open": ("QUALITY_CHECK", False)}).items():
        order = await stage.delivered(await stage.article(slug=f"soil-{name}"), email=f"{name}@customers.example")
        await Order.update({Order.status: status, Order.on_hold: on_hold}, force=True).where(Order.id == order.id)
        number, finished_at = (130, now) if name == "published" else (2, now - timedelta(days=1))
        await Job.insert(
            *[
                Job(id=f"{name}-{n}", queue=BACKLINK_INTEGRATION.name, order_id=order.id, state="CANCELLED")
                for n in range(number)
            ]
        )
        await Job.update({Job.finished_at: finished_at}).where(Job.id.like(f"{name}-%"))

    # When they are cleaned up
    assert await sweep.clean_up() == 30

    # Then a hundred are left of the published order, and all of the others
    left = [row["id"].partition("-")[0] for row in await Job.select(Job.id).where(Job.state == "CANCELLED")]
    assert Counter(left) == {"published": 100, "failed": 2, "held": 2, "open": 2}


async def test_a_clean_up_makes_no_room_for_more_regenerations(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given Ana, who has regenerated as often as an hour allows, and whose jobs are cleaned up
    monkeypatch.setattr(settings, "max_regenerations_per_hour_per_order", 2)
    order = await stage.delivered(await stage.article())
    for _ in range(2):
        assert (await stage.regenerate(order)).status_code == 202
        await stage.drain()
    await Job.delete().where(Job.order_id == order.id)

    # When she wants another one
    refused = await stage.regenerate(order)

    # Then she is asked to wait
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    await stage.sound()


async def test_a_webhook_that_comes_again_after_its_job_was_cleaned_away_does_nothing(stage: Stage) -> None:
    # Given a delivered order whose job was cleaned up
    opened = await stage.asked_and_opened(await stage.article())
    event = (await stage.pay(opened["checkoutUrl"]))["eventId"]
    order = await stage.received()
    await stage.drain()
    await Job.delete().where(Job.order_id == order.id)
    before = (await stage.status(order), await Email.count(), await Order.count())

    # When its webhook comes again, also under another event's name
    again = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": event, "times": 3})
    await StripeEvent.delete(force=True)
    forgotten = await stage.sandbox.post("/webhooks/redeliver", json={"eventId": event})
    ran = await stage.drain()

    # Then nothing has changed
    assert (again.json()["statuses"], forgotten.json()["statuses"], ran) == ([200] * 3, [200], [])
    assert (await stage.status(order), await Email.count(), await Order.count()) == before
    assert await Job.count() == 0


async def test_a_job_of_an_order_that_is_gone_cannot_be(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await Order.delete().where(Order.id == order.id)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await jobs.create(Job(id="backlink-int-nobody", queue=BACKLINK_INTEGRATION.name, order_id=uuid4()))

    await stage.sound()


async def test_a_clock_that_was_down_for_ten_minutes_has_forgotten_nothing(stage: Stage) -> None:
    # Given what fell due meanwhile: a job and an email that were never sent, a hold that has expired, a refund,
    # and a paid session whose webhook was lost
    article_id = await stage.article(max_paid_links=9, content=LONG)
    ordered = await stage.buy(article_id)
    failed = await stage.buy(article_id, **BEN)
    await Job.delete().where(Job.order_id == failed.id)
    await Order.update({Order.status: "FAILED", Order.refund_due_at: Order.created_at}).where(Order.id == failed.id)
    await history.record("test", "failed", order_id=failed.id, from_status="PROCESSING", to_status="FAILED")
    lost = await stage.asked_and_opened(article_id, **CLEO)
    await stage.faults(webhook=[{"kind": "drop"}])
    await stage.pay(lost["checkoutUrl"])
    await stage.ask(article_id, email="dan@customers.example", anchorText="dry stone walls")
    redis_broker().client.flushdb()
    await DB.run_ddl("UPDATE purchases SET session_started_at = session_started_at - interval '10 minutes'")
    await Purchase.raw(
        "UPDATE purchases SET token_expires_at = clock_timestamp() - interval '9 minutes' WHERE email LIKE 'dan%'"
    )
    await DB.run_ddl("UPDATE jobs SET run_at = run_at - interval '10 minutes', sent_at = NULL")
    await DB.run_ddl("UPDATE emails SET run_at = run_at - interval '10 minutes' WHERE state = 'WAITING'")

    # When it sends one minute again
    await stage.minute()

    # Then all of it is done
    assert (await stage.status(ordered))["status"] == "QUALITY_CHECK"
    await stage.refund_state(failed, "SUCCEEDED")
    assert (await stage.status(await stage.received(CLEO["email"])))["status"] == "QUALITY_CHECK"
    assert (await Purchase.select(Purchase.state).where(Purchase.email == "dan@customers.example"))[0][
        "state"
    ] == "EXPIRED"
    assert await stage.mails("dan@customers.example")
    await stage.sound()


async def test_a_job_that_comes_again_after_it_was_cleaned_away_does_nothing(stage: Stage) -> None:
    # Given a delivered order whose job was cleaned up
    order = await stage.delivered(await stage.article())
    await Job.delete().where(Job.order_id == order.id)
    emails = await Email.count()

    # When its message comes again
    from_before = f"backlink-int-{order.id}"
    assert await jobs.claim(from_before, "worker") is None

    # Then nothing has changed
    assert await Email.count() == emails
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
