"""Alerts: by email and in the chat, together by their cause, once an hour, with the page that deals with them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from blogqueue.actors.messages import nudge
from blogqueue.actors.watch import look_once
from blogqueue.db.engine import transaction
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.observation import Alert, AlertPost
from blogqueue.emails import alert_posts, emails, mail_outage, resending
from blogqueue.emails.alerts import QUEUES, alert_operator
from blogqueue.orders import alert_notices
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.mailed import due_again
from tests.payments import payment_intent
from tests.stage import Stage

OPERATOR = "operator@blogqueue.example"


async def look(stage: Stage, *, up_seconds: float = 3600) -> list[dict[str, Any]]:
    """Let the mail worker look around once, and send what it writes; the operator's emails so far."""
    await nudge(await look_once(up_seconds=up_seconds))
    await stage.send_alerts()
    return await stage.mails(OPERATOR)


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


async def test_a_mailbox_that_refuses_is_an_alert_without_the_customers_address(stage: Stage) -> None:
    await stage.faults(mail=[{"kind": "status", "code": 550, "to": "ana@customers.example"}])
    await stage.ask(await stage.article())
    await stage.drain()

    (email,) = await look(stage, up_seconds=0)

    assert email["subject"] == "blogqueue: An email could not be delivered"
    assert "magic_link: 550" in email["text"]
    assert f"{settings.public_url}/admin/emails?state=FAILED" in email["text"]
    assert "ana@" not in email["text"] + "".join(await stage.messages())


async def test_an_email_that_fails_after_days_and_again_after_it_was_resent_is_an_alert_each_time(
    stage: Stage,
) -> None:
    # Given an email that has been refused for almost four days
    await stage.faults(mail=[{"kind": "status", "code": 451, "to": "ana@customers.example", "times": -1}])
    await stage.ask(await stage.article())
    await stage.by_force(
        "UPDATE emails SET created_at = created_at - interval '4 days', run_at = clock_timestamp(), attempts = 199"
    )
    await stage.drain()
    failed = (await Email.select().where(Email.kind == "magic_link"))[0]
    assert failed["state"] == "FAILED"
    assert len(await look(stage, up_seconds=0)) == 1
    assert (await Alert.select(Alert.key))[0]["key"] == f"email {failed['id']}"  # as an older mail worker calls it

    # When the operator sends it again, and it is refused for good
    await stage.faults(mail=[{"kind": "status", "code": 550, "to": "ana@customers.example"}])
    await nudge(await resending.resend(failed["id"], actor="operator"))
    await stage.drain()
    await stage.by_force("UPDATE alerts SET noticed_at = noticed_at - interval '2 hours'")

    # Then that is a second alert
    assert len(await look(stage, up_seconds=0)) == 2


async def refuse_emails(stage: Stage, *names: str, attempts: int = 4) -> None:
    """Let the mail server refuse so many attempts of these customers' emails."""
    await stage.faults(mail=[{"kind": "status", "code": 451, "times": -1}])
    for name in names:
        await stage.ask(await stage.article(slug=f"soil-{name}"), email=f"{name}@customers.example")
    for _ in range(attempts):
        await due_again()
        await nudge(Outbox(emails=await emails.find_overdue()))
        await stage.drain("mail")


async def test_a_mail_server_that_takes_nothing_is_an_alert_and_shown_everywhere(
    stage: Stage, cli: CommandLine
) -> None:
    await refuse_emails(stage, "ana", "ben")

    # When the mail worker looks twice within an hour
    await look(stage, up_seconds=0)
    await look(stage, up_seconds=0)

    # Then the chat has one alert, and every place where an operator looks says so
    await alert_posts.send_due()
    (message,) = await stage.messages()
    assert "The mail server takes no email" in message and "2 emails wait" in message and "451" in message
    ready = (await stage.http.get("/health/ready")).json()
    assert ready["mail"].startswith("the mail server takes no email; 2 wait, the last with: 451")
    assert "mail: the mail server takes no email" in (await cli.run("status")).out
    await stage.sign_in()
    assert "Mail: the mail server takes no email" in (await stage.http.get("/admin/queues")).text
    assert "blogqueue_mail_down 1.0" in (await stage.http.get("/metrics")).text

    # And nothing does once it takes emails again
    await stage.faults(mail=[])
    await due_again()
    await nudge(Outbox(emails=await emails.find_overdue()))
    await stage.drain("mail")
    assert (await stage.http.get("/health/ready")).json()["mail"] == "ok"


async def test_one_mailbox_that_refuses_for_a_while_is_no_outage_of_the_mail_server(stage: Stage) -> None:
    await refuse_emails(stage, "ana", attempts=7)
    assert await mail_outage.find() is None

    # Unless it goes on
    await refuse_emails(stage, attempts=1)
    assert await mail_outage.find() is not None

    # When another email is sent, then it is not one any more, however long the mailbox refuses
    await stage.faults(mail=[{"kind": "status", "code": 451, "to": "ana@customers.example", "times": -1}])
    await stage.ask(await stage.article(slug="soil-ben"), email="ben@customers.example")
    await stage.drain("mail")
    await stage.by_force(
        "UPDATE emails SET created_at = created_at - interval '1 hour', sent_at = sent_at - interval '1 hour'"
    )
    assert await mail_outage.find() is None


async def test_an_alert_that_cannot_be_emailed_is_no_reason_for_another(stage: Stage) -> None:
    await stage.faults(mail=[{"kind": "status", "code": 550, "times": -1}])
    await alert_operator("A refund failed", "", key="one")

    await look(stage, up_seconds=0)
    await look(stage, up_seconds=0)

    assert await Alert.count() == 1


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
