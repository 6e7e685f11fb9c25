"""The sandbox as one HTTP application and one SMTP server, both on loopback."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, delete, get, put
from litestar.datastructures import State

from blogqueue.sandbox import mail, pages, stripe, webhooks, writer
from blogqueue.sandbox.state import JSON, Config, Sandbox, Store, of


@get("/health")
async def health() -> JSON:
    """The sandbox is up."""
    return {"status": "ok"}


@get("/faults")
async def show_faults(request: Request[Any, Any, Any]) -> JSON:
    """The faults to come."""
    return of(request).faults.queues


@put("/faults")
async def set_faults(request: Request[Any, Any, Any]) -> Response[JSON]:
    """Set the named parties' faults, e.g. `{"model": [{"kind": "status", "code": 503, "times": 2}]}`."""
    faults = of(request).faults
    wrong = faults.set(await request.json())
    return Response({"error": wrong}, status_code=400) if wrong else Response(faults.queues)


@delete("/faults")
async def clear_faults(request: Request[Any, Any, Any]) -> None:
    """All is well again."""
    of(request).faults.queues.clear()


def create_app(sandbox: Sandbox) -> Litestar:
    """The HTTP side."""
    return Litestar(
        route_handlers=[
            health,
            show_faults,
            set_faults,
            clear_faults,
            *stripe.HANDLERS,
            *webhooks.HANDLERS,
            *writer.HANDLERS,
            *mail.HANDLERS,
            *pages.HANDLERS,
        ],
        template_config=pages.TEMPLATES,
        state=State({"sandbox": sandbox}, deep_copy=False),
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def running(config: Config) -> AsyncGenerator[Sandbox]:
    """The sandbox at work in the running loop, until the block ends."""
    sandbox = Sandbox(config, Store(config.folder))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(sandbox),
            port=config.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: mail.protocol(sandbox), "127.0.0.1", config.smtp_port)
    serving = loop.create_task(server._serve())  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - serve() would take the process's signals
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    webhooks.resume(sandbox)
    try:
        yield sandbox
    finally:
        webhooks.stop()
        smtp.close()
        server.should_exit = True
        await serving
        sandbox.store.close()
