"""What an order's status is made of, read by one statement, so that all of it is of the same moment."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from blogqueue.catalogue import addresses
from blogqueue.db.engine import fetch
from blogqueue.errors import NotFoundError
from blogqueue.jobs import workers
from blogqueue.jobs.stats import FORECAST, Forecast
from blogqueue.orders.regenerations import SEND_BACK, WAIT
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, FailureReason, JobState, OrderKind, OrderStatus, QcStatus, RefundState

EARLIER_ARTICLES_SHOWN = 5
"""Each is a whole article of some 8 kB, and a page must stay under 100 kB."""

FEWEST_DECISIONS = 5
"""From fewer nobody can tell how long editors usually take."""

EDITOR_SECONDS = f"""
SELECT CASE WHEN count(*) >= {FEWEST_DECISIONS}
    THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM decided.at - decided.since))::int END
FROM (
    SELECT e.created_at AS at, (
        SELECT max(s.created_at) FROM order_events s
        WHERE s.order_id = e.order_id AND s.to_status = 'ADMIN_REVIEW' AND s.id < e.id) AS since
    FROM order_events e WHERE e.from_status = 'ADMIN_REVIEW' ORDER BY e.id DESC LIMIT 50) AS decided
"""  # noqa: S608 - constants, no input
"""How many s editors took at the median of their last 50 decisions; null if there are too few."""

_READ = f"""
WITH the_order AS (SELECT * FROM orders WHERE id = {{}}),
the_versions AS (
    SELECT v.id, v.version_num, v.created_at, v.last_qc_status, v.backlink_metadata AS metadata,
           row_number() OVER (ORDER BY v.version_num) AS number,
           CASE WHEN o.kind = 'backlink' OR v.id = o.version_id
                     OR row_number() OVER (ORDER BY v.version_num DESC) <= {EARLIER_ARTICLES_SHOWN + 1}
                THEN v.content_md END AS content
    FROM the_order o JOIN article_versions v ON v.order_id = o.id),
the_jobs AS (
    SELECT job.id, job.queue, job.state, job.progress, job.attempts, job.max_attempts, job.created_at, job.started_at,
           job.finished_at, to_json(forecast) AS forecast, ({workers.HELD_UP}) AS held_up
    FROM the_order o JOIN jobs job ON job.order_id = o.id
    LEFT JOIN LATERAL ({FORECAST}) AS forecast ON job.state IN ('WAITING', 'DELAYED', 'ACTIVE')),
the_links AS (
    SELECT paid.backlink_data->>'target_url' AS target_url, paid.backlink_data->>'keyword' AS anchor_text, paid.rel,
           paid.completed_at
    FROM the_order o JOIN orders paid ON paid.article_id = o.article_id
    WHERE paid.status = 'COMPLETED' AND paid.link_dropped_at IS NULL)
SELECT json_build_object(
    'order', to_json(the_order),
    'article', (
        SELECT to_json(found) FROM (
            SELECT a.id, a.slug, {addresses.PATH} AS path, a.source_path, a.title, a.status,
                d.name AS domain_name, d.host, d.language,
                d.can_cancel
            FROM the_order o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id) AS found),
    'jobs', (SELECT COALESCE(json_agg(j ORDER BY j.created_at), '[]') FROM the_jobs j),
    'versions', (SELECT COALESCE(json_agg(v ORDER BY v.version_num DESC), '[]') FROM the_versions v),
    'base_texts', (
        SELECT COALESCE(json_object_agg(b.id, b.content_md), json_build_object()) FROM article_versions b
        WHERE b.id IN (SELECT (v.metadata->>'base_article_version_id')::uuid FROM the_versions v)
          AND EXISTS (SELECT FROM the_order o WHERE o.kind = 'backlink')),
    'regeneration_wait', (SELECT wait.seconds FROM the_order o, LATERAL ({WAIT}) AS wait),
    'editor_seconds', CASE (SELECT status FROM the_order) WHEN 'ADMIN_REVIEW' THEN ({EDITOR_SECONDS}) END,
    'events', (
        SELECT COALESCE(json_agg(json_build_object('at', e.created_at, 'action', e.action, 'to_status', e.to_status,
            'detail', CASE e.action WHEN '{SEND_BACK}' THEN e.detail ELSE '' END) ORDER BY e.id), '[]')
        FROM order_events e JOIN the_order o ON o.id = e.order_id),
    'paid_links', (SELECT COALESCE(json_agg(l ORDER BY l.completed_at), '[]') FROM the_links l)
) AS snapshot FROM the_order
"""  # noqa: S608 - built from constants
"""An order with its article, jobs, versions newest first, the texts they were made from, and the article's links.

