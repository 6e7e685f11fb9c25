"""All rows (DESIGN.md §3). Unique constraints, here and in the migrations, enforce "once"; checking first does not.

Foreign keys never cascade: nothing that money hangs on disappears because something else was deleted. Four ids are
plain values: `articles.selected_version_id` and `article_versions.order_id` would close a circle (their foreign keys
stand in the migration), and the `job_id` of versions and letters outlives its job, which is cleaned up one day, so
that "once" still holds then. JSON columns are typed `Any`: loaded, they are what was stored.
"""

from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.states import (
    ArticleStatus,
    EmailState,
    FailureReason,
    HeldState,
    JobState,
    OrderKind,
    OrderStatus,
    PurchaseState,
    RefundState,
    ReviewStatus,
)


class Rel(StrEnum):
    """A domain's policy for paid links, as their `rel` attribute."""

    SPONSORED = "sponsored"
    NOFOLLOW = "nofollow"
    NONE = "none"


class Domain(Table, tablename="domains", db=DB):
    """A site that sells links; prices in minor units of its currency."""

    id = UUID(primary_key=True, default=UUID4())
    host = Varchar(253, unique=True)
    name = Varchar(200)
    niche = Varchar(100, default="general")
    language = Varchar(35, default="en")
    currency = Varchar(3, default="EUR")
    backlink_price = BigInt(default=4900)
    article_price = BigInt(default=14900)
    rel = Varchar(20, choices=Rel, default=Rel.SPONSORED)
    max_paid_links = Integer(default=3)
    forbidden_niches = Array(base_column=Varchar(100))
    forbidden_words = Array(base_column=Varchar(100))
    created_at = Timestamptz(default=TimestamptzNow())


class Article(Table, tablename="articles", db=DB):
    """An article of a domain; `selected_version_id` is the text that is live, null until published."""

    id = UUID(primary_key=True, default=UUID4())
    domain_id = ForeignKey(Domain, on_delete=OnDelete.restrict, null=False)
    slug = Varchar(200, unique=True)
    title = Varchar(500)
    topic = Varchar(500, default="")
    niche = Varchar(100, default="general")
    keyword = Varchar(200, default="")
    status = Varchar(20, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    selected_version_id = UUID(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())
    published_at = Timestamptz(null=True, default=None)


class ArticleVersion(Table, tablename="article_versions", db=DB):
    """One text of an article, never changed once stored; `backlink_metadata` holds the edit that made it.

    `word_count` counts the words of its body, so that the catalogue need not read texts to sort by their length.
    """

    id = UUID(primary_key=True, default=UUID4())
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict, null=False)
    version_num = Integer()
    content_md = Text()
    word_count = Integer(default=0)
    qc_attempts = Integer(default=0)
    last_qc_status = Varchar(30, null=True, default=None)
    last_qc_notes: Any = JSONB(null=True, default=None)
    backlink_review_status = Varchar(20, choices=ReviewStatus, null=True, default=None)
    backlink_metadata: Any = JSONB(null=True, default=None)
    order_id = UUID(null=True, default=None, index=True)
    job_id = Varchar(120, null=True, default=None, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())

    number_once = Unique([article_id, version_num])


class Purchase(Table, tablename="purchases", db=DB):
    """What was asked before it was paid, and what was offered, frozen: price, currency, `rel`, the live version.

    A link is asked for in an article, a new article on a domain; the other one of the two is null. `subject` is what
    the payment page calls it. `stripe_checked_at`: when Stripe was last asked what became of its session.
    """

    id = UUID(primary_key=True, default=UUID4())
    kind = Varchar(20, choices=OrderKind, default=OrderKind.BACKLINK)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict)
    domain_id = ForeignKey(Domain, on_delete=OnDelete.restrict)
    base_version_id = ForeignKey(ArticleVersion, on_delete=OnDelete.restrict)
    details: Any = JSONB(default="{}")
    subject = Text(default="")
    email = Varchar(254)
    address_hash = Varchar(64, default="", secret=True)
    token_hash = Varchar(64, unique=True, secret=True)
    token_expires_at = Timestamptz()
    session_id = Varchar(255, null=True, default=None, unique=True)
    session_url = Text(default="")
    session_started_at = Timestamptz(null=True, default=None)
    session_expires_at = Timestamptz(null=True, default=None)
    session_number = Integer(default=0)
    payment_pending = Boolean(default=False)
    stripe_checked_at = Timestamptz(null=True, default=None)
    price = BigInt()
    currency = Varchar(3)
    rel = Varchar(20)
    state = Varchar(20, choices=PurchaseState, default=PurchaseState.OPEN)
    held_reason = Text(default="")
    slot_held_until = Timestamptz()
    created_at = Timestamptz(default=PostgresNow())

    names_its_subject = Check(
        "(kind = 'backlink') = (article_id IS NOT NULL) AND (kind = 'article') = (domain_id IS NOT NULL)"
    )


