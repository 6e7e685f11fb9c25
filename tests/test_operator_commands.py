"""What an operator does on the command line: see the installation, and put it right."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from blogqueue import editors
from blogqueue.cli import output
from blogqueue.cli.commands import main
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.jobs import pausing, workers
from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.people import BEN, CLEO, LONG
from tests.stage import Stage, bearer, order_row

REFUSED = {"kind": "status", "code": 400, "times": -1}


async def test_one_screen_shows_what_is_wrong_what_is_paid_and_what_waits(stage: Stage, cli: CommandLine) -> None:
    # Given an order in review, one that waits although nobody works, and an email that failed
    article_id = await stage.article(max_paid_links=2)
    await stage.submitted(article_id)
    await stage.buy(article_id, **BEN)
    await stage.by_force("UPDATE emails SET state = 'FAILED', error = 'no such mailbox' WHERE kind = 'submitted'")

    done = await cli.run("status")

    assert done.code == 1
    assert any(line.startswith("workers: nobody works on ") for line in done.lines)
    assert any(line.split()[:4] == ["1", "PROCESSING", "49.00", "EUR"] for line in done.lines)
    assert any("orders to review" in line and "orders list --status ADMIN_REVIEW" in line for line in done.lines)
    assert any(line.split()[:4] == ["1", "emails", "that", "failed"] for line in done.lines)

    # When somebody works and the clock runs, then nothing is wrong, and JSON says the same
    await workers.beat("host:1", ["article-generation", "backlink-integration", "mail", "upkeep"], 1)
    await stage.by_force("INSERT INTO queue_stats (queue, at) VALUES ('mail', clock_timestamp())")
    found = await cli.run("status", "--json")
    assert (found.code, found.json["problems"]) == (0, [])
    assert [(one["currency"], one["orders"], one["amount"]) for one in found.json["unfinished"]] == [("EUR", 1, 4900)]
    assert {one["name"]: one["count"] for one in found.json["todo"]}["orders to review"] == 1
    assert [queue["workers"] for queue in found.json["queues"]] == [1, 1]


async def test_lists_are_aligned_tables_or_the_json_of_the_api(stage: Stage, cli: CommandLine) -> None:
    article_id = await stage.article(max_paid_links=2)
    await stage.delivered(article_id)
    await stage.buy(article_id, **BEN)
    await workers.beat("host:1", ["mail"], 1)
    headers = bearer(await editors.issue_token("otto"))

    for words, path in (
        (("orders", "list"), "orders"),
        (("jobs", "list"), "jobs"),
        (("queues", "list"), "queues"),
        (("workers",), "workers"),
    ):
        done = await cli.run(*words, "--json")
        answer = await stage.http.get(f"/api/v1/admin/{path}", headers=headers)
        assert drop_ages(done.json) == drop_ages(answer.json()["data"])

        # The words of each column begin below its heading
        heading, *rows = (await cli.run(*words)).lines
        assert len(rows) == len(done.json["items"])
        second = heading.index(heading.split()[1])
        assert all(row[second - 2 : second] == "  " for row in rows)


def drop_ages(data: dict[str, Any]) -> dict[str, Any]:
    """Return data without what changes from one moment to the next."""
    return data | {"items": [one | {"oldestWaitingSeconds": None} for one in data["items"]]}


async def test_an_order_is_decided_on_with_a_line_of_history(stage: Stage, cli: CommandLine) -> None:
    article_id = await stage.article(content=LONG, max_paid_links=3)
    approved, rejected = await stage.submitted(article_id), await stage.submitted(article_id, **BEN)
    failed = await bought_and_failed(stage, article_id)

    done = [
        await cli.run("orders", "approve", approved.id),
        await cli.run("orders", "reject", rejected.id, "--reason", "The target is not about gardens."),
        await cli.run("orders", "retry", failed.id),
    ]
    number = (await stage.status(approved))["orderNumber"]
    again = await cli.run("orders", "approve", number)
    await stage.drain()
    await stage.refund_state(rejected, "SUCCEEDED")

    assert [one.out.split()[-1] for one in done] == ["COMPLETED", "FAILED", "PROCESSING"]
    assert (again.code, again.out) == (1, "")
    assert "The order is not in review, it is COMPLETED" in again.err
    assert (await cli.run("orders", "show", "someone")).code == 2
    assert (await cli.run("orders", "show", "BQ-999")).err == "There is no such order.\n"
    shown = (await cli.run("orders", "show", rejected.id)).out
    assert "The target is not about gardens." in shown
    lines = OrderEvent.select(OrderEvent.action).where(OrderEvent.actor == "operator").order_by(OrderEvent.id)
    assert [row["action"] for row in await lines] == ["approve", "publish", "reject", "refund initiated", "retry"]
    await stage.drain()
    await stage.sound()


async def test_an_order_is_sent_back_for_another_version(stage: Stage, cli: CommandLine) -> None:
    order = await stage.submitted(await stage.article())

    unsaid = await cli.run("orders", "send-back", order.id, "--reason", " ")
    done = await cli.run("orders", "send-back", order.id, "--reason", "Closer to the part about mulch.")

    assert unsaid.code == 1 and unsaid.err.startswith("Say what should be different")
    assert done.out == f"{order.id} is PROCESSING\n"
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_a_failed_order_is_refunded_once(stage: Stage, cli: CommandLine) -> None:
    failed = await bought_and_failed(stage, await stage.article())

    done = await cli.run("orders", "refund", failed.id, "--json")
    again = await cli.run("orders", "refund", failed.id)
    await stage.drain()
    await stage.refund_state(failed, "SUCCEEDED")

    assert done.json == {"orderId": str(failed.id), "refundState": "INITIATED"}
    assert again.code == 1
    assert again.err.startswith("Only a FAILED order without a refund can be refunded")
    await stage.sound()


async def test_one_of_many_that_is_refused_keeps_no_other_back(stage: Stage, cli: CommandLine) -> None:
    failed = await bought_and_failed(stage, await stage.article())
    job = f"backlink-int-{failed.id}"
    listed = (await cli.run("jobs", "list", "--state", "failed")).lines
    shown = (await cli.run("jobs", "show", job)).lines

    done = await cli.run("jobs", "retry", "no-such-job", job)

    assert listed[1].startswith(job) and "400" in listed[1]
    assert any(line.lstrip().startswith("Traceback (most recent call last)") for line in shown)
    assert (done.code, done.lines) == (1, [f"{job} is waiting again"])
    assert done.err == "no-such-job: There is no such job.\n"
    assert (await order_row(failed))["status"] == "PROCESSING"


async def test_many_jobs_are_retried_or_cancelled_by_their_error_after_a_question(
    stage: Stage, cli: CommandLine
) -> None:
    article_id = await stage.article(max_paid_links=2)
    failed = await bought_and_failed(stage, article_id)
    waiting = await stage.buy(article_id, **BEN)

    # Without a filter nothing is chosen, and nobody who could be asked means that nothing is done
    assert (await cli.run("jobs", "retry")).code == 2
    nothing = await cli.run("jobs", "retry", "--error", "no such error")
    assert nothing.err == "There is no job to retry: state FAILED, error contains “no such error”.\n"
    unanswered = await cli.run("jobs", "retry", "--error", "400")
    assert (unanswered.code, unanswered.out) == (1, "")
    assert unanswered.err.endswith("Retry these 1 jobs? Add --yes, as there is nobody to ask.\n")
    assert (await order_row(failed))["status"] == "FAILED"

    retried = await cli.run("jobs", "retry", "--error", "400", "--yes", "--json")
    unexplained = await cli.run("jobs", "cancel", "--queue", "backlink-integration", "--yes")
    cancelled = await cli.run("jobs", "cancel", "--queue", "backlink-integration", "--reason", "a test", "--yes")
    ended = await cli.run("orders", "cancel", waiting.id)

    assert {"action": "retry", "done": 1, "skipped": 0, "hasMore": False}.items() <= retried.json.items()
    assert unexplained.code == 1 and unexplained.err.endswith("Give a reason, for the other operators.\n")
    assert cancelled.lines == ["2 jobs cancelled"]
    assert cancelled.err.startswith("2 jobs whose orders cost 98.00 EUR, such as backlink-int-")
    # The operators' history has both, as it has the dashboard's
    assert [line["action"] for line in await pausing.list_actions()] == ["cancelled 2 jobs", "retried 1 jobs"]
    assert [(await order_row(one))["failure_reason"] for one in (failed, waiting)] == ["cancelled", "cancelled"]
    assert ended.code == 1 and ended.err == "The order is FAILED; it cannot be cancelled any more.\n"
    assert (await cli.run("orders", "retry", waiting.id)).code == 0
    assert (await cli.run("orders", "cancel", waiting.id)).out == f"{waiting.id} is FAILED\n"
    await stage.drain()
    await stage.sound()


async def test_an_order_whose_customer_never_answers_is_cancelled_and_refunded(stage: Stage, cli: CommandLine) -> None:
    # Given an order of a domain that lets no customer cancel
    article_id = await stage.article(max_paid_links=1)
    order = await stage.delivered(article_id)

    done = await cli.run("orders", "cancel", order.id, "--reason", "They called us.")
    await stage.drain()
    await stage.refund_state(order, "SUCCEEDED")

    # Then its slot is free again, and its customer can be erased
    assert done.out == f"{order.id} is FAILED\n"
    assert (await order_row(order))["failure_reason"] == "cancelled"
    assert (
        "We cancelled your order before an editor reviewed it."
        in (await stage.email("Your order was cancelled"))["text"]
    )
    assert "They called us." in (await cli.run("orders", "show", order.id)).out
    assert (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["linksFree"] == 1
    assert (await cli.run("customers", "erase", "ana@customers.example", "--yes")).code == 0
    await stage.sound()


WITHOUT_JSON = {
    "demo": "runs until it is stopped",
    "api": "runs until it is stopped",
    "worker": "runs until it is stopped",
    "clock": "runs until it is stopped",
    "completion": "prints a script for the shell",
    "customers export": "prints nothing but JSON",
}


def test_every_command_prints_json_if_asked_to() -> None:
    without = {name for name, command in walk(main) if "--json" not in {o for p in command.params for o in p.opts}}

    assert without == set(WITHOUT_JSON)


def walk(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands in a group and its groups, by their words."""
    if isinstance(command, click.Group):
        for word, part in command.commands.items():
            yield from walk(part, f"{name} {word}".strip())
    else:
        yield name, command


