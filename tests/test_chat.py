"""The operator's chat gets every alert, without secrets and markup, and keeps nobody waiting."""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from blogqueue import log
from blogqueue.db.tables.observation import AlertPost
from blogqueue.emails import alert_posts, chat
from blogqueue.emails.alerts import alert_operator
from blogqueue.emails.chat import ChatError
from blogqueue.needs import find_problems
from blogqueue.settings import settings
from tests.stage import Stage

OPERATOR = "operator@blogqueue.example"


async def test_the_chat_gets_what_the_email_says_without_markup_of_others(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await alert_operator("It <broke> & *fell*", "See <!channel> of ana@customers.example", key="one", order_id=order.id)

    await stage.send_alerts()
    await alert_posts.send_due()
    await alert_posts.send_due()

    (text,) = await stage.messages()
    assert text.startswith(f"*<{settings.public_url}/admin/reviews/{order.id}|It &lt;broke&gt; &amp; *fell*>*\n")
    assert "See &lt;!channel&gt; of (address)" in text
    assert "“Soil that lasts” · 49.00 EUR" in text


@pytest.mark.parametrize(
    ("fault", "state", "attempts"),
    [
        ({"kind": "status", "code": 500, "times": 2}, "SENT", 3),
        ({"kind": "status", "code": 429, "times": 1}, "SENT", 2),
        ({"kind": "status", "code": 500, "times": -1}, "FAILED", 6),
        ({"kind": "status", "code": 404, "times": -1}, "FAILED", 1),
        ({"kind": "redirect", "times": -1}, "FAILED", 1),
    ],
    ids=["a while away", "too many", "never there", "revoked", "a redirect"],
)
async def test_a_chat_that_does_not_answer_is_asked_again_a_few_times(
    stage: Stage, fault: dict[str, Any], state: str, attempts: int
) -> None:
    await stage.faults(chat=[fault])
    await alert_operator("A refund failed", "", key="one")
    await stage.send_alerts()

    for _ in range(10):
        await alert_posts.send_due()
        await stage.by_force("UPDATE alert_posts SET run_at = run_at - interval '1 hour'")

    row = (await AlertPost.select())[0]
    assert (row["state"], row["attempts"]) == (state, attempts)
    assert len(await stage.messages()) == (state == "SENT")
    assert len(await stage.mails(OPERATOR)) == 1


async def test_two_workers_post_a_message_once(stage: Stage) -> None:
    await alert_operator("A refund failed", "", key="one")
    await stage.send_alerts()

    await asyncio.gather(*(alert_posts.send_due() for _ in range(4)))

    assert len(await stage.messages()) == 1


@asynccontextmanager
async def written() -> AsyncGenerator[io.StringIO]:
    """What is logged."""
    lines = io.StringIO()
    handler = log.make_handler(lines)
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


async def test_the_chats_address_is_in_no_error_and_no_log_line(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage
    secret = "T00000000/B00000000/secretpart"
    for address in (f"http://127.0.0.1:1/{secret}", f"https://no-such-host.invalid/{secret}"):
        monkeypatch.setattr(settings, "alert_webhook_url", SecretStr(address))
        async with written() as lines:
            with pytest.raises(ChatError) as raised:
                await chat.post("Hello")
        assert secret not in lines.getvalue() + repr(raised.value) + repr(raised.value.__context__)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("", True),
        ("https://hooks.slack.com/services/T0/B0/x", True),
        ("http://127.0.0.1:9000/chat", True),
        ("http://hooks.slack.com/services/T0/B0/x", False),
        ("ftp://hooks.slack.com/x", False),
        ("https://", False),
        ("https://hooks.slack.com:99999/services/T0/B0/x", False),
        ("https://chat.example.com/hooks/x", False),
    ],
)
def test_the_chat_is_reached_by_https_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, *, allowed: bool
) -> None:
    monkeypatch.setattr(settings, "alert_webhook_url", SecretStr(url))

    problems = find_problems(["alert_webhook_url"])

    assert (problems == []) is allowed
    assert not any("services" in problem for problem in problems)


async def test_without_a_chat_nothing_is_posted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "alert_webhook_url", SecretStr(""))
    await alert_operator("A refund failed", "", key="one")
    await stage.send_alerts()

    assert await AlertPost.count() == 0
    assert len(await stage.mails(OPERATOR)) == 1
