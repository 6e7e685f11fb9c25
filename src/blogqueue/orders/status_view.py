"""What an order's customer sees of it: one type for the API, the pages and the event stream."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from blogqueue.states import FailureReason, JobState, Milestone, OrderKind, OrderStatus, QcStatus, RefundState
from blogqueue.writing.link_edit.comparison import ChangeKind

Count = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]
Ordinal = Annotated[int, Meta(ge=1)]

TOTAL_STEPS = 5


class View(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base of what is sent as JSON: camelCase names, and no other fields than those listed."""


class ProgressView(View, frozen=True, kw_only=True):
    """How far an order is, in steps from 1 to 5."""

    step: Annotated[int, Meta(ge=1, le=TOTAL_STEPS)]
    total: Annotated[int, Meta(ge=TOTAL_STEPS, le=TOTAL_STEPS)] = TOTAL_STEPS
    description: Annotated[str, Meta(description="The step in a few words.", max_length=40)]


class TextRunView(View, frozen=True, kw_only=True):
    """A run of words of the changed paragraph, without markup."""

    kind: ChangeKind
    text: str
    link: Annotated[bool, Meta(description="Whether these words are the paid link's anchor text.")]


class EarlierVersionView(View, frozen=True, kw_only=True):
    """A version that was replaced by a regeneration: what it changed, or the article that it was."""

    version_id: UUID
    version_num: Annotated[int, Meta(ge=1, description="The number among all versions of the article.")]
    number: Annotated[int, Meta(ge=1, description="The number among the versions of this order.")]
    created_at: Moment
    change: Annotated[
        list[TextRunView],
        Meta(description="The changed paragraph, before and after, in runs of words; empty for a whole article."),
    ]
    title: Annotated[str | UnsetType, Meta(description="The article's title. Only for orders of an article.")] = UNSET
    html: Annotated[
        str | UnsetType,
        Meta(description="The article as sanitised HTML. Left out for earlier versions of a link."),
    ] = UNSET


class VersionView(EarlierVersionView, frozen=True, kw_only=True):
    """The order's current version."""

    content: Annotated[str, Meta(description="The whole article with the link, as Markdown.")]
    qc_status: Annotated[QcStatus | None, Meta(description="The result of the checks and the second opinion.")]


class JobView(View, frozen=True, kw_only=True):
    """A job of the order: one for each version that was asked for."""

    job_id: Annotated[str, Meta(max_length=120)]
    queue: Annotated[str, Meta(max_length=40)]
    state: JobState
    progress: Annotated[
        str, Meta(max_length=100, description="The last question that the model answered; empty before.")
    ]
    attempts: Count
    max_attempts: Ordinal
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    position: Annotated[
        int | UnsetType, Meta(description="The place in the queue, 1 for the next. Only while WAITING.")
    ] = UNSET


class QueueView(View, frozen=True, kw_only=True):
    """The order's jobs, oldest first."""

    has_active_job: Annotated[bool, Meta(description="Whether a worker is busy with one of them now.")]
    jobs: list[JobView]


class MilestoneView(View, frozen=True, kw_only=True):
    """Something that happened to the order."""

    at: Moment
    what: Milestone


class OrderedArticleView(View, frozen=True, kw_only=True):
    """The article that the order is about."""

    id: UUID
    slug: Annotated[str, Meta(max_length=200)]
    title: Annotated[str, Meta(max_length=500)]
    domain_name: Annotated[str, Meta(max_length=200)]
    host: Annotated[str, Meta(max_length=253)]
    language: Annotated[str, Meta(max_length=35, description="A language tag (BCP 47).")]
    url: Annotated[str, Meta(description="Where readers find the article.")]
    is_live: Annotated[bool, Meta(description="Whether readers can open it now.")]


class OrderStatusView(View, frozen=True, kw_only=True):
    """An order as its customer sees it, read in one go."""

    order_id: UUID
    order_number: Annotated[str, Meta(max_length=30, description="The number for people, such as BQ-1042.")]
    kind: OrderKind
    status: OrderStatus
    status_message: Annotated[str, Meta(max_length=200, description="The status in a sentence for people.")]
    progress: ProgressView
    version: VersionView | None
    version_count: Count
    earlier_versions: Annotated[
        list[EarlierVersionView],
        Meta(description="Newest first; for orders of an article only the five newest."),
    ]
    queue: QueueView
    can_regenerate_backlink: Annotated[bool, Meta(description="Whether regenerate-backlink would be accepted now.")]
    can_regenerate_article: bool
    can_submit_for_review: bool
    estimated_time: Annotated[
        str | None,
        Meta(description="For example “2-4 minutes”; null when no job is open. Before the first job, “10-30 minutes”."),
    ]
    estimated_seconds: Annotated[
        Count | None,
        Meta(description="The longer end of `estimatedTime`; null before the first run."),
    ]
    regeneration_count: Count
    failure_reason: FailureReason | None
    failure_detail: Annotated[str, Meta(description="Why the order failed, for people; empty if it did not.")]
    refund_state: RefundState
    refund_due_at: Annotated[Moment | None, Meta(description="When a failed order is refunded without being asked.")]
    on_hold: Annotated[bool, Meta(description="Whether the order waits for a dispute about its payment to end.")]
    can_cancel: Annotated[bool, Meta(description="Whether the customer may cancel the order now, and is refunded.")]
    editor_seconds: Annotated[
        Count | None,
        Meta(
            description=(
                "The median time in seconds that editors took over their last 50 decisions; "
                "null unless the order waits for one."
            )
        ),
    ]
    timeline: Annotated[list[MilestoneView], Meta(description="What has happened so far, oldest first.")]
    editor_reason: Annotated[
        str | None,
        Meta(description="What the editor who sent the last version back asked for; null if none did."),
    ]
    article: OrderedArticleView
    link_dropped_at: Annotated[
        Moment | None, Meta(description="When the paid link was taken out again; null if it was not.")
    ]
    target_url: Annotated[str, Meta(max_length=2048)]
    anchor_text: Annotated[str, Meta(max_length=80)]
    price: Annotated[int, Meta(ge=0, description="What was paid, in minor units of the currency: 4900 is 49.00 EUR.")]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.")]
    has_receipt: Annotated[bool, Meta(description="Whether `…/receipt` finds a receipt: the order was paid for.")]
    has_invoice: Annotated[bool, Meta(description="Whether Stripe made an invoice, too.")]
    created_at: Moment
    updated_at: Moment
    completed_at: Moment | None
