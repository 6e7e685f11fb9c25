"""Log lines: one per request, and together the whole story of an order, across the web, the broker and the workers."""

import io
import json
import logging
import re
from collections.abc import Generator
from typing import Any

import pytest
from dramatiq import Message, MessageProxy

from blogqueue import log
from blogqueue.actors.broker import broker
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.log import get_bound, hide
from tests.stage import Stage, bearer

Line = dict[str, Any]


class Lines:
    """What is logged, in production's form."""

    def __init__(self) -> None:
        self.written = io.StringIO()

    def read(self, event: str = "", **about: object) -> list[Line]:
        """Return the lines of an event with these values, oldest first."""
        lines = [json.loads(line) for line in self.written.getvalue().splitlines()]
        wanted = about | ({"event": event} if event else {})
        return [line for line in lines if wanted.items() <= line.items()]


@pytest.fixture
def lines(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Generator[Lines]:
    assert stage  # the web has set up the log
    monkeypatch.setattr(log.settings, "log_format", "json")
    kept = Lines()
    handler = log.make_handler(kept.written)
    logging.getLogger().addHandler(handler)
    yield kept
    logging.getLogger().removeHandler(handler)


async def test_a_request_is_one_line_with_its_route_status_time_and_id(stage: Stage, lines: Lines) -> None:
    order = await stage.buy(await stage.article())

    answer = await stage.http.get(f"/api/v1/purchase/status/{order.id}", headers=bearer(order.access))

    (line,) = lines.read("request answered", request_id=answer.headers["x-request-id"])
    assert (line["method"], line["status"], line["order"]) == ("GET", 200, str(order.id))
    assert line["route"] == "/api/v1/purchase/status/{order_id}"
    assert 0 < line["ms"] < 60_000
    assert order.access not in lines.written.getvalue()


async def test_what_is_not_ready_is_one_line_until_it_is_something_else(
    stage: Stage, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogqueue.api.health._warned", {})
    for _ in range(2):
        await stage.http.get("/health/ready")
    await stage.minute()
    for _ in range(2):
        await stage.http.get("/health/ready")

    first, second = [line["reason"] for line in lines.read("not ready", level="warning")]
    assert "workers: nobody works on" in first and "clock: no minute's work" in first
    assert "workers: nobody works on" in second and "clock" not in second


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0f3b8a52-9c1d-4d7e-8f3a-1b2c3d4e5f60", True),
        ("a" * 32, True),
        ("short", False),
        ("a" * 65, False),
        ("an id with spaces in it", False),
        ("ana@customers.example", False),
        ('"}{"event":"forged"}', False),
    ],
)
async def test_a_callers_request_id_is_kept_only_if_it_has_the_form_of_one(
    stage: Stage, given: str, *, kept: bool
) -> None:
    answer = await stage.http.get("/api/v1/domains", headers={"x-request-id": given})

    assert (answer.headers["x-request-id"] == given) is kept
    assert re.fullmatch(r"[0-9A-Za-z-]{16,64}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "path", ["/", "/nothing/here", "/health/live", "/admin/", "/api/v1/admin/orders", "/static/no"]
)
async def test_every_answer_has_an_id_of_its_own(stage: Stage, path: str) -> None:
    assert len((await stage.http.get(path)).headers["x-request-id"]) == 32


async def test_health_checks_and_static_files_are_no_lines(stage: Stage, lines: Lines) -> None:
    await stage.http.get("/health/live")
    await stage.http.get("/static/no-such.css")

    assert lines.read("request answered") == []


async def test_one_request_id_leads_from_the_payment_to_the_customers_email(stage: Stage, lines: Lines) -> None:
    # When a customer pays, and the workers do what follows
    order = await stage.delivered(await stage.article())

    # Then the webhook's line names the order's job, and all lines of the workers have the id of that request
    (handled,) = lines.read("event handled", type="checkout.session.completed")
    (paid,) = lines.read("payment fulfilled", order=str(order.id))
    assert paid["amount"] == 4900
    assert handled["jobs"] == paid["jobs"] == [f"backlink-int-{order.id}"]
    one = {"request_id": handled["request_id"]}
    assert len(lines.read("job finished", job=handled["jobs"][0], order=str(order.id), **one)) == 1
    assert len(lines.read("email sent", kind="order_received", order=str(order.id), **one)) == 1
    assert len(lines.read("email sent", kind="backlink_ready", order=str(order.id), **one)) == 1
    moves = lines.read("history recorded", order=str(order.id), **one)
    assert [line.get("to_status") for line in moves] == ["PROCESSING", "QUALITY_CHECK"]


