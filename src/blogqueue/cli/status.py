"""`blogqueue status`: the installation on one screen, and first what does not work."""
# ruff: noqa: PLC0415 - as in `cli.commands`

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import msgspec

from blogqueue.cli import engine, output
from blogqueue.cli.database import with_database

if TYPE_CHECKING:
    from blogqueue.jobs.overview import QueueState
    from blogqueue.jobs.workers import WorkerState
    from blogqueue.orders.unfinished import UnfinishedOrders


class Todo(msgspec.Struct, frozen=True):
    """How many things wait for a person, and the command that lists them."""

    name: str
    count: int
    command: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What the screen shows.

    `problems` has a sentence for each part that orders need and that does not work; `unfinished` is the money for which
    customers have got nothing yet.
    """

    problems: dict[str, str]
    queues: list["QueueState"]
    workers: list["WorkerState"]
    unfinished: list["UnfinishedOrders"]
    todo: list[Todo]


@click.command("status")
@output.JSON
def show_status(as_json: bool) -> None:
    """Show the whole installation on one screen.

    It begins with what does not work; then come queues, workers, unfinished orders, and what waits for a person.

    Exit with 1 if something that orders need does not work.
    """
    found = with_database(_look())
    if as_json:
        output.show_json(_view(found))
    else:
        _show(found)
    raise SystemExit(1 if found.problems else 0)


async def _look() -> Installation:
    from blogqueue.api import health
    from blogqueue.emails import resending
    from blogqueue.jobs import overview, workers
    from blogqueue.orders import listing, unfinished
    from blogqueue.payments import held_payments
    from blogqueue.reviews import queue

    checks = {
        "PostgreSQL": health.check_postgres,
        "broker": health.check_broker,
        "workers": health.check_workers,
        "clock": health.check_clock,
        "provider": health.check_provider,
        "mail": health.check_mail,
        "webhooks": health.check_webhooks,
    }
    failed = await queue.list_failed()
    return Installation(
        problems={name: problem for name, check in checks.items() if (problem := await check())},
        queues=await overview.list_queues(),
        workers=[worker for worker in await workers.list_workers() if worker.alive],
        unfinished=await unfinished.list_unfinished(),
        todo=[
            Todo("orders to review", await queue.count_waiting(), "orders list --status ADMIN_REVIEW"),
            Todo("failed orders, not refunded", len(failed), "orders list --status FAILED"),
            Todo("orders on hold", len(await listing.list_on_hold()), "orders on-hold"),
            Todo("held payments", len(await held_payments.list_undecided()), "payments held"),
            Todo("emails that failed", await resending.count_failed(), "emails list --state FAILED"),
        ],
    )


def _view(found: Installation) -> dict[str, object]:
    """Return the screen as JSON; queues and workers are in the form of the admin API."""
    from blogqueue.api import operations

    return {
        "problems": [{"part": part, "problem": problem} for part, problem in found.problems.items()],
        "queues": [operations.view_queue(queue) for queue in found.queues],
        "workers": [operations.view_worker(worker) for worker in found.workers],
        "unfinished": [_view_money(one) for one in found.unfinished],
        "todo": found.todo,
    }


def _view_money(one: "UnfinishedOrders") -> dict[str, object]:
    return {
        "status": one.status,
        "currency": one.currency,
        "orders": one.number,
        "amount": one.amount,
        "oldestSeconds": one.oldest_seconds,
    }


def _show(found: Installation) -> None:
    for part, problem in found.problems.items():
        print(click.style(f"{part}: {problem}", fg="red") if output.is_terminal() else f"{part}: {problem}")
    if not found.problems:
        print("Everything that orders need works.")
    output.show_heading("Queues")
    engine.show_queues(found.queues)
    output.show_heading("Workers")
    engine.show_workers(found.workers)
    output.show_heading("Paid, not finished")
    output.show_table(
        ("ORDERS", "STATUS", "PAID", "OLDEST"),
        [
            (
                one.number,
                one.status,
                output.format_price(one.amount, one.currency),
                output.format_age(one.oldest_seconds),
            )
            for one in found.unfinished
        ],
    )
    output.show_heading("Needs a decision")
    output.show_table(
        ("NUMBER", "WHAT", "SEE"),
        [(one.count, one.name, f"blogqueue {one.command}" if one.count else "") for one in found.todo],
    )
