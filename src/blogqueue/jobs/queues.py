"""The registry of queues: what each one carries, which process works on it, and what that process needs.

A new queue is one entry here, its actor in `actors.messages`, and its program in `supervisord.conf`; a test compares
the three.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blogqueue.states import OrderKind

if TYPE_CHECKING:
    from blogqueue.settings import Settings  # reading them is left to the commands that need them

RUN_LIMIT_MS = 15 * 60 * 1000
"""More than the six model calls of one run can take: three of 180 s and three of 90 s, each ended by its timeout.

These are the largest that `settings.openai_timeout_seconds` allows.
"""

MESSAGE_LIMIT_MS = 10 * 60 * 1000
"""Dramatiq's own default. The timeouts of the mail server and of Stripe end a message's work long before it."""

WRITER_NEEDS = ("database_url", "broker", "openai_api_key", "openai_base_url", "https")
MAIL_NEEDS = (
    "database_url",
    "broker",
    "secret_key",
    "smtp_url",
    "stripe_api_key",
    "stripe_api_base",
    "mail_from",
    "reply_to",
    "operator_email",
    "alert_webhook_url",
    "https",
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of the broker, whose messages carry the id of one row each.

    `actor` is the function in `actors.messages` that gets the id; `program` the process in `supervisord.conf` that runs
    it, and `needs` what must be set for that process (the names of `needs.check_settings`). `threads` is how many
    threads its process has for it, or the name of the setting that says so; they work on all queues of the process.
    A queue of jobs serves one kind of order, and its jobs' ids begin with `job_prefix`.
    """

    name: str
    actor: str
    program: str
    needs: tuple[str, ...]
    threads: int | str
    time_limit_ms: int = MESSAGE_LIMIT_MS
    order_kind: OrderKind | None = None
    job_prefix: str = ""

    def get_threads(self, settings: "Settings") -> int:
        """Return how many threads this queue adds to its process: so many more messages are worked on at once."""
        return self.threads if isinstance(self.threads, int) else int(getattr(settings, self.threads))


ARTICLE_GENERATION = Queue(
    name="article-generation",
    actor="generate_article",
    program="writer-articles",
    needs=WRITER_NEEDS,
    threads="article_generation_concurrency",
    time_limit_ms=RUN_LIMIT_MS,
    order_kind=OrderKind.ARTICLE,
    job_prefix="article-gen",
)
BACKLINK_INTEGRATION = Queue(
    name="backlink-integration",
    actor="integrate_backlink",
    program="writer-backlinks",
    needs=WRITER_NEEDS,
    threads="backlink_integration_concurrency",
    time_limit_ms=RUN_LIMIT_MS,
    order_kind=OrderKind.BACKLINK,
    job_prefix="backlink-int",
)
MAIL = Queue(name="mail", actor="deliver_email", program="mail", needs=MAIL_NEEDS, threads=4)
UPKEEP = Queue(name="upkeep", actor="send_refund", program="mail", needs=MAIL_NEEDS, threads=1)

QUEUES = {queue.name: queue for queue in (ARTICLE_GENERATION, BACKLINK_INTEGRATION, MAIL, UPKEEP)}
"""Every queue by its name."""

JOB_QUEUES = {name: queue for name, queue in QUEUES.items() if queue.order_kind is not None}
"""The queues whose messages are rows of the table `jobs`."""

QUEUE_OF_ORDER = {queue.order_kind: queue for queue in JOB_QUEUES.values()}
"""The queue that serves each kind of order."""
