"""What of the tables Piccolo Admin shows, and what an owner may change there.

It writes whole rows, as they were when its page was opened: so the columns that the workflow moves are never taken from
it, what the workflow wrote is only looked at, and nothing is deleted.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_admin.endpoints import TableConfig
from piccolo_api.crud.endpoints import OrderBy, PiccoloCRUD
from piccolo_api.crud.hooks import Hook, HookType
from piccolo_api.crud.validators import Validators
from starlette.exceptions import HTTPException
from starlette.requests import Request

from blogqueue.catalogue import domain_rules
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.db import history
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, OrderEvent, Purchase
from blogqueue.db.tables.payments import HeldPayment, Refund
from blogqueue.states import ArticleStatus

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

MOVED: dict[type[Table], set[str]] = {
    Article: {"status", "selected_version_id", "created_at", "updated_at", "published_at"},
    Domain: {"created_at"},
}
"""Columns that verbs move: a page that was opened before sends what they were, so an edit takes nothing of them."""

PINNED: dict[type[Table], set[str]] = {Article: {"id", "domain_id", "slug"}, Domain: {"id", "host"}}
"""Columns that are parts of public addresses; an edit of them is refused. A draft's slug is not public yet."""

AFTERWARDS = "blogqueue.afterwards"
"""Where in a request's scope stands what is to be written once its row is there, in the same transaction."""

Afterwards = list[Callable[[], Awaitable[None]]]


def editor(request: Request) -> str:
    """The name of the editor who is signed in."""
    return str(request.user.display_name)


def _name(column: Column) -> str:
    return column._meta.name  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - Piccolo's way to a column's name


# Piccolo calls validators and hooks by their parameters' names.
def _refuse(piccolo_crud: PiccoloCRUD, request: Request) -> None:  # noqa: ARG001 - see above
    """What the workflow wrote is only looked at."""
    if request.method not in SAFE:
        raise HTTPException(status_code=405, detail="This is only looked at here; see Reviews, and the forms.")


def _never(piccolo_crud: PiccoloCRUD, request: Request) -> None:  # noqa: ARG001 - see above
    raise HTTPException(status_code=405, detail="Nothing is deleted, and no row is replaced as a whole.")


def _nothing_new(piccolo_crud: PiccoloCRUD, request: Request) -> None:  # noqa: ARG001 - see above
    raise HTTPException(status_code=405, detail="The workflow writes these; there is no form for a new one.")


def _sensible(table: type[Table], values: dict[str, Any]) -> dict[str, Any]:
    """An owner's values as they will be kept; refuses those that nobody can have meant."""
    try:
        return domain_rules.validate_domain(values) if table is Domain else domain_rules.validate_article(values)
    except ColumnError as error:
        raise HTTPException(status_code=400, detail=str(error)) from error


async def _before_insert(row: Table, request: Request) -> Table:
    """A new article is a draft until a text is published; a domain is on sale as soon as an article is."""
    for name, value in _sensible(type(row), row.to_dict()).items():
        setattr(row, name, value)
    if isinstance(row, Article):
        row.status, row.selected_version_id, row.published_at = ArticleStatus.DRAFT, None, None
        created = partial(history.record, article_id=row.id, to_status=ArticleStatus.DRAFT, detail=row.slug)
        afterwards: Afterwards = request.scope[AFTERWARDS]
        afterwards.append(partial(created, editor(request), "create article"))
    elif isinstance(row, Domain):
        await history.record(editor(request), "create domain", detail=str(row.host))
    return row


async def _before_update(
    table: type[Table], row_id: str, values: dict[Column, Any], request: Request
) -> dict[Column, Any]:
    """An edit's own columns, with a line of history that says what they were and are; what the verbs move stays."""
    is_row = Domain.id == row_id if table is Domain else Article.id == row_id
    known: dict[str, Any] | None = await table.select().where(is_row).first().lock_rows("UPDATE")
    if known is None:
        raise HTTPException(status_code=404, detail="There is no such row.")
    sent = {_name(column): value for column, value in values.items() if _name(column) not in MOVED[table]}
    wanted = {name: value for name, value in sent.items() if known[name] != value}
    is_draft = known.get("status") == ArticleStatus.DRAFT
    pinned = sorted((PINNED[table] - ({"slug"} if is_draft else set())) & set(wanted))
    if pinned:
        raise HTTPException(status_code=400, detail=f"{pinned[0]}: This stays as it is; public addresses hang on it.")
    changed = _sensible(table, wanted)
    if changed:
        said = "; ".join(f"{name}: {known[name]!r} → {value!r}" for name, value in changed.items())
        await history.record(
            editor(request),
            f"edit {table.__name__.lower()}",
            article_id=known["id"] if table is Article else None,
            detail=f"{known['slug' if table is Article else 'host']}: {said}",
        )
    # Piccolo makes no UPDATE of nothing; the row is locked, so that writing what it holds changes nothing.
    return {column: changed[_name(column)] for column in values if _name(column) in changed} or {
        column: known[_name(column)] for column in values
    }


