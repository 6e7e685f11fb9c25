"""The operator's commands about the engine: jobs, queues, workers.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

import click

from blogqueue.cli.operator import OPERATOR, with_database
from blogqueue.jobs.queues import JOB_QUEUES
from blogqueue.states import JobState


@click.group("jobs")
def jobs_group() -> None:
    """List, show and retry jobs."""


@jobs_group.command("list")
@click.option("--queue", type=click.Choice(list(JOB_QUEUES)), default=None, help="Only this queue.")
@click.option("--state", type=click.Choice(JobState, case_sensitive=False), help="Only this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
def list_jobs(queue: str | None, state: JobState | None, limit: int) -> None:
    """List the newest jobs."""
    from blogqueue.jobs import stats

    for row in with_database(stats.list_newest(queue or "", state, limit=limit)):
        error = f"  {row['errors'][-1]['message']}" if row["errors"] else ""
        print(
            f"{row['id']}  {row['state']:<9} {row['attempts']}/{row['max_attempts']}  {row['created_at']:%F %T}{error}"
        )


@jobs_group.command("show")
@click.argument("job_id")
def show_job(job_id: str) -> None:
    """Show a job with the errors of all its attempts."""
    import json

    from blogqueue.jobs import stats

    print(json.dumps(with_database(stats.get_job(job_id)), indent=2, default=str, ensure_ascii=False))


@jobs_group.command("retry")
@click.argument("job_id")
def retry_job(job_id: str) -> None:
    """Give a FAILED job new attempts; its order becomes PROCESSING again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.jobs import stats
    from blogqueue.orders import lifecycle

    async def retry() -> None:
        job = await stats.get_job(job_id)
        await nudge(await lifecycle.retry(job["order_id"], actor=OPERATOR, job_id=job_id))

    with_database(retry())
    print(f"{job_id} is waiting again")


@click.group("queues")
def queues_group() -> None:
    """Show, pause and resume the queues of jobs."""


@queues_group.command("list")
def list_queues() -> None:
    """Show each queue's jobs by state, its workers, and whether it is paused."""
    from blogqueue.jobs import overview

    for queue in with_database(overview.list_queues()):
        counts = "  ".join(f"{state.lower()} {number}" for state, number in queue.counts.items())
        oldest = f"  oldest waits {queue.oldest_seconds} s" if queue.oldest_seconds is not None else ""
        paused = f"  PAUSED by {queue.paused_by}: {queue.pause_reason}" if queue.paused_at else ""
        print(f"{queue.name:<22}{counts}  workers {queue.workers}{oldest}{paused}")


@queues_group.command("pause")
@click.argument("name", type=click.Choice(list(JOB_QUEUES)))
@click.option("--reason", default="", help="Why, for the other operators.")
def pause_queue(name: str, reason: str) -> None:
    """Keep all workers from starting jobs of a queue."""
    from blogqueue.jobs import pausing

    with_database(pausing.pause(name, actor=OPERATOR, reason=reason))
    print(f"{name} is paused")


@queues_group.command("resume")
@click.argument("name", type=click.Choice(list(JOB_QUEUES)))
def resume_queue(name: str) -> None:
    """Let workers start jobs of a paused queue again."""
    from blogqueue.actors.messages import nudge
    from blogqueue.jobs import pausing

    async def resume() -> None:
        await nudge(await pausing.resume(name))

    with_database(resume())
    print(f"{name} is resumed")


@click.command("workers")
def list_workers() -> None:
    """Show the worker processes of the last day, and what each is doing."""
    from blogqueue.jobs import workers

    for worker in with_database(workers.list_workers()):
        state = "alive" if worker.alive else f"last seen {worker.seen_at:%F %T}"
        print(f"{worker.holder:<30}{state}  {','.join(worker.queues)}  {len(worker.jobs)}/{worker.concurrency} jobs")
        for job in worker.jobs:
            print(f"  {job['job_id']}  {job['seconds']} s  {job['progress']}")


GROUPS = (jobs_group, queues_group, list_workers)
