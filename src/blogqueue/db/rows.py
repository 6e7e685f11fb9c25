"""Rows, stored, found and changed in the caller's transaction: what every order and job does.

Piccolo puts each statement together anew, from objects for its columns and conditions: that was a third of what a paid
order costs the web.
"""
# ruff: noqa: SLF001 - Piccolo's description of a table has no public name
# pyright: reportPrivateUsage=false

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import asyncpg
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
    rows = await fetch(_build_select(table, column._meta.db_column_name, lock), value)
    return _load(table, rows[0]) if rows else None


async def update_row(table: type[Table], changes: Mapping[Any, object], where: Mapping[Any, object]) -> bool:
    """Change the row whose columns have the values in `where`; return whether there is one."""
    return bool(await _update(table, changes, where, "true"))


async def update_and_find_row(
    table: type[Row], changes: Mapping[Any, object], where: Mapping[Any, object]
) -> Row | None:
    """Do the same, and return the changed row, with its JSON loaded, or None."""
    rows = await _update(table, changes, where, _list_columns(table))
    return _load(table, rows[0]) if rows else None


async def _insert(row: Table, on_conflict: str = "") -> bool:
    marks, arguments = _mark({column: row[column._meta.name] for column in row._meta.columns})
    rows = await fetch(f"{_begin_insert(type(row))} ({','.join(marks)}) {on_conflict} RETURNING true", *arguments)
    row._exists_in_db = bool(rows)
    return bool(rows)


async def _update(
    table: type[Table], changes: Mapping[Any, object], where: Mapping[Any, object], returning: str
) -> list[asyncpg.Record]:
    marks, arguments = _mark(changes)
    keys, wanted = _mark(where)
    return await fetch(
        f"UPDATE {table._meta.get_formatted_tablename()} SET {', '.join(_assign(changes, marks))} "  # noqa: S608 - names of ours
        f"WHERE {' AND '.join(_assign(where, keys))} RETURNING {returning}",
        *arguments,
        *wanted,
    )


def _mark(values: Mapping[Column, object]) -> tuple[list[str], list[Any]]:
    """Return what is written for each column's value in a statement, and the values that are passed with it.

    An expression, such as PostgreSQL's clock or a column plus 1, becomes part of the statement.
    """
    marks: list[str] = []
    arguments: list[Any] = []
    for column, value in values.items():
        mark, of_mark = _expand(value if isinstance(value, QueryString) else convert_to_sql_value(value, column))
        marks.append(mark)
        arguments += of_mark
    return marks, arguments


def _expand(value: object) -> tuple[str, list[Any]]:
    if not isinstance(value, QueryString):
        return "{}", [value]
    parts = [_expand(argument) for argument in value.args]
    return value.template.format(*(mark for mark, _ in parts)), [one for _, found in parts for one in found]


def _assign(columns: Mapping[Column, object], marks: list[str]) -> list[str]:
    return [f'"{column._meta.db_column_name}" = {mark}' for column, mark in zip(columns, marks, strict=True)]


def _load(table: type[Row], found: asyncpg.Record) -> Row:
    names, json_names = _name_columns(table)
    values = dict(zip(names, found, strict=True))
    for name in json_names:
        if values[name] is not None:
            values[name] = msgspec.json.decode(values[name])
    return table(_exists_in_db=True, **values)


@cache
def _begin_insert(table: type[Table]) -> str:
    return f"INSERT INTO {table._meta.get_formatted_tablename()} ({_list_columns(table)}) VALUES"


@cache
def _build_select(table: type[Table], column: str, lock: bool) -> str:  # noqa: FBT001 - part of the cache's key
    return (
        f"SELECT {_list_columns(table)} FROM {table._meta.get_formatted_tablename()} "  # noqa: S608 - names of ours
        f'WHERE "{column}" = {{}} LIMIT 1 {"FOR UPDATE" if lock else ""}'
    )


@cache
def _list_columns(table: type[Table]) -> str:
    return ",".join(f'"{column._meta.db_column_name}"' for column in table._meta.columns)


@cache
def _name_columns(table: type[Table]) -> tuple[list[str], list[str]]:
    """Return the names of a table's columns, and of those with JSON among them."""
    columns = table._meta.columns
    return (
        [column._meta.name for column in columns],
        [column._meta.name for column in columns if isinstance(column, JSON)],
    )