async def test_an_editors_action_is_a_line_with_the_editor(stage: Stage, lines: Lines) -> None:
    order = await stage.submitted(await stage.article())

    answer = await stage.approve(order)

    one = {"request_id": answer.headers["x-request-id"], "order": str(order.id)}
    (move,) = lines.read("history recorded", action="approve", **one)
    assert move["by"] == move["editor"] == f"edith-{order.id}" + move["by"][-9:]
    (request,) = lines.read("request answered", **one)
    assert request["editor"] == move["editor"]


async def test_a_failed_login_is_a_line_without_what_was_typed(stage: Stage, lines: Lines) -> None:
    typed = "my secret password"
    token: dict[str, str] = {"authorization": "Bearer bq_notatokenofours"}

    assert (await stage.sign_in(password=typed)).status_code == 401
    assert (await stage.http.get("/api/v1/admin/orders", headers=token)).status_code == 401

    failed = lines.read("login failed")
    assert [(line["by"], line["client"], line["level"]) for line in failed] == [
        ("password", "127.0.0.1", "warning"),
        ("token", "127.0.0.1", "warning"),
    ]
    assert typed not in lines.written.getvalue()
    assert "notatoken" not in lines.written.getvalue()


async def test_what_was_rolled_back_is_not_logged(stage: Stage, lines: Lines) -> None:
    article_id = await stage.article()

    async def change_and_fail() -> None:
        async with transaction():
            await history.record("edith", "a change that is undone", article_id=article_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()

    assert lines.read("history recorded", action="a change that is undone") == []


def test_a_worker_logs_a_message_under_the_id_of_the_request_that_sent_it() -> None:
    def begin(options: dict[str, str]) -> str:
        message: Message[Any] = Message("mail", "deliver_email", ("an id",), {}, options)
        broker.emit_before("process_message", MessageProxy(message))
        return get_bound(log.REQUEST_ID)

    assert begin({log.REQUEST_ID: "b" * 32}) == "b" * 32
    assert not begin({})


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("Incorrect API key provided: sk-proj-4f9a8b7c6d5e4f3a2b1c", "Incorrect API key provided: (secret)"),
        ("Invalid API Key provided: sk_live_51Habc123456", "Invalid API Key provided: (secret)"),
        ("GET /order-status/1?access=abc_DEF-1&x=2", "GET /order-status/1?access=(secret)&x=2"),
        ("Authorization: Bearer bq_abcdefgh1234", "Authorization: Bearer (secret)"),
        ("authorization: BEARER abcdefgh1234", "authorization: BEARER (secret)"),
        ("GET /a?token=abcdef-1", "GET /a?token=(secret)"),
        ("Incorrect API key: SK-4F9A8B7C6D5E4F3A2B1C", "Incorrect API key: (secret)"),
        ("550 <ana@customers.example>: no such user", "550 <(address)>: no such user"),
        ("job backlink-int-1 of cs_test_1 is due", "job backlink-int-1 of cs_test_1 is due"),
    ],
)
def test_keys_tokens_and_addresses_that_others_repeat_are_not_logged(said: str, logged: str) -> None:
    assert hide(said) == logged


def test_lines_are_for_people_on_a_terminal_and_for_programs_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(log.settings, "log_format", "auto")
    record = logging.LogRecord("blogqueue", logging.INFO, __file__, 1, "minute not sent", None, None)

    assert json.loads(log.make_handler(io.StringIO()).format(record))["event"] == "minute not sent"
    assert not log.make_handler(Terminal()).format(record).startswith("{")
