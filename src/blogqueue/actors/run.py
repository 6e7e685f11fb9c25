"""One run of a job: claim it, renew its lease, and store how it ended, whatever happens."""

import asyncio
import os
import socket
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, cast

from dramatiq.errors import Retry

from blogqueue import traces
from blogqueue.actors.replay import DurableReplay
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.errors import make_storable
from blogqueue.jobs import breaker, jobs
from blogqueue.jobs.jobs import Claim, LostLeaseError, NotYet
from blogqueue.log import logger
from blogqueue.orders import results
from blogqueue.orders.budget import BudgetError
from blogqueue.outbox import Outbox, OutboxJob
from blogqueue.writing.link_edit.integration import NoRoomError
from blogqueue.writing.model import ModelError

HOLDER = f"{socket.gethostname()}:{os.getpid()}"
RENEW_SECONDS = jobs.LEASE_SECONDS / 5
"""Also how long a cancelled job runs on at most: its worker finds out when it renews the lease."""


class _Process:
    """The runs of this worker process, and whether it is stopping."""

    stopping = False
    running: ClassVar[set[asyncio.Task[object]]] = set()


_process = _Process()


def stop() -> None:
    """Cancel the runs that are not done at the end of the grace period: they hand their jobs back."""
    _process.stopping = True
    for task in _process.running:
        task.cancel()


class Run:
    """A run of a claimed job: its claim, and the replay of the model's stored answers."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.replay = DurableReplay(claim)


async def run(
    job_id: str, work: Callable[[Run], Awaitable[Outbox]], *, send: Callable[[Outbox], Awaitable[None]]
) -> None:
    """Run a job if it is due and no other worker has it, and `send` the ids of what it wrote.

    Whatever goes wrong within the work ends on the job's row: as a retry that is due later, or as FAILED. Raises Retry
    (dramatiq.errors) when the job is to run again at its row's time: after a failed attempt (2 s, then 4 s), for a
    message that came before that time or during another worker's lease, at the next probe while the model's provider
    is out, and for a job that this stopping worker handed back.
    """
    claim = await jobs.claim(job_id, HOLDER)
    if claim is None:
        logger.info("job skipped", job=job_id, reason="nothing to do")
        return
    if isinstance(claim, NotYet):
        raise Retry("the job is not due yet", delay=claim.milliseconds)
    bound = logger.bind(job=job_id, order=str(claim.order_id), attempt=claim.attempt, fencing_token=claim.fencing_token)
    bound.info("job claimed")
    try:
        with traces.span("job run", job=job_id, queue=claim.queue, attempt=claim.attempt):
            outbox = await _attempt(claim, work)
    except LostLeaseError:
        bound.warning("job result refused", reason="lease lost")
        if claim.probing:  # an operator may have cancelled it before it asked the model
            await breaker.end_probe()
        return
    again = next((job for job in outbox.jobs if job.id == job_id), None)
    await send(replace(outbox, jobs=tuple(job for job in outbox.jobs if job is not again)))
    if again is not None:
        bound.info("job delayed", retry_ms=again.delay)
        raise Retry("the job runs again", delay=again.delay)
    bound.info("job finished", emails=len(outbox.emails))


async def _attempt(claim: Claim, work: Callable[[Run], Awaitable[Outbox]]) -> Outbox:
    """Make one attempt, and start it again for as long as PostgreSQL is unavailable."""
    current = Run(claim)
    async with _lease(claim):
        unavailable = False
        while True:
            try:
                if unavailable:
                    await asyncio.sleep(1)
                if claim.exhausted:
                    outbox = await results.fail_attempt(claim, None, permanent=True)
                else:
                    outbox = await _work(current, work)
                if claim.probing:
                    await breaker.end_probe()
                return outbox + current.replay.resumed
            except UNAVAILABLE as error:
                # Starting again costs nothing: the model's answers are in this process's memory.
                logger.warning("database unavailable", job=claim.job_id, error=str(error))
                unavailable = True
                current.replay.rewind()
            except asyncio.CancelledError:
                if not _process.stopping:
                    raise
                await jobs.hand_back(claim)
                if claim.probing:
                    await breaker.end_probe()
                logger.info("job handed back", job=claim.job_id)
                return Outbox(jobs=(OutboxJob(claim.job_id, claim.queue),))


async def _work(current: Run, work: Callable[[Run], Awaitable[Outbox]]) -> Outbox:
    """Do the work; store the error of an attempt that failed."""
    try:
        return await work(current)
    except (LostLeaseError, *UNAVAILABLE):
        raise
    except Exception as error:  # noqa: BLE001 - every error belongs on the job's row
        logger.warning("job attempt failed", job=current.claim.job_id, error=str(error))
        return await results.fail_attempt(
            current.claim,
            {
                "attempt": current.claim.attempt,
                "at": datetime.now(UTC),
                "error": type(error).__name__,
                "message": make_storable(str(error)),
                "traceback": make_storable("".join(traceback.format_exception(error))),
            },
            permanent=isinstance(error, NoRoomError | BudgetError | LookupError) or getattr(error, "permanent", False),
            wait_ms=int(error.retry_after * 1000) if isinstance(error, ModelError) else 0,
            # If the model could not answer, its earlier answers are still good; otherwise they may be the reason.
            afresh=not isinstance(error, ModelError),
            outage=error.outage if isinstance(error, ModelError) else "",
        )


@asynccontextmanager
async def _lease(claim: Claim) -> AsyncGenerator[None]:
    """Renew the lease during the block. Raises LostLeaseError in the block when another worker has claimed the job."""
    worker = cast("asyncio.Task[object]", asyncio.current_task())
    lost = False

    async def renew() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                if not await _renew(claim):
                    return
            except LostLeaseError:
                lost = True
                worker.cancel()
                return
            except Exception as error:  # noqa: BLE001 - the run's last write decides; until then, try again
                logger.warning("lease not renewed", job=claim.job_id, error=str(error))

    renewing = asyncio.create_task(renew())
    _process.running.add(worker)
    if _process.stopping:
        worker.cancel()
    try:
        yield
    except asyncio.CancelledError:
        if lost:
            raise LostLeaseError(claim.job_id) from None
        raise
    finally:
        _process.running.discard(worker)
        renewing.cancel()


async def _renew(claim: Claim) -> bool:
    """Renew the lease; return False if this run has ended its job. Raises LostLeaseError if another run has it."""
    try:
        await jobs.renew(claim)
    except LostLeaseError:
        if await jobs.is_taken_over(claim):
            raise
        return False
    return True
