"""The operator's commands about the engine: jobs, queues, workers.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

from typing import Any

import click

from blogqueue.cli import output
from blogqueue.cli.bulk import Wanted, act_on_matching
from blogqueue.cli.database import OPERATOR, with_database
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.states import JobState

QUEUE_NAME = click.Choice(list(JOB_QUEUES))

_IDS = click.argument("job_ids", nargs=-1, metavar="[JOB_ID]...")
_QUEUE = click.option("--queue", type=QUEUE_NAME, help="All jobs of this queue that the action applies to.")
_STATE = click.option("--state", type=click.Choice(JobState, case_sensitive=False), help="All jobs in this state.")
_ORDER = click.option("--order", default="", metavar="ORDER", help="Only jobs of this order.")
_ERROR = click.option("--error", default="", metavar="TEXT", help="Only jobs whose error contains this.")


@click.group("jobs")
def jobs_group() -> None:
    """List, show, retry and cancel jobs."""


@jobs_group.command("list")
@click.option("--queue", type=QUEUE_NAME, default=None, help="Only this queue.")
@click.option("--state", type=click.Choice(JobState, case_sensitive=False), help="Only this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many.")
@output.JSON
def list_jobs(queue: str | None, state: JobState | None, limit: int, as_json: bool) -> None:
    """List the newest jobs."""
    from blogqueue.jobs import stats

    rows = with_database(stats.list_newest(queue or "", state, limit=limit))
    if as_json:
        from blogqueue.api import operations

        output.show_json(operations.JobList(items=[operations.view_job(row) for row in rows]))
        return
    output.show_table(
        ("JOB", "STATE", "ATTEMPTS", "CREATED", "PROGRESS", "ERROR"),
        [
            (
                row["id"],
                row["state"],
                f"{row['attempts']}/{row['max_attempts']}",
                row["created_at"],
                row["progress"],
                _get_error(row),
            )
            for row in rows
        ],
    )


def _get_error(row: dict[str, Any]) -> str:
    """Return the error for which a job failed or waits; the errors of a job that went on are history."""
    unfinished = row["state"] in {JobState.FAILED, JobState.DELAYED}
    return row["errors"][-1]["message"] if unfinished and row["errors"] else ""


@jobs_group.command("show")
@click.argument("job_id")
@output.JSON
def show_job(job_id: str, as_json: bool) -> None:
    """Show a job with the errors of all its attempts."""
    from blogqueue import model_cost
    from blogqueue.jobs import stats

    row = with_database(stats.get_job(job_id))
    cost = model_cost.describe(row["tokens_in"], row["tokens_cached"], row["tokens_out"])
    if as_json:
        from blogqueue.api import operations

        output.show_json(operations.view_job(row))
        return
    output.show_fields(
        [
            ("Job", row["id"]),
            ("State", row["state"]),
            ("Queue", row["queue"]),
            ("Order", row["order_id"]),
            ("Attempts", f"{row['attempts']} of {row['max_attempts']}"),
            ("Progress", row["progress"]),
            ("Worker", row["lease_holder"]),
            ("Waits for", "the model's provider" if row["waits_for_provider"] else ""),
            ("Created", row["created_at"]),
            ("Due", row["run_at"] if row["state"] in {JobState.WAITING, JobState.DELAYED} else None),
            ("Started", row["claimed_at"]),
            ("Finished", row["finished_at"]),
            ("Model", f"{row['model_calls']} calls, {row['tokens_in']} tokens in, {row['tokens_out']} out"),
            ("Cost", cost),
        ]
    )
    for error in row["errors"]:
        output.show_heading(f"Attempt {error['attempt']}, {error['at'][:19]}: {error['error']}")
        output.show_text(error["traceback"] or error["message"])


@jobs_group.command("retry")
@_IDS
@_QUEUE
@_STATE
@_ORDER
@_ERROR
@output.YES
@output.JSON
def retry_jobs(
    *,
    job_ids: tuple[str, ...],
    queue: str | None,
    state: JobState | None,
    order: str,
    error: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Give jobs new attempts: those named, or the FAILED ones that match, at most 500. Their orders continue."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import job_actions

    async def retry(job_id: str) -> None:
        await nudge(await job_actions.retry(job_id, actor=OPERATOR))

    if job_ids:
        with_database(output.do_each(job_ids, retry, "is waiting again", as_json=as_json))
    else:
        act_on_matching("retry", Wanted(queue or "", state or "", order, error), reason="", yes=yes, as_json=as_json)


@jobs_group.command("cancel")
@_IDS
@_QUEUE
@_STATE
@_ORDER
@_ERROR
@click.option("--reason", default="", help="Why, for the history; required unless jobs are named.")
@output.YES
@output.JSON
def cancel_jobs(
    *,
    job_ids: tuple[str, ...],
    queue: str | None,
    state: JobState | None,
    order: str,
    error: str,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Cancel jobs that wait or run: those named, or all that match, at most 500. Their orders become FAILED."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import job_actions

    async def cancel(job_id: str) -> None:
        await nudge(await job_actions.cancel(job_id, actor=OPERATOR, reason=reason))

    if job_ids:
        with_database(output.do_each(job_ids, cancel, "is cancelled", as_json=as_json))
    else:
        act_on_matching(
            "cancel", Wanted(queue or "", state or "", order, error), reason=reason, yes=yes, as_json=as_json
        )


@jobs_group.command("run-now")
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB_ID...")
@output.JSON
def run_jobs_now(job_ids: tuple[str, ...], as_json: bool) -> None:
    """Run DELAYED jobs without waiting for their time."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import job_actions

    async def run_now(job_id: str) -> None:
        await nudge(await job_actions.run_now(job_id, actor=OPERATOR))

    with_database(output.do_each(job_ids, run_now, "runs now", as_json=as_json))


