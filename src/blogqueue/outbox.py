"""What to send after a commit: the ids of rows that a transaction wrote and that a worker has to take up."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboxJob:
    """A job to send to its queue; `delay` in ms if it is due later."""

    id: str
    queue: str
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """The ids to send to the broker. If that fails nothing is lost: they are sent again within seconds or a minute."""

    jobs: tuple[OutboxJob, ...] = ()
    emails: tuple[UUID, ...] = ()
    refunds: tuple[UUID, ...] = ()

    def __add__(self, other: "Outbox") -> "Outbox":
        return Outbox(self.jobs + other.jobs, self.emails + other.emails, self.refunds + other.refunds)
