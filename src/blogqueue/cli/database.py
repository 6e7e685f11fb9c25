"""What commands need of their surroundings: the database, or the running demo that has it."""
# ruff: noqa: PLC0415 - the settings are read when their module is imported, after `find_demo`; and help is to be fast

import json
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from blogqueue.errors import ProblemError

OPERATOR = "operator"
"""The name in the history of what was done on the command line."""

DATA_DIR = Path("var")

ADDRESSES = {
    "DATABASE_URL": "databaseUrl",
    "REDIS_URL": "redisUrl",
    "BROKER_URL": "brokerUrl",
    "BLOGQUEUE_PUBLIC_URL": "baseUrl",
}
"""The settings that a running demo gives, by their names in its demo.json; secrets.json beside it has its key."""

Result = TypeVar("Result")


def find_demo(data_dir: Path) -> None:
    """Take the addresses of the demo that runs from a folder, unless a database is set already."""
    if os.environ.get("DATABASE_URL"):
        return
    try:
        demo: dict[str, Any] = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
        found = {name: str(demo[key]) for name, key in ADDRESSES.items()}
        keys: dict[str, Any] = json.loads((data_dir / "secrets.json").read_text(encoding="utf-8"))
        found["BLOGQUEUE_SECRET_KEY"] = str(keys["secret_key"])
    except (OSError, ValueError, KeyError, TypeError):
        return  # `with_database` says what is missing
    os.environ.update(found | {"BLOGQUEUE_ENV": "demo"})


def with_database(work: Coroutine[Any, Any, Result], *, needs: tuple[str, ...] = ()) -> Result:
    """Run a coroutine with a database pool; print a refusal as a sentence and exit with 1.

    `needs` are further settings that it cannot do without (the names of `needs.check_settings`).
    """
    import asyncio
    import logging

    import asyncpg

    from blogqueue import log
    from blogqueue.db.engine import UNAVAILABLE, UNUSABLE, fetch, pool
    from blogqueue.needs import CLI_NEEDS, check_settings
    from blogqueue.settings import settings

    async def run() -> Result:
        async with pool():
            await fetch("SELECT 1")  # some commands read files for minutes before they ask the database
            return await work

    try:
        if not settings.database_url:
            sys.exit(_explain_no_database())
        check_settings("cli", (*CLI_NEEDS, *needs))
        log.configure(logging.WARNING)  # on standard error: the output is the command's
        return asyncio.run(run())
    except ProblemError as error:
        sys.exit(" ".join(detail.message for detail in error.details) or error.message)
    except asyncpg.DataError as error:
        sys.exit(f"PostgreSQL takes no such value: {error}")
    except UNAVAILABLE as error:
        sys.exit(f"PostgreSQL does not answer at DATABASE_URL: {error}")
    except UNUSABLE as error:
        sys.exit(f"The database at DATABASE_URL cannot be used: {error}. Is it migrated (`blogqueue migrate`)?")
    finally:
        work.close()  # Python would complain about a coroutine that was never awaited


def _explain_no_database() -> str:
    root = click.get_current_context().find_root()
    words = " ".join(sys.argv[1:3]) if len(sys.argv) > 1 else "status"
    return (
        f"DATABASE_URL is not set, and no demo runs from {root.params['data_dir']}.\n"
        f"Is a demo running elsewhere? blogqueue --data-dir DIR {words}"
    )
