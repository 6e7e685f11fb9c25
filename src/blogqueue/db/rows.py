"""Whole rows, stored and found in the caller's transaction, by statements that are put together once.

Piccolo puts each statement together anew, from an object for every column: a third of what a paid order costs the web.
"""
# ruff: noqa: SLF001 - Piccolo's description of a table has no public name
# pyright: reportPrivateUsage=false

from functools import cache
from typing import TypeVar

import msgspec
from piccolo.columns import JSON, Column
from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value

from blogqueue.db.engine import fetch

Row = TypeVar("Row", bound=Table)


async def insert_row(row: Table) -> None:
    """Insert a row. Raises what PostgreSQL raises, such as asyncpg.UniqueViolationError."""
    await _insert(row)


async def insert_row_if_new(row: Table) -> bool:
    """Insert a row unless a UNIQUE rule forbids it; return whether it was inserted."""
    return await _insert(row, "ON CONFLICT DO NOTHING")


async def find_row(table: type[Row], column: Column, value: object, *, lock: bool = False) -> Row | None:
    """Return a row of a table by the value of a unique column, with its JSON loaded, or None.

    With `lock`, no other transaction changes it until the caller's ends.
    """
    names, json_names, statement = _build_select(table, column._meta.db_column_name, lock)
    rows = await fetch(statement, value)
    if not rows:
        return None
    values = dict(zip(names, rows[0], strict=True))
    for name in json_names:
        if values[name] is not None:
            values[name] = msgspec.json.decode(values[name])
    return table(_exists_in_db=True, **values)


async def _insert(row: Table, on_conflict: str = "") -> bool:
    values = [convert_to_sql_value(row[column._meta.name], column) for column in row._meta.columns]
    # A default such as PostgreSQL's clock is an expression, and becomes part of the statement.
    marks = ",".join(value.template if isinstance(value, QueryString) else "{}" for value in values)
    arguments = [
        argument for value in values for argument in (value.args if isinstance(value, QueryString) else (value,))
    ]
    rows = await fetch(f"{_begin_insert(type(row))} ({marks}) {on_conflict} RETURNING true", *arguments)
    row._exists_in_db = bool(rows)
    return bool(rows)


@cache
def _begin_insert(table: type[Table]) -> str:
    return f"INSERT INTO {table._meta.get_formatted_tablename()} ({','.join(_quote_columns(table))}) VALUES"


@cache
def _build_select(table: type[Table], column: str, lock: bool) -> tuple[list[str], list[str], str]:  # noqa: FBT001 - part of the cache's key
    """Return the names of a table's columns, those with JSON among them, and the statement that finds a row."""
    columns = table._meta.columns
    statement = (
        f"SELECT {','.join(_quote_columns(table))} FROM {table._meta.get_formatted_tablename()} "  # noqa: S608 - names of ours
        f'WHERE "{column}" = {{}} LIMIT 1 {"FOR UPDATE" if lock else ""}'
    )
    return (
        [column._meta.name for column in columns],
        [column._meta.name for column in columns if isinstance(column, JSON)],
        statement,
    )


def _quote_columns(table: type[Table]) -> list[str]:
    return [f'"{column._meta.db_column_name}"' for column in table._meta.columns]