async def test_what_commands_have_done_is_said_in_json(stage: Stage, cli: CommandLine) -> None:
    order = await stage.delivered(await stage.article())
    password = {"BLOGQUEUE_EDITOR_PASSWORD": "a long enough passphrase"}
    created = await cli.run("editors", "create", "--name", "nora", "--email", "n@a.example", "--json", **password)

    assert created.json == {"name": "nora", "outcome": "created"}
    assert (await cli.run("editors", "deactivate", "nora", "--json")).json["outcome"] == "deactivated"
    assert len((await cli.run("editors", "token", "nora", "--json")).json["token"]) > 20
    assert (await cli.run("orders", "relink", order.id, "--json")).json == {"orderId": str(order.id), "relinked": True}
    assert (await cli.run("customers", "sign-out", "ana@customers.example", "--json")).json["ended"] == 0
    assert (await cli.run("migrate", "--json")).json["articlesCounted"] == 0


async def bought_and_failed(stage: Stage, article_id: Any) -> Any:
    """An order of Cleo's that has FAILED at the model."""
    await stage.faults(model=[REFUSED])
    order = await stage.delivered(article_id, **CLEO)
    await stage.faults(model=[])
    assert (await order_row(order))["status"] == "FAILED"
    return order


async def test_a_queue_is_paused_and_resumed(cli: CommandLine, stage: Stage) -> None:
    assert stage
    paused = await cli.run("queues", "pause", "backlink-integration", "--reason", "a new prompt", "--json")
    twice = await cli.run("queues", "pause", "backlink-integration")
    listed = (await cli.run("queues", "list")).lines
    resumed = await cli.run("queues", "resume", "backlink-integration")

    assert paused.json == {"name": "backlink-integration", "paused": True}
    assert (twice.code, twice.err) == (1, "The queue backlink-integration is paused already.\n")
    assert listed[-1] == "backlink-integration was paused by operator: a new prompt"
    assert resumed.lines == ["backlink-integration is resumed"]