def _kept(table: type[Table]) -> dict[str, Any]:
    """How a table that owners keep is set up: made and edited, with history, never deleted."""

    async def before_update(row_id: str, values: dict[Column, Any], request: Request) -> dict[Any, Any]:
        return await _before_update(table, row_id, values, request)

    return {
        "hooks": [Hook(HookType.pre_save, _before_insert), Hook(HookType.pre_patch, before_update)],
        "validators": Validators(put_single=[_never], delete_single=[_never], delete_all=[_never]),
        "menu_group": "Kept by owners",
    }


def _seen(group: str, *, newest: Column) -> dict[str, Any]:
    """How a table of the workflow is set up: looked at, newest first."""
    return {
        "validators": Validators(every=[_refuse], get_new=[_nothing_new]),
        "menu_group": group,
        "order_by": [OrderBy(newest, ascending=False)],
    }


TABLES = [
    TableConfig(
        Domain,
        visible_columns=[Domain.host, Domain.name, Domain.niche, Domain.language, Domain.currency,
                         Domain.backlink_price, Domain.rel, Domain.max_paid_links],
        link_column=Domain.host,
        order_by=[OrderBy(Domain.host)],
        **_kept(Domain),
    ),
    TableConfig(
        Article,
        visible_columns=[Article.title, Article.slug, Article.domain_id, Article.niche, Article.status,
                         Article.published_at],
        visible_filters=[Article.title, Article.slug, Article.domain_id, Article.niche, Article.keyword,
                         Article.status, Article.published_at],
        link_column=Article.title,
        order_by=[OrderBy(Article.created_at, ascending=False)],
        **_kept(Article),
    ),
    TableConfig(
        ArticleVersion,
        visible_columns=[ArticleVersion.id, ArticleVersion.article_id, ArticleVersion.version_num,
                         ArticleVersion.last_qc_status, ArticleVersion.backlink_review_status,
                         ArticleVersion.order_id, ArticleVersion.created_at],
        **_seen("Workflow", newest=ArticleVersion.created_at),
    ),
    TableConfig(
        Order,
        visible_columns=[Order.id, Order.status, Order.customer_email, Order.article_id, Order.price, Order.currency,
                         Order.failure_reason, Order.refund_state, Order.created_at],
        visible_filters=[Order.status, Order.customer_email, Order.article_id, Order.failure_reason,
                         Order.refund_state, Order.on_hold, Order.created_at],
        **_seen("Workflow", newest=Order.created_at),
    ),
    TableConfig(  # what the orders' pages link to
        Purchase,
        visible_columns=[Purchase.id, Purchase.state, Purchase.email, Purchase.article_id, Purchase.price,
                         Purchase.currency, Purchase.held_reason, Purchase.created_at],
        visible_filters=[Purchase.state, Purchase.email, Purchase.article_id, Purchase.created_at],
        **_seen("Workflow", newest=Purchase.created_at),
    ),
    TableConfig(
        HeldPayment,
        visible_columns=[HeldPayment.session_id, HeldPayment.state, HeldPayment.purchase_id, HeldPayment.reason,
                         HeldPayment.decided_by, HeldPayment.error, HeldPayment.created_at],
        visible_filters=[HeldPayment.state, HeldPayment.purchase_id, HeldPayment.created_at],
        **_seen("Workflow", newest=HeldPayment.created_at),
    ),
    TableConfig(
        Job,
        visible_columns=[Job.id, Job.state, Job.queue, Job.order_id, Job.attempts, Job.created_at, Job.finished_at],
        visible_filters=[Job.state, Job.queue, Job.order_id, Job.created_at],
        **_seen("Workflow", newest=Job.created_at),
    ),
    TableConfig(
        Email,
        visible_columns=[Email.id, Email.state, Email.kind, Email.to, Email.subject, Email.order_id,
                         Email.sent_at, Email.error],
        visible_filters=[Email.state, Email.kind, Email.to, Email.order_id, Email.sent_at],
        **_seen("Workflow", newest=Email.created_at),
    ),
    TableConfig(
        Refund,
        visible_columns=[Refund.id, Refund.state, Refund.order_id, Refund.amount, Refund.currency, Refund.attempts,
                         Refund.error, Refund.updated_at],
        **_seen("Workflow", newest=Refund.created_at),
    ),
    TableConfig(
        OrderEvent,
        visible_columns=[OrderEvent.id, OrderEvent.created_at, OrderEvent.actor, OrderEvent.action, OrderEvent.order_id,
                         OrderEvent.article_id, OrderEvent.from_status, OrderEvent.to_status, OrderEvent.detail],
        **_seen("Workflow", newest=OrderEvent.id),
    ),
]  # fmt: skip