@click.group("queues")
def queues_group() -> None:
    """Show, pause and resume the queues of jobs."""


@queues_group.command("list")
@output.JSON
def list_queues(as_json: bool) -> None:
    """Show each queue's jobs by state, its workers, and whether it is paused."""
    from blogqueue.jobs import overview

    queues = with_database(overview.list_queues())
    if as_json:
        from blogqueue.api import operations

        output.show_json(operations.QueueList(items=[operations.view_queue(queue) for queue in queues]))
        return
    show_queues(queues)


def show_queues(queues: list[Any]) -> None:
    """Print queues as a table, and a line for each that is paused."""
    states = ("WAITING", "ACTIVE", "DELAYED", "FAILED", "COMPLETED")
    output.show_table(
        ("QUEUE", *states, "OLDEST WAITS", "RUN P50", "RUN P95", "WORKERS", "STATE"),
        [
            (
                queue.name,
                *(queue.counts[state] for state in states),
                output.format_age(queue.oldest_seconds),
                output.format_age(queue.run_seconds_p50),
                output.format_age(queue.run_seconds_p95),
                queue.workers,
                _describe(queue),
            )
            for queue in queues
        ],
    )
    for queue in queues:
        if queue.paused_at:
            why = f": {queue.pause_reason}" if queue.pause_reason else ""
            print(output.format_cell(f"{queue.name} was paused by {queue.paused_by}{why}"))


def _describe(queue: Any) -> str:  # noqa: ANN401 - `overview.QueueState`, which is imported with the database
    if queue.paused_at:
        return "paused"
    return "running" if queue.workers else "NO WORKER"


@queues_group.command("pause")
@click.argument("name", type=QUEUE_NAME)
@click.option("--reason", default="", help="Why, for the other operators.")
@output.JSON
def pause_queue(name: str, reason: str, as_json: bool) -> None:
    """Keep all workers from starting jobs of a queue."""
    from blogqueue.jobs import pausing

    with_database(pausing.pause(name, actor=OPERATOR, reason=reason))
    output.show_result(f"{name} is paused", {"name": name, "paused": True}, as_json=as_json)


@queues_group.command("resume")
@click.argument("name", type=QUEUE_NAME)
@output.JSON
def resume_queue(name: str, as_json: bool) -> None:
    """Let workers start jobs of a paused queue again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.jobs import pausing

    async def resume() -> None:
        await nudge(await pausing.resume(name, actor=OPERATOR))

    with_database(resume())
    output.show_result(f"{name} is resumed", {"name": name, "paused": False}, as_json=as_json)


@click.command("workers")
@output.JSON
def list_workers(as_json: bool) -> None:
    """Show the workers of the last day, and what each does."""
    from blogqueue.jobs import workers

    found = with_database(workers.list_workers())
    if as_json:
        from blogqueue.api import operations

        output.show_json(operations.WorkerList(items=[operations.view_worker(worker) for worker in found]))
        return
    show_workers(found)


def show_workers(workers: list[Any]) -> None:
    """Print workers as a table, a job that one runs a line below it."""
    rows: list[tuple[object, ...]] = []
    for worker in workers:
        state = "alive" if worker.alive else "gone"
        busy = f"{len(worker.jobs)}/{worker.concurrency}"
        seen = (worker.seen_at, worker.version, ", ".join(worker.queues))
        first, *others = [f"{job['job_id']} for {output.format_age(job['seconds'])}" for job in worker.jobs] or [""]
        rows += [(worker.holder, state, busy, *seen, first), *(("",) * 6 + (job,) for job in others)]
    output.show_table(("WORKER", "STATE", "BUSY", "SEEN", "VERSION", "QUEUES", "WORKS ON"), rows)


GROUPS = (jobs_group, queues_group, list_workers)
