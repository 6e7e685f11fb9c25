"""Alerts about emails: those that fail, and a mail server that takes none."""

from blogqueue.actors.messages import nudge
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.observation import Alert
from blogqueue.emails import alert_posts, emails, mail_outage, resending
from blogqueue.emails.alerts import alert_operator
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.mailed import due_again, look
from tests.stage import Stage


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
