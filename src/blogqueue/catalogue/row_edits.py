"""Rows as editors create and change them: articles in Piccolo Admin, domains in the desk's forms.

Piccolo Admin sends whole rows as they were when its page was opened. So columns that the workflow moves are ignored,
columns that public addresses depend on are refused, and so are rows that somebody else has changed since.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from piccolo.table import Table

from blogqueue.catalogue import domain_rules
from blogqueue.db import history
from blogqueue.db.engine import NOW, transaction
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.localized import format_price
from blogqueue.states import ArticleStatus

MOVED_COLUMNS: dict[type[Table], set[str]] = {
    Article: {"status", "selected_version_id", "created_at", "updated_at", "published_at"}
    | {"source_path", "source_sha256"},
    Domain: {"created_at"},
}
"""The columns that the workflow moves: an edit never changes them."""

MARK_LENGTH = 16

TIME_RESOLUTION = timedelta(milliseconds=1)
"""How exactly a page of Piccolo Admin sends times back: the most that a browser's form can."""

FIXED_COLUMNS: dict[type[Table], set[str]] = {Article: {"id", "domain_id", "slug"}, Domain: {"id", "host"}}
"""The columns that public addresses contain: an edit of them is refused, except the slug of a draft."""

EXCLUSIVE_ORDERS = """
orders o JOIN purchases p ON p.id = o.purchase_id AND o.kind = 'article' AND p.details->>'exclusive' = 'true'
AND (o.status <> 'FAILED' OR o.refund_state = 'NONE' AND o.failure_reason IS DISTINCT FROM 'payment_reversed')
"""
"""The orders that paid for an article to be exclusive. One that has failed may be retried until its refund begins."""

_EXCLUSIVE_ORDER = f"SELECT o.id FROM {EXCLUSIVE_ORDERS} WHERE o.article_id = {{}}"  # noqa: S608 - a constant


