"""What an operator decides about money and the engine, on the command line and by a program."""

import json
from typing import Any

import pytest

from blogqueue import editors
from blogqueue.cli import output
from blogqueue.db.tables.orders import Purchase
from blogqueue.db.tables.payments import HeldPayment
from blogqueue.errors import NotFoundError
from blogqueue.jobs import jobs, pausing, workers
from tests.command_line import CommandLine
from tests.payments import dispute
from tests.stage import Stage, bearer, order_row


async def test_held_payments_are_listed_and_decided(stage: Stage, cli: CommandLine) -> None:
    # Given two payments that do not match their purchases
    article_id = await stage.article()
    opened = [
        await stage.asked_and_opened(article_id),
        await stage.asked_and_opened(article_id, email="ben@customers.example", anchorText="a mulching handbook"),
    ]
    await Purchase.update({Purchase.price: 9900}, force=True)
    for page in opened:
        await stage.pay(page["checkoutUrl"])
    ana, ben = (page["sessionId"] for page in opened)

    # Then both are listed, and each is decided once
    status, output = (await cli.run("payments", "held")).said
    assert status == 0 and ana in output and ben in output and "instead of 99.00 EUR" in output
    assert "order " in (await cli.run("payments", "accept", ana)).out
    assert (await stage.status(await stage.received()))["status"] == "PROCESSING"
    # Without Stripe's key, which an operator's shell need not have
    returned = await cli.run("payments", "return", ben, STRIPE_API_KEY="")
    assert (returned.code, returned.out.partition(" within")[0]) == (0, f"{ben} will be refunded")
    await HeldPayment.raw("UPDATE held_payments SET updated_at = updated_at - interval '1 minute'")
    await stage.minute()
    await stage.email("We refunded your payment", to="ben@customers.example")
    assert (await cli.run("payments", "dismiss", ben)).said == (1, "This payment is RETURNED, by operator.\n")
    assert (await cli.run("payments", "held")).said == (0, "There are none.\n")
    await stage.sound()


@pytest.mark.parametrize("end", [KeyboardInterrupt, ConnectionRefusedError])
async def test_what_was_done_before_an_outage_or_ctrl_c_is_printed(
    capsys: pytest.CaptureFixture[str], end: type[BaseException]
) -> None:
    async def act(one: str) -> None:
        if one == "third":
            raise end
        if one == "second":
            raise NotFoundError("job")

    with pytest.raises(end):
        await output.do_each(["first", "second", "third", "fourth"], act, "is done", as_json=False)
    assert capsys.readouterr() == ("first is done\n", "second: There is no such job.\n")

    with pytest.raises(end):
        await output.do_each(["first", "third"], act, "is done", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"items": [{"id": "first", "done": True, "error": ""}]}


async def test_orders_on_hold_are_listed_and_decided(stage: Stage, cli: CommandLine) -> None:
    article_id = await stage.article()
    ana = await stage.buy(article_id)
    ben = await stage.buy(article_id, email="ben@customers.example", anchorText="a mulching handbook")
    for order in (ana, ben):
        await dispute(stage, order)

    status, output = (await cli.run("orders", "on-hold")).said
    assert status == 0 and "ana@customers.example" in output and "ben@customers.example" in output
    assert (await cli.run("orders", "release", str(ana.id))).code == 0
    assert (await cli.run("orders", "end", str(ben.id))).code == 0
    assert (await cli.run("orders", "end", str(ben.id))).said == (1, "The order is not on hold.\n")

    await stage.drain()
    assert (await stage.status(ana))["status"] == "QUALITY_CHECK"
    assert (await order_row(ben))["failure_reason"] == "payment_reversed"
    await stage.sound()


async def test_a_queue_is_paused_and_resumed_and_twice_is_refused(stage: Stage, cli: CommandLine) -> None:
    # Given a paused queue
    queue = "backlink-integration"
    assert (await cli.run("queues", "pause", queue, "--reason", "a new prompt")).said == (0, f"{queue} is paused\n")
    assert (await cli.run("queues", "pause", queue)).said == (1, f"The queue {queue} is paused already.\n")

    # When Ana buys and a worker reads the message
    order = await stage.buy(await stage.article())
    await stage.drain()

    # Then the order waits, and the list says why
    assert (await stage.status(order))["progress"]["step"] == 1
    assert "paused by operator: a new prompt" in (await cli.run("queues", "list")).out

    # And a resumed queue delivers it
    assert (await cli.run("queues", "resume", queue)).said == (0, f"{queue} is resumed\n")
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_workers_are_listed_with_what_they_do(stage: Stage, cli: CommandLine) -> None:
    await workers.beat("writer-1:4711", ["backlink-integration"], 10)
    await pausing.pause("backlink-integration", actor="edith")
    order = await stage.buy(await stage.article())
    await pausing.resume("backlink-integration")
    await jobs.claim(f"backlink-int-{order.id}", "writer-1:4711")

    _, output = (await cli.run("workers")).said

    assert "writer-1:4711" in output and "1/10" in output and f"backlink-int-{order.id}" in output


async def test_a_program_sees_queues_workers_and_jobs_and_retries_one(stage: Stage) -> None:
    # Given a failed job, and an editor's program
    await stage.faults(model=[{"kind": "status", "code": 400}])
    order = await stage.buy(await stage.article())
    await stage.drain()
    program = bearer(await editors.issue_token("a program"))

    async def read(path: str) -> Any:
        answer = await stage.http.get(f"/api/v1/admin/{path}", headers=program)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    # When it reads the queues and the failed jobs
    (queue,) = [one for one in (await read("queues"))["items"] if one["name"] == "backlink-integration"]
    (job,) = (await read("jobs?state=FAILED"))["items"]

    # Then it sees the job with its error, and a retry delivers the order
    assert (queue["failed"], queue["workers"]) == (1, 0)
    assert job["jobId"] == f"backlink-int-{order.id}" and "400" in job["errors"][0]["message"]
    assert (await read("workers"))["items"] == []
    again = await stage.http.post(f"/api/v1/admin/jobs/{job['jobId']}/retry", headers=program)
    assert again.status_code == 202
    missing = await stage.http.get("/api/v1/admin/jobs/none", headers=program)
    detail = {"field": "jobId", "rule": "exists", "message": "There is no such job: none."}
    assert (missing.status_code, missing.json()["error"]["details"]) == (404, [detail])
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