An article of the customer's own is whole in every version, so only those that are shown are read.
"""


_STATE = f"""
SELECT o.access_token_hash, o.completed_at, o.access_given_at, md5(json_build_array(
    o.xmin::text, a.xmin::text, d.xmin::text, {addresses.PATH},
    (SELECT json_agg(json_build_array(job.id, job.xmin::text, forecast, ({workers.HELD_UP})) ORDER BY job.id)
     FROM jobs job LEFT JOIN LATERAL ({FORECAST}) AS forecast ON job.state IN ('WAITING', 'DELAYED', 'ACTIVE')
     WHERE job.order_id = o.id),
    (SELECT json_agg(json_build_array(v.id, v.xmin::text) ORDER BY v.id) FROM article_versions v
     WHERE v.order_id = o.id),
    (SELECT json_agg(json_build_array(paid.id, paid.xmin::text) ORDER BY paid.id) FROM orders paid
     WHERE paid.article_id = o.article_id AND paid.status = 'COMPLETED' AND paid.link_dropped_at IS NULL),
    EXISTS ({WAIT}))::text) AS mark
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id WHERE o.id = {{}}
"""  # noqa: S608 - built from constants
"""Who may see an order, and a mark that differs when anything of its snapshot does.

A row's xmin is the transaction that wrote it (PostgreSQL manual, "System Columns"), so it changes with every update.
"""


class BoughtLink(msgspec.Struct, frozen=True):
    """The link that an order is for."""

    target_url: str
    keyword: str


class PaymentData(msgspec.Struct, frozen=True):
    """The payment of the order."""

    invoiced: bool = False


class OrderRow(msgspec.Struct, frozen=True):
    """The columns of an order that its customer may see something of."""

    id: UUID
    number: int
    kind: OrderKind
    status: OrderStatus
    on_hold: bool
    article_id: UUID
    version_id: UUID | None
    backlink_data: BoughtLink
    session_id: str | None
    payment_data: PaymentData
    rel: str
    price: int
    currency: str
    regeneration_count: int
    failure_reason: FailureReason | None
    failure_detail: str
    failed_at_step: int | None
    refund_state: RefundState
    refund_due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    link_dropped_at: datetime | None


class ArticleRow(msgspec.Struct, frozen=True):
    """The order's article, with its domain; `path` is where readers find it."""

    id: UUID
    slug: str
    path: str
    source_path: str | None
    title: str
    status: ArticleStatus
    domain_name: str
    host: str
    language: str
    can_cancel: bool


class JobRow(msgspec.Struct, frozen=True):
    """A job of the order; `forecast` is None when it has ended; `held_up` while it takes longer than usual."""

    id: str
    queue: str
    state: JobState
    progress: str
    attempts: int
    max_attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    forecast: Forecast | None
    held_up: bool


class VersionRow(msgspec.Struct, frozen=True):
    """A version of the order. `number` counts within the order; `content` is None for articles that are not shown."""

    id: UUID
    version_num: int
    number: int
    created_at: datetime
    last_qc_status: QcStatus | None
    metadata: dict[str, Any]
    content: str | None


class PaidLinkRow(msgspec.Struct, frozen=True):
    """A link that the live article contains."""

    target_url: str
    anchor_text: str
    rel: str


class EventRow(msgspec.Struct, frozen=True):
    """A line of the order's history; `detail` only where an editor sent it back: the others are not for customers."""

    at: datetime
    action: str
    to_status: str
    detail: str


class Snapshot(msgspec.Struct, frozen=True):
    """An order and all that its status shows, at one moment.

    `base_texts` are by version id. `regeneration_wait` is in how many s it may be regenerated, None for now.
    """

    order: OrderRow
    article: ArticleRow
    jobs: list[JobRow]
    versions: list[VersionRow]
    base_texts: dict[UUID, str]
    regeneration_wait: int | None
    editor_seconds: int | None
    events: list[EventRow]
    paid_links: list[PaidLinkRow]


class State(NamedTuple):
    """The mark of an order's snapshot, and what decides who may read it."""

    mark: str
    access_token_hash: str
    completed_at: datetime | None
    access_given_at: datetime | None


async def read_state(order_id: UUID) -> State:
    """Read the mark of an order's snapshot, in a tenth of the snapshot's time. Raises NotFoundError."""
    rows = await fetch(_STATE, settings.max_regenerations_per_hour_per_order - 1, order_id)
    if not rows:
        raise NotFoundError("order", field="orderId")
    row = rows[0]
    return State(row["mark"], row["access_token_hash"], row["completed_at"], row["access_given_at"])


async def read(order_id: UUID) -> Snapshot:
    """Read an order's snapshot. Raises NotFoundError."""
    # One more is allowed now if there were fewer than the limit: none is as old as the limit says.
    rows = await fetch(_READ, order_id, settings.max_regenerations_per_hour_per_order - 1)
    if not rows:
        raise NotFoundError("order", field="orderId")
    return msgspec.json.decode(rows[0]["snapshot"], type=Snapshot)