def validate(table: type[Table], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a row as they are stored. Raises domain_rules.ColumnError for an invalid one."""
    return domain_rules.validate_domain(values) if table is Domain else domain_rules.validate_article(values)


def prepare(row: Table) -> None:
    """Validate a new row, and make a new article a draft. Raises domain_rules.ColumnError.

    A new domain has the default prices until `set_prices` sets its own.
    """
    valid = validate(type(row), row.to_dict())
    if isinstance(row, Domain):
        domain_rules.check_together(valid)
    for name, value in valid.items():
        setattr(row, name, value)
    if isinstance(row, Article):
        row.status, row.selected_version_id, row.published_at = ArticleStatus.DRAFT, None, None


async def record_created(row: Table, *, actor: str) -> None:
    """Write the line of history of a new row, which must be stored already."""
    if isinstance(row, Article):
        await history.record(
            actor, "create article", article_id=row.id, to_status=ArticleStatus.DRAFT, detail=str(row.slug)
        )
    elif isinstance(row, Domain):
        await history.record(actor, "create domain", detail=str(row.host))


def identify(domain: Domain) -> str:
    """Return a mark of all that a domain's row says: it differs once somebody has changed the row."""
    return hashlib.sha256(repr(sorted(domain.to_dict().items())).encode()).hexdigest()[:MARK_LENGTH]


def _check_shown(domain: Domain, mark: str) -> None:
    """Raise ConflictError if a page showed another row than the stored one; a form sends all that it showed."""
    if mark and mark != identify(domain):
        raise ConflictError(
            f"Somebody has changed {domain.host} since you opened this page, so nothing was saved. "
            "Compare, and save again.",
            code="changed",
        )


async def set_prices(host: str, values: dict[str, str], *, actor: str, shown: str = "") -> Domain:
    """Set a domain's currency and prices as a person wrote them, "59.00"; return the domain.

    `shown` is the mark of the row that the person saw (`identify`). Raises NotFoundError, ConflictError, and
    domain_rules.ColumnError for the first invalid value.
    """
    async with transaction():
        domain = await Domain.objects().where(Domain.host == host).first().lock_rows("UPDATE")
        if domain is None:
            raise NotFoundError("domain", field="host")
        _check_shown(domain, shown)
        stored = domain_rules.validate_domain(domain_rules.read_prices(values))
        domain_rules.check_currency(domain.to_dict(), stored)
        domain_rules.check_together(domain.to_dict() | stored)
        changes = "; ".join(
            f"{name}: {_show_price(getattr(domain, name), domain.currency)} → "
            f"{_show_price(stored[name], stored['currency'])}"
            for name in (*domain_rules.PRICES, *domain_rules.OPTIONAL_PRICES)
            if name in stored
        )
        await Domain.update({**stored}).where(Domain.id == domain.id)
        await history.record(actor, "edit domain", detail=f"{host}: {changes}")
        for name, value in stored.items():
            setattr(domain, name, value)
        return domain


async def list_domains() -> list[Domain]:
    """Return all domains, by host."""
    return await Domain.objects().order_by(Domain.host)


async def create_domain(typed: Mapping[str, str], *, actor: str) -> Domain:
    """Store a new domain with the terms that a person typed. Raises domain_rules.ColumnError."""
    domain = Domain(**domain_rules.read_terms(typed))
    prepare(domain)
    async with transaction():
        if await Domain.exists().where(Domain.host == domain.host):
            raise domain_rules.ColumnError("host", f"There is a domain {domain.host} already.")
        await Domain.insert(domain)
        await record_created(domain, actor=actor)
    return domain


async def set_terms(domain_id: UUID, typed: Mapping[str, str], *, actor: str, shown: str = "") -> str:
    """Set what a domain sells, except its prices, as a person typed it; return the domain's host.

    `shown` is as in `set_prices`. Raises NotFoundError, ConflictError, and domain_rules.ColumnError for the first
    invalid value.
    """
    async with transaction():
        domain = await Domain.objects().where(Domain.id == domain_id).first().lock_rows("UPDATE")
        if domain is not None:
            _check_shown(domain, shown)
        stored = await prepare_change(Domain, str(domain_id), domain_rules.read_terms(typed), actor=actor)
        rows = await Domain.update({**stored}).where(Domain.id == domain_id).returning(Domain.host)
    return str(rows[0]["host"])


def _show_price(minor_units: int | None, currency: str) -> str:
    return "not sold" if minor_units is None else format_price(minor_units, currency)


async def prepare_change(table: type[Table], row_id: str, values: dict[str, Any], *, actor: str) -> dict[str, Any]:
    """Validate the edit of a row and write its line of history, in the caller's transaction; return what to store.

    Locks the row. Raises NotFoundError, ConflictError for the row of an outdated page, InvalidError for a fixed column,
    and domain_rules.ColumnError.
    """
    is_row = Domain.id == row_id if table is Domain else Article.id == row_id
    known: dict[str, Any] | None = await table.select().where(is_row).first().lock_rows("UPDATE")
    if known is None:
        raise NotFoundError("row")
    if table is Article and values.get("updated_at"):
        await _refuse_outdated(known, values["updated_at"], actor)
    edited = {
        name: value for name, value in values.items() if name not in MOVED_COLUMNS[table] and known[name] != value
    }
    if table is Article and _has_title_of_draft(values, known):
        edited.pop("title", None)
    is_draft = known.get("status") == ArticleStatus.DRAFT
    fixed = sorted((FIXED_COLUMNS[table] - ({"slug"} if is_draft else set())) & set(edited))
    if fixed:
        message = f"{fixed[0]}: This cannot be changed, because public addresses depend on it."
        raise InvalidError([FieldError(fixed[0], "fixed", message)])
    if table is Article and known["exclusive"] and "exclusive" in edited:
        await _refuse_sold_exclusivity(known["id"])
    # As text, a form's days and codes may differ from what is stored and yet mean the same.
    changed = {name: value for name, value in validate(table, edited).items() if known[name] != value}
    if table is Domain:
        domain_rules.check_together(known | changed)
    if changed:
        changes = "; ".join(f"{name}: {known[name]!r} → {value!r}" for name, value in changed.items())
        await history.record(
            actor,
            f"edit {table.__name__.lower()}",
            article_id=known["id"] if table is Article else None,
            detail=f"{known['slug' if table is Article else 'host']}: {changes}",
        )
        if table is Article:  # after the line, for `_refuse_outdated`
            await Article.update({Article.updated_at: NOW}).where(Article.id == known["id"])
    # Piccolo cannot update nothing. The row is locked, so storing the values that it has changes nothing.
    return changed or {name: known[name] for name in values}


async def _refuse_outdated(known: Mapping[str, Any], shown: datetime, actor: str) -> None:
    """Raise ConflictError if somebody else has changed an article's details since a page showed it.

    `shown` is the time of its last change then, also by a publication, after which details may be saved. Lines of this
    editor do not count, because a page that was saved still has the time of before.
    """
    if abs(known["updated_at"] - shown) < TIME_RESOLUTION:
        return
    changed = await OrderEvent.exists().where(
        OrderEvent.article_id == known["id"],
        OrderEvent.action.is_in(["edit article", "import details"]),
        OrderEvent.actor != actor,
        OrderEvent.created_at >= shown + TIME_RESOLUTION,
    )
    if changed:
        raise ConflictError(
            "Somebody has changed this article since you opened this page, so nothing was saved. Open it again.",
            code="changed",
        )


def _has_title_of_draft(sent: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Return whether a row was sent by the page of an ordered draft, whose title was its topic, and is published now.

    Approval gave the article its title.
    """
    was_draft = sent.get("status") == ArticleStatus.DRAFT and known["status"] != ArticleStatus.DRAFT
    return was_draft and sent.get("title") == known["topic"]


async def _refuse_sold_exclusivity(article_id: UUID) -> None:
    """Raise InvalidError if a customer has paid for the article to be exclusive."""
    if sold := await Article.raw(_EXCLUSIVE_ORDER, article_id):
        message = f"exclusive: This stays, because order {sold[0]['id']} paid for an exclusive article."
        raise InvalidError([FieldError("exclusive", "sold", message)])
