"""All that an operator wants to know of one job: its order, history and emails, and the jobs beside it."""

from dataclasses import dataclass
from typing import Any

from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.jobs import stats
from blogqueue.orders import lifecycle


@dataclass(frozen=True, slots=True)
class JobDetails:
    """A job's row, and what belongs to its order: `history` and `emails` oldest first, and its `jobs`, this one too."""

    job: dict[str, Any]
    order: Order
    title: str
    host: str
    history: list[dict[str, Any]]
    emails: list[dict[str, Any]]
    jobs: list[dict[str, Any]]

    @property
    def previous(self) -> dict[str, Any] | None:
        """Return the order's job before this one, None if there is none."""
        at = self._position()
        return self.jobs[at - 1] if at else None

    @property
    def following(self) -> dict[str, Any] | None:
        """Return the order's job after this one, None if there is none."""
        return self.jobs[self._position() + 1] if self._position() + 1 < len(self.jobs) else None

    def _position(self) -> int:
        return next((at for at, one in enumerate(self.jobs) if one["id"] == self.job["id"]), 0)


async def read(job_id: str) -> JobDetails:
    """Return the details of a job. Raises NotFoundError."""
    job = await stats.get_job(job_id)
    order = await lifecycle.get(job["order_id"])
    article = await Article.select(Article.title, Article.domain_id.host.as_alias("host")).where(
        Article.id == order.article_id
    )
    return JobDetails(
        job=job,
        order=order,
        title=article[0]["title"],
        host=article[0]["host"],
        history=await OrderEvent.select().where(OrderEvent.order_id == order.id).order_by(OrderEvent.id),
        emails=await Email.select(
            Email.id, Email.kind, Email.subject, Email.state, Email.created_at, Email.sent_at, Email.error
        )
        .where(Email.order_id == order.id)
        .order_by(Email.created_at),
        jobs=await Job.select(Job.id, Job.state, Job.created_at)
        .where(Job.order_id == order.id)
        .order_by(Job.created_at),
    )
