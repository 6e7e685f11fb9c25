"""The web process: JSON API and pages over one database pool."""

import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import InternalServerException
from litestar.static_files import create_static_files_router

from blogqueue import limits, log, traces
from blogqueue.admin import (
    article_pages,
    desk,
    domain_pages,
    editors_order_pages,
    email_pages,
    history_pages,
    job_pages,
    login_pages,
    order_list_pages,
    payment_pages,
    piccolo_admin,
    queue_pages,
    review_pages,
)
from blogqueue.api import bodies, edge, health, metrics, openapi
from blogqueue.api.connections import BoundedConnection
from blogqueue.api.routes import make_router
from blogqueue.db.engine import pool
from blogqueue.errors import NotFoundError
from blogqueue.jobs.processes import spare_imported
from blogqueue.needs import WEB_NEEDS, check_settings
from blogqueue.orders import changes
from blogqueue.pages import (
    api_docs,
    brand,
    catalogue_pages,
    crawler_pages,
    error_pages,
    new_article_pages,
    order_pages,
    purchase_pages,
    receipt_pages,
    templates,
    your_orders_pages,
)
from blogqueue.settings import settings

POOL_SIZE = 10

PACKAGES_WITH_PAGES = (templates.PACKAGE, review_pages.PACKAGE, api_docs.PACKAGE)
"""Where templates and static files are."""

STATIC_SECONDS = 365 * 24 * 3600
"""Browsers keep static files this long: their addresses change with their content."""

GRACE_SECONDS = 5
"""How long a stopping web process waits for open requests."""


@asynccontextmanager
async def _database(_: Litestar) -> AsyncGenerator[None]:
    spare_imported()
    async with pool(POOL_SIZE), changes.listening():
        yield
    await limits.close()


class Server(uvicorn.Server):
    """uvicorn waits for open requests before it stops; streams never end by themselves, so they are ended first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop."""
        changes.stop()
        await super().shutdown(sockets)


def make_server(**changes: Any) -> Server:  # noqa: ANN401 - uvicorn's own arguments
    """Return the server of the web process; `changes` are changes to uvicorn's configuration."""
    configuration: dict[str, Any] = {
        "factory": True,
        "host": settings.web_host,
        "port": settings.web_port,
        "http": BoundedConnection,
        "ws": "none",
        "proxy_headers": True,
        "access_log": False,  # addresses contain tokens; the application logs what matters
        "log_config": None,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
    return Server(uvicorn.Config("blogqueue.app:create_app", **configuration | changes))


def serve() -> None:
    """Serve the web until a signal stops it."""
    server = make_server()
    server.run()
    if not server.started:
        sys.exit(1)


def _no_such_file(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return error_pages.error_page(request, NotFoundError("file"))


def create_app() -> Litestar:
    """Return the application. Exits with a list if production settings are missing."""
    check_settings("web", WEB_NEEDS)
    log.configure()
    traces.configure("web")
    app = Litestar(
        route_handlers=[
            make_router(),
            *openapi.HANDLERS,
            *api_docs.HANDLERS,
            *health.HANDLERS,
            *metrics.HANDLERS,
            *catalogue_pages.HANDLERS,
            *crawler_pages.HANDLERS,
            *brand.HANDLERS,
            *login_pages.HANDLERS,
            desk.make_router(
                *review_pages.HANDLERS,
                *article_pages.HANDLERS,
                *editors_order_pages.HANDLERS,
                *queue_pages.HANDLERS,
                *job_pages.HANDLERS,
                *order_list_pages.HANDLERS,
                *domain_pages.HANDLERS,
                *payment_pages.HANDLERS,
                *email_pages.HANDLERS,
                *history_pages.HANDLERS,
            ),
            *piccolo_admin.HANDLERS,
            *purchase_pages.HANDLERS,
            *new_article_pages.HANDLERS,
            *order_pages.HANDLERS,
            *receipt_pages.HANDLERS,
            *your_orders_pages.HANDLERS,
            create_static_files_router(
                path="/static",
                directories=[package / "static" for package in PACKAGES_WITH_PAGES],
                cache_control=CacheControlHeader(max_age=STATIC_SECONDS, public=True, immutable=True),
                include_in_schema=False,
                # A name with a NUL character, or one that is longer than a file's can be.
                exception_handlers={ValueError: _no_such_file, InternalServerException: _no_such_file},
            ),
        ],
        exception_handlers={Exception: error_pages.error_page},
        lifespan=[_database],
        template_config=templates.make_templates(*PACKAGES_WITH_PAGES),
        middleware=[bodies.read_first],
        request_max_body_size=bodies.BODY_BYTES,
        logging_config=None,  # `log` has set it up
        openapi_config=None,  # `openapi` serves the document; Litestar's own pages load scripts from elsewhere
    )
    app.asgi_handler = edge.wrap(app.asgi_handler)
    return app
