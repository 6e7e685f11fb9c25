"""The web process: JSON API and pages over one database pool."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.static_files import create_static_files_router

from blogqueue import __version__, back_office, log, readiness
from blogqueue.api import admin, customer, envelope, health
from blogqueue.api import shop as shop_api
from blogqueue.database import pool
from blogqueue.pages import rendering, texts
from blogqueue.pages import reviews as review_pages
from blogqueue.pages import shop as shop_pages

BODY_BYTES = 64 * 1024
"""Bodies of ours are a few kB: notes of 1,000 characters and a URL of 2,048 are the longest fields."""

POOL_SIZE = 10


@asynccontextmanager
async def _database(_: Litestar) -> AsyncGenerator[None]:
    async with pool(POOL_SIZE):
        yield


def create_app() -> Litestar:
    """The application; refuses to be made with missing production settings."""
    readiness.check_settings("web")
    log.configure()
    api = Router(
        path="/api/v1",
        route_handlers=[*shop_api.HANDLERS, *customer.HANDLERS, *admin.HANDLERS],
        exception_handlers={Exception: envelope.answer},
    )
    return Litestar(
        route_handlers=[
            api,
            *health.HANDLERS,
            *shop_pages.HANDLERS,
            *review_pages.HANDLERS,
            *texts.HANDLERS,
            *back_office.HANDLERS,
            create_static_files_router(path="/static", directories=[rendering.STATIC], include_in_schema=False),
        ],
        exception_handlers={Exception: rendering.error_page},
        lifespan=[_database],
        template_config=rendering.TEMPLATES,
        request_max_body_size=BODY_BYTES,
        logging_config=None,  # `log` has set it up
        openapi_config=OpenAPIConfig(title="blogqueue", version=__version__),
    )
