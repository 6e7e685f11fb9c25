"""What a verb has promised in its transaction: ids of rows, which the door sends to the broker after the commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboxJob:
    """A job to be reminded of; `delay` in ms when it is only due later."""

    id: str
    queue: str
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """Rows promised by one verb; losing the message about them loses nothing, the minute's sweep sends it again."""

    jobs: tuple[OutboxJob, ...] = ()
    emails: tuple[UUID, ...] = ()
    refunds: tuple[UUID, ...] = ()

    def __add__(self, other: "Outbox") -> "Outbox":
        return Outbox(self.jobs + other.jobs, self.emails + other.emails, self.refunds + other.refunds)