async def test_an_import_names_its_files_if_asked_to(cli: CommandLine, stage: Stage, tmp_path: Path) -> None:
    assert stage
    (tmp_path / "soil.md").write_text("# Soil\n\nText.\n", encoding="utf-8")

    first = await cli.run("articles", "import", tmp_path, "--domain", "Blog.Example", "-v")
    second = await cli.run("articles", "import", tmp_path, "--domain", "blog.example", "--json")

    assert first.lines[0] == "published: soil.md"
    assert second.json == {"items": [{"file": "soil.md", "outcome": "unchanged", "reason": "", "notes": []}]}
    assert (await cli.run("articles", "list", "soil")).lines[1].split() == ["blog.example/soil", "PUBLISHED", "Soil"]


def test_a_running_demo_is_found_by_its_folder(stage: Stage, tmp_path: Path) -> None:
    assert stage
    demo = {"databaseUrl": settings.database_url, "redisUrl": settings.redis_url}
    demo |= {"brokerUrl": settings.redis_url, "baseUrl": settings.public_url}
    (tmp_path / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
    (tmp_path / "secrets.json").write_text(json.dumps({"secret_key": "k"}), encoding="utf-8")

    found = subprocess.run(
        [sys.executable, "-m", "blogqueue", "--data-dir", tmp_path, "jobs", "list"],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (found.returncode, found.stderr) == (0, "There are none.\n")


def test_help_and_completion_need_nothing_and_are_in_colour_on_a_terminal() -> None:
    plain = run_bare("jobs", "-h")
    script = run_bare("completion", "bash")
    words = run_bare(_BLOGQUEUE_COMPLETE="bash_complete", COMP_WORDS="blogqueue queues ", COMP_CWORD="2")

    assert plain.startswith("Usage: blogqueue jobs")
    assert "_BLOGQUEUE_COMPLETE=bash_complete" in script
    assert words.split() == ["plain,list", "plain,pause", "plain,resume"]

    printed = bytearray()

    def keep(number: int) -> bytes:
        printed.extend(found := os.read(number, 4096))
        return found

    pty.spawn([sys.executable, "-m", "blogqueue", "-h"], keep)
    assert b"\x1b[" in printed


def run_bare(*words: str, **environment: str) -> str:
    """Run a command with nothing set."""
    return subprocess.run(
        [sys.executable, "-m", "blogqueue", *words],
        env={"PATH": ""} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def test_a_customers_words_cannot_draw_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.show_table(("WHAT",), [["[red]a\x1b[31m b\x07\u202ec\n"]])

    assert capsys.readouterr().out == "WHAT\n[red]a [31m b  c\n"