class Order(Table, tablename="orders", db=DB):
    """A paid order; only `orders.move` changes its status.

    `link_dropped_at`: an editor published a text without this COMPLETED order's link, knowing that it is paid.
    """

    id = UUID(primary_key=True, default=UUID4())
    session_id = Varchar(255, null=True, default=None, unique=True)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict, unique=True)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict, null=False)
    version_id = ForeignKey(ArticleVersion, on_delete=OnDelete.restrict)
    kind = Varchar(20, choices=OrderKind, default=OrderKind.BACKLINK)
    customer_email = Varchar(254)
    backlink_data: Any = JSONB(default="{}")
    payment_data: Any = JSONB(default="{}")
    price = BigInt()
    currency = Varchar(3)
    rel = Varchar(20)
    status = Varchar(20, choices=OrderStatus, default=OrderStatus.PROCESSING)
    failure_reason = Varchar(30, choices=FailureReason, null=True, default=None)
    failure_detail = Text(default="")
    failed_at_step = Integer(null=True, default=None)
    refund_state = Varchar(20, choices=RefundState, default=RefundState.NONE)
    refund_due_at = Timestamptz(null=True, default=None)
    on_hold = Boolean(default=False)
    access_token_hash = Varchar(64, unique=True, secret=True)
    regeneration_count = Integer(default=0)
    model_calls = Integer(default=0)
    model_tokens = BigInt(default=0)
    created_at = Timestamptz(default=PostgresNow())
    updated_at = Timestamptz(default=PostgresNow())
    completed_at = Timestamptz(null=True, default=None)
    link_dropped_at = Timestamptz(null=True, default=None)


class Job(Table, tablename="jobs", db=DB):
    """A promise of work for an order: the record of which a broker message is only a reminder.

    `fencing_token` grows with every claim; each write of a run names the token it was given, so a run that lost its
    lease changes nothing. `lease_until` and `run_at` are set and judged by PostgreSQL's clock alone.
    """

    id = Varchar(120, primary_key=True)
    queue = Varchar(40)
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict, null=False)
    payload: Any = JSONB(default="{}")
    state = Varchar(20, choices=JobState, default=JobState.WAITING)
    attempts = Integer(default=0)
    max_attempts = Integer(default=3)
    progress = Varchar(100, default="")
    errors: Any = JSONB(default="[]")
    model_answers: Any = JSONB(default="[]")
    model_calls = Integer(default=0)
    tokens_in = BigInt(default=0)
    tokens_cached = BigInt(default=0)
    tokens_out = BigInt(default=0)
    fencing_token = BigInt(default=0)
    lease_holder = Varchar(100, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    run_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())
    started_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


class Email(Table, tablename="emails", db=DB):
    """An e-mail promised, rendered once; `{token}` in its links is filled in while sending, so none lies here."""

    id = UUID(primary_key=True, default=UUID4())
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict)
    job_id = Varchar(120, default="")
    kind = Varchar(40)
    to = Varchar(254)
    subject = Varchar(500)
    html = Text()
    text = Text()
    state = Varchar(20, choices=EmailState, default=EmailState.WAITING)
    attempts = Integer(default=0)
    error = Text(default="")
    lease_until = Timestamptz(null=True, default=None)
    run_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())

    once_per_order = Unique([order_id, kind, job_id])
    once_per_purchase = Unique([purchase_id, kind, job_id])


class StripeEvent(Table, tablename="stripe_events", db=DB):
    """A webhook event as it came; its id is the guard against a second delivery."""

    id = Varchar(255, primary_key=True)
    type = Varchar(100)
    payload: Any = JSONB()
    outcome = Text(default="")
    received_at = Timestamptz(default=PostgresNow())
    handled_at = Timestamptz(null=True, default=None)


class Refund(Table, tablename="refunds", db=DB):
    """The return of an order's money; one an order, for ever.

    `request_number` grows when Stripe is asked anew after a failure.
    """

    id = UUID(primary_key=True, default=UUID4())
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict, null=False, unique=True)
    amount = BigInt()
    currency = Varchar(3)
    state = Varchar(20, choices=RefundState, default=RefundState.INITIATED)
    stripe_refund_id = Varchar(255, null=True, default=None, unique=True)
    request_number = Integer(default=1)
    attempts = Integer(default=0)
    error = Text(default="")
    run_at = Timestamptz(default=PostgresNow())
    created_at = Timestamptz(default=PostgresNow())
    updated_at = Timestamptz(default=PostgresNow())


class HeldPayment(Table, tablename="held_payments", db=DB):
    """A paid session that made no order: not what was asked, or one too many; `session` is Stripe's own object.

    `request_number` grows when Stripe is asked anew to give it back after a bank refused it.
    """

    session_id = Varchar(255, primary_key=True)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict, null=False)
    session: Any = JSONB()
    reason = Text()
    state = Varchar(20, choices=HeldState, default=HeldState.HELD)
    stripe_refund_id = Varchar(255, null=True, default=None)
    request_number = Integer(default=1)
    error = Text(default="")
    decided_by = Varchar(200, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class OrderEvent(Table, tablename="order_events", db=DB):
    """A line of history: who did what to which order or article, and from which status to which."""

    id = BigSerial(primary_key=True)
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=PostgresNow())
    actor = Varchar(200)
    action = Varchar(100)
    from_status = Varchar(20, default="")
    to_status = Varchar(20, default="")
    detail = Text(default="")


class QueueStat(Table, tablename="queue_stats", db=DB):
    """How many jobs of a queue were in which state in one minute."""

    id = BigSerial(primary_key=True)
    queue = Varchar(40)
    at = Timestamptz()
    waiting = Integer(default=0)
    active = Integer(default=0)
    delayed = Integer(default=0)
    completed = Integer(default=0)
    failed = Integer(default=0)

    once_a_minute = Unique([queue, at])


class AdminToken(Table, tablename="admin_tokens", db=DB):
    """A bearer token of an editor's program; only its hash is kept."""

    id = UUID(primary_key=True, default=UUID4())
    name = Varchar(100, unique=True)
    token_hash = Varchar(64, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())
    revoked_at = Timestamptz(null=True, default=None)
