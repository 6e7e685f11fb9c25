"""What is stored about people, how long, and that logs do not contain it."""

import io
import json
import logging
from typing import Any

import pytest

from blogqueue import log
from blogqueue.actors.messages import nudge
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.payments import Refund, StripeEvent
from blogqueue.emails import resending
from blogqueue.emails.emails import ERASED
from blogqueue.errors import ConflictError, NotFoundError
from blogqueue.orders import retention
from blogqueue.payments import customers
from blogqueue.payments.personal_data import PERSONAL
from blogqueue.reviews import work
from tests.payments import all_events_of, receive_event
from tests.stage import Stage, bearer, order_row

ANA = "ana@customers.example"
NOTES = "My sister Cara told me about you."


async def rows(sql: str) -> list[dict[str, Any]]:
    return await StripeEvent.raw(sql)


async def find_anywhere(stage: Stage, text: str) -> list[str]:
    """Return the tables that have a text in any of their columns."""
    assert stage
    tables = await rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    found: list[str] = []
    for table in tables:
        sql = f"SELECT count(*) AS n FROM {table['name']} t WHERE t::text ILIKE '%{text}%'"  # noqa: S608 - our tables
        if (await rows(sql))[0]["n"]:
            found.append(table["name"])
    return sorted(found)


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_no_line_of_an_orders_logs_has_an_address_a_token_or_a_line_of_an_email(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, log_format: str
) -> None:
    # Given everything that is logged, in production's form
    monkeypatch.setattr(log.settings, "log_format", log_format)
    written = io.StringIO()
    handler = log.make_handler(written)
    logging.getLogger().addHandler(handler)

    # When an order takes its whole way, a mail server refuses an email and repeats the address, and something breaks
    asked = await stage.ask(await stage.article(), notes=NOTES)
    assert asked.status_code == 202, asked.text
    magic = await stage.magic_token()
    assert (await stage.open_link()).status_code == 200
    await stage.pay((await stage.checkout(magic)).json()["data"]["checkoutUrl"])
    order = await stage.received()
    await stage.drain()
    await stage.http.get(f"/order-status/{order.id}", params={"access": order.access}, follow_redirects=True)
    await stage.regenerate(order)
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    session = await stage.signed_in()
    await stage.http.get(f"/admin/reviews/{order.id}")
    await stage.minute()
    await stage.faults(mail=[{"kind": "status", "code": 550, "to": ANA}])
    await stage.approve(order)
    await stage.drain()
    broken = RuntimeError(f"<{ANA}> cannot be reached at redis://:pw@127.0.0.1")
    log.logger.error("event not handled", exc_info=broken, to=[ANA], about={"reply": f"Ana <{ANA}>"})
    logging.getLogger().removeHandler(handler)

    # Then no line has an address, a token or a note
    text = written.getvalue()
    assert "email refused" in text
    assert "550" in text
    assert "event not handled" in text
    bodies = [line for mail in await stage.mails() for line in mail["text"].splitlines() if " " in line.strip()]
    assert len(bodies) > 20
    own = log.settings
    keys = (own.secret_key, own.stripe_api_key, own.stripe_webhook_secret, own.openai_api_key)
    secrets = [magic, order.access, session, *(key.get_secret_value() for key in keys)]
    for secret in ("@customers.example", "@blogqueue.example", NOTES, ":pw@", *secrets, *bodies):
        assert secret not in text


async def test_stripes_events_and_held_payments_are_stored_without_what_they_say_about_a_person(stage: Stage) -> None:
    await stage.buy(await stage.article())

    stored = await StripeEvent.select(StripeEvent.payload).output(load_json=True)

    assert stored
    assert not any(f'"{name}"' in json.dumps(row["payload"]) for row in stored for name in PERSONAL)
    assert ANA not in json.dumps([row["payload"] for row in stored])


async def test_a_purchase_that_nobody_confirmed_is_deleted_after_a_week_with_its_email(stage: Stage) -> None:
    # Given a purchase that was only asked for, and one that was paid, eight days ago
    article = await stage.article(max_paid_links=3)
    order = await stage.buy(article)
    asked = await stage.ask(article, email="stranger@elsewhere.example", targetUrl="https://strangers.example/")
    assert asked.status_code == 202, asked.text
    await stage.drain()
    await stage.by_force("UPDATE purchases SET created_at = created_at - interval '6 days'")
    await stage.minute()
    assert await find_anywhere(stage, "stranger@elsewhere") == ["emails", "purchases"]

    # When a week is over
    await stage.by_force("UPDATE purchases SET created_at = created_at - interval '2 days'")
    await stage.minute()

    # Then nothing of the stranger is left, and the customer has everything
    assert await find_anywhere(stage, "stranger@elsewhere") == []
    assert (await order_row(order))["customer_email"] == ANA
    assert await retention.delete_unconfirmed() == 0
    await stage.sound()


