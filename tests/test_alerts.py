"""Alerts: by email and in the chat, together by their cause, once an hour, with the page that deals with them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from blogqueue.db.engine import transaction
from blogqueue.db.tables.observation import Alert, AlertPost
from blogqueue.emails.alerts import QUEUES, alert_operator
from blogqueue.orders import alert_notices
from blogqueue.settings import settings
from tests.mailed import OPERATOR, look
from tests.payments import payment_intent
from tests.stage import Stage


async def serve_all(stage: Stage) -> None:
    """Let a worker be there for every queue, and the clock tick."""
    await stage.minute()
    await stage.by_force(
        "INSERT INTO workers (holder, queues, concurrency) VALUES ('one:1', "
        '\'["article-generation", "backlink-integration", "mail", "upkeep"]\', 1)'
    )


async def test_orders_that_fail_of_one_cause_are_one_alert_with_the_page_that_retries_them(stage: Stage) -> None:
    # Given three orders for which the model refuses every attempt
    await stage.faults(model=[{"kind": "refusal", "times": -1}])
    orders = [
        await stage.buy(await stage.article(slug=f"soil-{name}"), email=f"{name}@customers.example")
        for name in ("ana", "ben", "cara")
    ]
    for _ in range(3):
        await stage.drain()
        await stage.time_passes()
    await stage.drain()

    await stage.send_alerts()

    # Then one email names them all, what each costs and until when it can be retried, and leads to the failures
    (email,) = await stage.mails(OPERATOR)
    assert email["subject"].startswith("blogqueue: 3 orders failed: ")
    for order in orders:
        assert f"{settings.public_url}/admin/reviews/{order.id}" in email["text"]
        assert f"{settings.public_url}/admin/reviews/{order.id}" in email["html"]
    assert email["text"].count("49.00 EUR · until ") == 3
    assert f"See what to do:\r\n{settings.public_url}{QUEUES}" in email["text"]
    assert "customers.example" not in email["text"] + email["html"]


async def test_payments_without_their_webhooks_show_everywhere_until_the_webhooks_arrive(stage: Stage) -> None:
    # Given two payments whose webhooks were lost, and one whose webhook came
    await stage.buy(await stage.article())
    await stage.faults(webhook=[{"kind": "drop", "times": -1}])
    events: list[str] = []
    for name in ("ben", "cleo"):
        article_id = await stage.article(slug=f"soil-{name}")
        opened = await stage.asked_and_opened(article_id, email=f"{name}@customers.example")
        events.append((await stage.pay(opened["checkoutUrl"]))["eventId"])
    await serve_all(stage)  # its minute finds them at Stripe
    assert await look(stage) == []
    await stage.by_force("UPDATE orders SET created_at = created_at - interval '31 seconds'")

    # When the mail worker looks twice
    await look(stage)
    (alert,) = await look(stage)

    # Then there is one alert about both, and every place where an operator looks says so
    assert "2 payments came without their webhook" in alert["text"]
    assert "without their webhook: 2" in (await stage.http.get("/health/ready")).json()["webhooks"]
    assert "blogqueue_webhooks_missing 2.0" in (await stage.http.get("/metrics")).text
    await stage.sign_in()
    assert (
        "Webhooks: payments of the last hour without their webhook: 2" in (await stage.http.get("/admin/queues")).text
    )

    # And once Stripe has sent the events again, nothing does
    await stage.faults(webhook=[])
    for event in events:
        await stage.sandbox.post("/webhooks/redeliver", json={"eventId": event})
    assert (await stage.http.get("/health/ready")).json()["webhooks"] == "ok"


async def test_a_cause_is_alerted_of_once_an_hour_and_then_with_all_that_came_meanwhile(stage: Stage) -> None:
    async def fail(number: int) -> None:
        await alert_operator(f"Thing {number} broke", "", key=f"thing {number}", cause="things", many="{} things broke")
        await stage.send_alerts()

    for number in (1, 2, 2, 3):
        await fail(number)
    assert [mail["subject"] for mail in await stage.mails(OPERATOR)] == ["blogqueue: Thing 1 broke"]

    await stage.by_force("UPDATE alerts SET noticed_at = noticed_at - interval '61 minutes'")
    await fail(4)

    assert [mail["subject"] for mail in await stage.mails(OPERATOR)][1:] == ["blogqueue: 3 things broke"]


async def test_alerts_wait_a_moment_for_others_unless_they_are_urgent(stage: Stage) -> None:
    await alert_operator("A refund failed", "", key="one")
    await alert_operator("Nobody works", "", key="two", urgent=True)

    sent = await alert_notices.write_due()
    assert len(sent.emails) == 1
    assert (await alert_notices.write_due()).emails == ()

    await stage.by_force("UPDATE alerts SET created_at = created_at - interval '16 seconds'")
    assert len((await alert_notices.write_due()).emails) == 1


async def test_an_endless_row_of_alerts_is_sent_after_a_minute_all_the_same(stage: Stage) -> None:
    for key, age in (("first", 61), ("last", 0)):
        await alert_operator("A refund failed", "", key=key)
        await stage.by_force(
            f"UPDATE alerts SET created_at = created_at - interval '{age} seconds' WHERE key = '{key}'"  # noqa: S608 - ours
        )

    assert len((await alert_notices.write_due()).emails) == 1


async def test_workers_that_write_notices_at_once_send_one(stage: Stage) -> None:
    assert stage
    await alert_operator("A refund failed", "", key="one")

    outboxes = await asyncio.gather(*(alert_notices.write_due(gather=False) for _ in range(4)))

    assert sum(len(outbox.emails) for outbox in outboxes) == 1


async def test_an_alert_of_a_change_that_was_undone_is_not_sent(stage: Stage) -> None:
    async def change_and_fail() -> None:
        async with transaction():
            await alert_operator("A refund failed", "", key="one")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    await stage.send_alerts()

    assert await stage.mails(OPERATOR) == []


async def test_an_order_that_awaits_review_is_an_alert_once(stage: Stage) -> None:
    await serve_all(stage)
    order = await stage.submitted(await stage.article())

    await look(stage)
    (email,) = await look(stage)

    assert email["subject"] == "blogqueue: An order awaits review"
    assert f"See what to do:\r\n{settings.public_url}/admin/reviews/{order.id}" in email["text"]
    assert "“Soil that lasts” · 49.00 EUR" in email["text"]


async def test_a_dispute_names_the_amount_and_until_when_the_bank_takes_an_answer(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    await stage.sandbox.post("/disputes", json={"paymentIntent": await payment_intent(order)})

    email = await stage.alert("A payment is disputed")

    assert "49.00 EUR · until " in email["text"]
    assert f"{settings.public_url}/admin/reviews/{order.id}" in email["text"]


async def stop_the_clock(stage: Stage) -> None:
    await stage.by_force("UPDATE queue_stats SET at = at - interval '10 minutes'")


async def leave_a_queue(stage: Stage) -> None:
    await stage.by_force("""UPDATE workers SET queues = '["article-generation", "mail", "upkeep"]'""")


async def let_a_queue_stand(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await stage.by_force("UPDATE jobs SET run_at = run_at - interval '20 minutes'")


@pytest.mark.parametrize(
    ("break_it", "title", "words"),
    [
        (stop_the_clock, "The clock has stopped", "minutes ago: lost messages"),
        (leave_a_queue, "Nobody works on the queue backlink-integration", "Start the program writer-backlinks"),
        (let_a_queue_stand, "The queue backlink-integration is stuck", "due for 20 minutes"),
    ],
)
async def test_what_stands_still_is_an_alert_that_leads_to_the_queues(
    stage: Stage, break_it: Callable[[Stage], Awaitable[None]], title: str, words: str
) -> None:
    await serve_all(stage)
    assert await look(stage) == []

    await break_it(stage)
    await look(stage)
    (email,) = await look(stage)

    assert email["subject"] == f"blogqueue: {title}"
    assert words in email["text"]
    assert f"{settings.public_url}{QUEUES}" in email["text"]


@pytest.mark.parametrize(
    "reason",
    [
        "INSERT INTO paused_queues (queue) VALUES ('backlink-integration')",
        "INSERT INTO breakers (name, opened_at) VALUES ('model', now())",
        "UPDATE jobs SET state = 'ACTIVE', lease_until = now() + interval '8 seconds'",
    ],
    ids=["paused", "the provider is out", "it runs"],
)
async def test_a_queue_that_waits_for_a_reason_is_not_stuck(stage: Stage, reason: str) -> None:
    await serve_all(stage)
    await let_a_queue_stand(stage)
    await stage.by_force(reason)

    assert await look(stage) == []


async def test_a_worker_that_has_just_started_leaves_the_others_time(stage: Stage) -> None:
    assert await look(stage, up_seconds=29) == []
    assert len(await look(stage, up_seconds=31)) == 4


async def test_alerts_are_deleted_after_thirty_days(stage: Stage) -> None:
    await alert_operator("A refund failed", "", key="one")
    await stage.send_alerts()
    await stage.by_force(
        "UPDATE alerts SET created_at = created_at - interval '31 days'",
        "UPDATE alert_posts SET created_at = created_at - interval '31 days'",
    )

    await stage.minute()

    assert (await Alert.count(), await AlertPost.count()) == (0, 0)
