"""The web process: JSON API and pages over one database pool."""

import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader
from litestar.openapi import OpenAPIConfig
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

from blogqueue import __version__, log, readiness
from blogqueue.admin import article_pages, piccolo_admin, review_pages
from blogqueue.api import admin, customer, envelope, health, shop
from blogqueue.db.engine import pool
from blogqueue.orders import changes
from blogqueue.pages import (
    catalogue_pages,
    error_pages,
    new_article_pages,
    order_pages,
    purchase_pages,
    templates,
)
from blogqueue.settings import settings

BODY_BYTES = 64 * 1024
"""Bodies of ours are a few kB: notes of 1,000 characters and a URL of 2,048 are the longest fields."""

POOL_SIZE = 10

PACKAGES_WITH_PAGES = (templates.PACKAGE, review_pages.PACKAGE)
"""Where templates and static files are."""

STATIC_SECONDS = 365 * 24 * 3600
"""How long browsers keep static files, whose addresses change with their content."""

GRACE_SECONDS = 5
"""How long a stopping web lets open requests end."""


@asynccontextmanager
async def _database(_: Litestar) -> AsyncGenerator[None]:
    async with pool(POOL_SIZE), changes.listening():
        yield


async def _on_every_answer(message: Message, scope: Scope) -> None:  # noqa: ARG001 - Litestar's hook
    """No answer's kind is guessed, and whoever came by HTTPS comes by it again (ASVS 4.0.3, V14.4.4 f.)."""
    if message["type"] == "http.response.start":
        names = {name.lower() for name, _ in message["headers"]}
        own = [(b"x-content-type-options", b"nosniff")]
        if settings.public_url.startswith("https://"):
            own.append((b"strict-transport-security", b"max-age=31536000"))
        message["headers"] = [*message["headers"], *(header for header in own if header[0] not in names)]


class Server(uvicorn.Server):
    """uvicorn, which waits for open requests before it stops; streams never end by themselves, so they are told to."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop as uvicorn does."""
        changes.stop()
        await super().shutdown(sockets)


def serve() -> None:
    """Serve the web until a signal stops it."""
    server = Server(
        uvicorn.Config(
            "blogqueue.app:create_app",
            factory=True,
            host=settings.web_host,
            port=settings.web_port,
            proxy_headers=True,
            access_log=False,  # addresses carry tokens; the application logs what matters
            log_config=None,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    server.run()
    if not server.started:
        sys.exit(1)


def create_app() -> Litestar:
    """The application; refuses to be made with missing production settings."""
    readiness.check_settings("web")
    log.configure()
    api = Router(
        path="/api/v1",
        route_handlers=[*shop.HANDLERS, *customer.HANDLERS, *admin.HANDLERS],
        exception_handlers={Exception: envelope.answer},
        request_class=envelope.JSONRequest,
    )
    return Litestar(
        route_handlers=[
            api,
            *health.HANDLERS,
            *catalogue_pages.HANDLERS,
            *review_pages.HANDLERS,
            *article_pages.HANDLERS,
            *piccolo_admin.HANDLERS,
            *purchase_pages.HANDLERS,
            *new_article_pages.HANDLERS,
            *order_pages.HANDLERS,
            create_static_files_router(
                path="/static",
                directories=[package / "static" for package in PACKAGES_WITH_PAGES],
                cache_control=CacheControlHeader(max_age=STATIC_SECONDS, public=True, immutable=True),
                include_in_schema=False,
            ),
        ],
        exception_handlers={Exception: error_pages.error_page},
        lifespan=[_database],
        before_send=[_on_every_answer],
        template_config=templates.make_templates(*PACKAGES_WITH_PAGES),
        request_max_body_size=BODY_BYTES,
        logging_config=None,  # `log` has set it up
        openapi_config=OpenAPIConfig(title="blogqueue", version=__version__),
    )
