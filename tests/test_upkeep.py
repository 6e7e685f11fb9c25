"""The minute's nets: what was lost on the way is sent again, what ran out is let go, and what is done is cleaned up."""

from uuid import uuid4

from blogqueue import jobs
from blogqueue.actors.messages import minute
from blogqueue.database import DB
from blogqueue.tables import Job, Letter, Purchase, QueueStat
from tests.stage import Stage, redis_broker


async def strike(stage: Stage) -> list[str]:
    """A minute passes; the names of the actors that ran."""
    minute.send()
    return await stage.drain()


async def long_ago() -> None:
    """What was sent was sent two minutes ago."""
    await DB.run_ddl("UPDATE jobs SET sent_at = clock_timestamp() - interval '2 minutes'")
    await DB.run_ddl("UPDATE letters SET run_at = run_at - interval '2 minutes'")


async def test_a_flushed_redis_loses_no_job_and_no_letter(stage: Stage) -> None:
    # Given a paid order, and a Redis that has lost everything
    order = await stage.buy(await stage.article())
    redis_broker().client.flushall()
    await long_ago()

    # When a minute strikes
    assert "integrate_backlink" in await strike(stage)

    # Then the order is delivered
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_job_that_waits_in_the_broker_is_not_sent_again(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await long_ago()

    minute.send()
    assert await stage.drain("upkeep") == ["minute"]

    assert redis_broker().client.llen("dramatiq:backlink-integration") == 1


async def test_a_minute_that_strikes_twice_counts_once(stage: Stage) -> None:
    await strike(stage)
    await strike(stage)

    assert len({(row["queue"], row["at"]) for row in await QueueStat.select()}) == await QueueStat.count()


async def test_a_purchase_that_was_not_paid_lets_its_place_go(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=1)
    await stage.ask(article_id)
    await Purchase.raw("UPDATE purchases SET holds_until = now() - interval '1 second'")

    await strike(stage)

    assert (await Purchase.select(Purchase.state))[0]["state"] == "EXPIRED"
    assert (await stage.ask(article_id, email="ben@customers.example")).status_code == 202


async def test_a_paid_session_whose_webhook_never_came_is_settled(stage: Stage) -> None:
    # Given a paid session, and a webhook that was lost for good
    await stage.ask(await stage.article())
    opened = (await stage.checkout(await stage.magic_token())).json()["data"]
    await stage.sandbox.put("/faults", json={"webhook": [{"kind": "drop"}]})
    await stage.pay(opened["checkoutUrl"])
    await Purchase.raw("UPDATE purchases SET session_started_at = now() - interval '2 minutes'")

    # When a minute strikes
    await strike(stage)

    # Then there is an order, and it is delivered
    assert (await stage.status(await stage.received()))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_a_session_that_was_paid_in_its_last_minute_is_settled_and_not_opened_anew(stage: Stage) -> None:
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
    await strike(stage)
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
            Job(id=f"old-{number}-{uuid4()}", queue=jobs.BACKLINK_INTEGRATION, order_id=order.id, state="COMPLETED")
            for number in range(130)
        ]
    )
    await DB.run_ddl("UPDATE jobs SET finished_at = clock_timestamp() WHERE state = 'COMPLETED'")

    # When they are cleaned up
    assert await jobs.clean_up() == 30

    # Then a hundred are left, and the open one
    assert await Job.count().where(Job.state == "COMPLETED") == 100
    assert await Job.count().where(Job.state == "WAITING") == 1


async def test_a_job_that_comes_again_after_it_was_cleaned_away_does_nothing(stage: Stage) -> None:
    # Given a delivered order whose job was cleaned away
    order = await stage.delivered(await stage.article())
    await Job.delete().where(Job.order_id == order.id)
    letters = await Letter.count()

    # When its message comes again
    from_before = f"backlink-int-{order.id}"
    assert await jobs.claim(from_before, "worker") is None

    # Then nothing has changed
    assert await Letter.count() == letters
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