async def test_queue_statistics_are_kept_for_thirty_days(stage: Stage) -> None:
    await stage.minute()
    await stage.by_force("UPDATE queue_stats SET at = at - interval '29 days'")
    await stage.minute()
    assert (await rows("SELECT count(*) AS n FROM queue_stats"))[0]["n"] == 4

    await stage.by_force("UPDATE queue_stats SET at = at - interval '2 days'")
    await stage.minute()

    assert (await rows("SELECT max(now() - at) < interval '30 days' AS young FROM queue_stats"))[0]["young"]


async def test_a_customer_gets_all_that_is_stored_about_them_and_has_it_erased(stage: Stage) -> None:
    # Given a published order with notes, and another customer's
    article = await stage.article(max_paid_links=3)
    order = await stage.submitted(article, notes=NOTES)
    await stage.approve(order)
    await stage.buy(article, email="ben@customers.example", targetUrl="https://bens.example/", anchorText="worms")
    await stage.drain()

    # When she asks for her data, in whatever case
    exported = await customers.export(ANA.upper())

    # Then they are all there, without the hashes that open things
    assert [row["id"] for row in exported["orders"]] == [str(order.id)]
    assert NOTES in json.dumps(exported["purchases"])
    assert len(exported["emails"]) >= 4
    assert '_hash": "' not in json.dumps(exported).replace("address_hash", "")
    assert "ben@customers" not in json.dumps(exported)

    # When she asks to have them erased
    erased = await customers.erase(ANA, actor="operator")

    # Then neither her address nor her notes are anywhere, and accounts, link and audit are as before
    assert erased["orders"] == 1
    assert await find_anywhere(stage, ANA) == []
    assert await find_anywhere(stage, "sister Cara") == []
    row = await order_row(order)
    assert (row["status"], row["price"], row["customer_email"]) == ("COMPLETED", 4900, ERASED)
    assert (
        await stage.http.get(f"/api/v1/purchase/status/{order.id}", headers=bearer(order.access))
    ).status_code == 404
    assert "ben@customers.example" in str(await find_emails())
    await stage.sound()
    with pytest.raises(NotFoundError):
        await customers.export(ANA)


async def test_an_erased_customer_has_no_email_to_send_again_and_gets_none(stage: Stage) -> None:
    # Given a refunded order whose emails were refused, also one that was sent again
    order = await stage.buy(await stage.article())
    await stage.faults(model=[{"kind": "status", "code": 400}], mail=[{"kind": "status", "code": 550, "times": -1}])
    await stage.drain()
    assert (await stage.judge(order, "refund")).status_code == 202
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    failed = (await Email.select().where(Email.order_id == order.id, Email.state == "FAILED"))[0]["id"]
    await nudge(await resending.resend(failed, actor="operator"))
    await stage.drain()

    # When she is erased
    await customers.erase(ANA, actor="operator")

    # Then nothing has her address, nothing waits for the operator, and the audit is clean
    assert await find_anywhere(stage, ANA) == []
    assert await resending.count_failed() == (await work.count()).failed_emails == 0
    with pytest.raises(ConflictError, match="erased"):
        await resending.resend(failed, actor="operator")
    await stage.sound()

    # And when her bank sends the refund back, it is made again without an email to her
    before = await Email.count()
    refund = {"id": (await Refund.select())[0]["stripe_refund_id"], "status": "failed"}
    await all_events_of(stage, refund["id"])
    await receive_event(stage, "refund.failed", refund | {"metadata": {"order_id": str(order.id)}})
    assert (await stage.judge(order, "refund")).status_code == 202
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")
    assert await Email.count() == before


async def find_emails() -> list[dict[str, Any]]:
    return await rows("SELECT DISTINCT email FROM purchases")


async def test_nothing_is_erased_while_an_order_is_open(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    with pytest.raises(ConflictError, match=f"order {order.id}"):
        await customers.erase(ANA, actor="operator")

    assert "orders" in await find_anywhere(stage, ANA)


async def test_an_erased_address_leaves_nothing_to_pay_for(stage: Stage) -> None:
    # Given a purchase whose emailed link was not used, and one whose slot is held
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await stage.open_link()

    await customers.erase(ANA, actor="operator")

    assert (await stage.checkout(token)).status_code == 404
    row = (await rows("SELECT state, slot_held_until <= clock_timestamp() AS freed FROM purchases"))[0]
    assert (row["state"], row["freed"]) == ("EXPIRED", True)


async def test_nothing_is_erased_while_an_email_waits(stage: Stage) -> None:
    await stage.ask(await stage.article())
    with pytest.raises(ConflictError, match="email "):
        await customers.erase(ANA, actor="operator")


async def test_who_was_refunded_by_another_way_can_be_erased(stage: Stage) -> None:
    await stage.buy(await stage.article())
    await stage.drain()
    await stage.by_force("UPDATE orders SET status = 'FAILED', failure_reason = 'job_failed', refund_state = 'FAILED'")

    assert (await customers.erase(ANA, actor="operator"))["orders"] == 1
