"""Articles and domains as editors create and change them row by row, in Piccolo Admin.

Piccolo Admin sends whole rows as they were when its page was opened. So columns that the workflow moves are ignored,
and columns that public addresses depend on are refused.
"""

from typing import Any

from piccolo.table import Table

from blogqueue.catalogue import domain_rules
from blogqueue.db import history
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.errors import FieldError, InvalidError, NotFoundError
from blogqueue.states import ArticleStatus

MOVED_COLUMNS: dict[type[Table], set[str]] = {
    Article: {"status", "selected_version_id", "created_at", "updated_at", "published_at", "source_path"},
    Domain: {"created_at"},
}
"""The columns that the workflow moves: an edit never changes them."""

FIXED_COLUMNS: dict[type[Table], set[str]] = {Article: {"id", "domain_id", "slug"}, Domain: {"id", "host"}}
"""The columns that public addresses contain: an edit of them is refused, except the slug of a draft."""


def validate(table: type[Table], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a row as they are stored. Raises domain_rules.ColumnError for an invalid one."""
    return domain_rules.validate_domain(values) if table is Domain else domain_rules.validate_article(values)


def prepare(row: Table) -> None:
    """Validate a new row, and make a new article a draft. Raises domain_rules.ColumnError."""
    for name, value in validate(type(row), row.to_dict()).items():
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


async def change(table: type[Table], row_id: str, values: dict[str, Any], *, actor: str) -> dict[str, Any]:
    """Validate the edit of a row and write its line of history, in the caller's transaction; return what to store.

    Locks the row. Raises NotFoundError, InvalidError for a fixed column, and domain_rules.ColumnError.
    """
    is_row = Domain.id == row_id if table is Domain else Article.id == row_id
    known: dict[str, Any] | None = await table.select().where(is_row).first().lock_rows("UPDATE")
    if known is None:
        raise NotFoundError("row")
    edited = {
        name: value for name, value in values.items() if name not in MOVED_COLUMNS[table] and known[name] != value
    }
    is_draft = known.get("status") == ArticleStatus.DRAFT
    fixed = sorted((FIXED_COLUMNS[table] - ({"slug"} if is_draft else set())) & set(edited))
    if fixed:
        message = f"{fixed[0]}: This cannot be changed, because public addresses depend on it."
        raise InvalidError([FieldError(fixed[0], "fixed", message)])
    changed = validate(table, edited)
    if changed:
        changes = "; ".join(f"{name}: {known[name]!r} → {value!r}" for name, value in changed.items())
        await history.record(
            actor,
            f"edit {table.__name__.lower()}",
            article_id=known["id"] if table is Article else None,
            detail=f"{known['slug' if table is Article else 'host']}: {changes}",
        )
    # Piccolo cannot update nothing. The row is locked, so storing the values that it has changes nothing.
    return changed or {name: known[name] for name in values}
