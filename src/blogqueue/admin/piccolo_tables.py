"""The tables that Piccolo Admin shows: those that editors keep. What the workflow writes has pages of the desk.

Domains are only looked at here, as the desk has forms for them: Piccolo Admin sends whole rows, so a page that was
opened earlier would put older terms back. Nothing is ever deleted.
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

from blogqueue.catalogue import row_edits
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.errors import ProblemError

AFTER_WRITE = "blogqueue.after_write"
"""The key in a request's scope of what to write once the new row is stored, in the same transaction."""

AfterWrite = list[Callable[[], Awaitable[None]]]


def get_editor(request: Request) -> str:
    """Return the name of the signed-in editor."""
    return str(request.user.display_name)


def _get_name(column: Column) -> str:
    return column._meta.name  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - Piccolo has no public name


# Piccolo passes the arguments of validators and hooks by name, so unused ones must keep their names.
def _refuse_always(piccolo_crud: PiccoloCRUD, request: Request) -> None:  # noqa: ARG001 - see above
    raise HTTPException(status_code=405, detail="Rows cannot be deleted or replaced.")


def _refuse_domain(piccolo_crud: PiccoloCRUD, request: Request) -> None:  # noqa: ARG001 - see above
    raise HTTPException(status_code=405, detail="Add and change domains at /admin/domains.")


async def _before_insert(row: Table, request: Request) -> Table:
    """Validate a new row, and have its line of history written once the row is stored."""
    try:
        row_edits.prepare(row)
    except ColumnError as error:
        raise HTTPException(status_code=400, detail=str(error)) from error
    after_write: AfterWrite = request.scope[AFTER_WRITE]
    after_write.append(partial(row_edits.record_created, row, actor=get_editor(request)))
    return row


async def _before_update(
    table: type[Table], row_id: str, values: dict[Column, Any], request: Request
) -> dict[Column, Any]:
    """Validate an edit, write its line of history, and return the columns to store."""
    columns = {_get_name(column): column for column in values}
    sent = {_get_name(column): value for column, value in values.items()}
    try:
        stored = await row_edits.prepare_change(table, row_id, sent, actor=get_editor(request))
    except ColumnError as error:
        raise HTTPException(status_code=400, detail=str(error)) from error
    except ProblemError as error:
        detail = error.details[0].message if error.details else error.message
        status = 404 if error.status == 404 else 400  # noqa: PLR2004 - not found
        raise HTTPException(status_code=status, detail=detail) from error
    return {columns[name]: value for name, value in stored.items()}


def _editable(table: type[Table]) -> dict[str, Any]:
    """Configure a table whose rows editors create and change."""

    async def before_update(row_id: str, values: dict[Column, Any], request: Request) -> dict[Any, Any]:
        return await _before_update(table, row_id, values, request)

    return {
        "hooks": [Hook(HookType.pre_save, _before_insert), Hook(HookType.pre_patch, before_update)],
        "validators": Validators(
            put_single=[_refuse_always], delete_single=[_refuse_always], delete_all=[_refuse_always]
        ),
    }


TABLES = [
    TableConfig(
        Domain,
        visible_columns=[Domain.host, Domain.name, Domain.niche, Domain.language, Domain.rel,
                         Domain.max_paid_links],
        link_column=Domain.host,
        order_by=[OrderBy(Domain.host)],
        validators=Validators(
            post_single=[_refuse_domain], put_single=[_refuse_domain], patch_single=[_refuse_domain],
            delete_single=[_refuse_domain], delete_all=[_refuse_domain],
        ),
    ),
    TableConfig(
        Article,
        visible_columns=[Article.title, Article.slug, Article.domain_id, Article.niche, Article.status,
                         Article.published_at],
        visible_filters=[Article.title, Article.slug, Article.domain_id, Article.niche, Article.keyword,
                         Article.status, Article.published_at],
        link_column=Article.title,
        order_by=[OrderBy(Article.created_at, ascending=False)],
        time_resolution={Article.updated_at: row_edits.TIME_RESOLUTION.total_seconds()},
        **_editable(Article),
    ),
]  # fmt: skip
