"""The sandbox: one HTTP application and one SMTP server, both on loopback."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, delete, get, put
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.response import Template

from blogqueue.sandbox import chat, checkout, intents, invoices, mail, pages, refunds, responses, sessions, webhooks
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.state import JSON, Config, Sandbox, Store, get_sandbox

HOST = "127.0.0.1"
UPKEEP_SECONDS = 1

KEEP_ALIVE_SECONDS = 60
"""How long an idle connection stays open: longer than the clients reuse one (httpx, openai and stripe: 5 s).

A server that closes first may do so while a call is on its way, which the client sees as an outage.
"""


@get("/health")
async def check_health() -> JSON:
    """Answer that the sandbox is up."""
    return {"status": "ok"}


@get("/faults")
async def show_faults(request: Request[Any, Any, Any]) -> JSON:
    """Return the faults that are set, by party."""
    return get_sandbox(request).faults.queues


@put("/faults")
async def set_faults(request: Request[Any, Any, Any]) -> Response[JSON]:
    """Set the named parties' faults, e.g. `{"model": [{"kind": "status", "code": 503, "times": 2}]}`."""
    faults = get_sandbox(request).faults
    error = faults.set(await request.json())
    return Response({"error": error}, status_code=400) if error else Response(faults.queues)


@delete("/faults")
async def clear_faults(request: Request[Any, Any, Any]) -> None:
    """Remove all faults."""
    get_sandbox(request).faults.queues.clear()


@delete("/")
async def forget_all(request: Request[Any, Any, Any]) -> None:
    """Delete every stored object, and remove all faults."""
    sandbox = get_sandbox(request)
    sandbox.store.empty()
    sandbox.faults.queues.clear()


def create_app(sandbox: Sandbox) -> Litestar:
    """Create the HTTP application of a sandbox."""

    @asynccontextmanager
    async def working(_app: Litestar) -> AsyncGenerator[None]:
        webhooks.resume(sandbox)
        sandbox.run_in_background(_keep_up(sandbox))
        yield
        await sandbox.stop()

    return Litestar(
        route_handlers=[
            check_health,
            show_faults,
            set_faults,
            clear_faults,
            forget_all,
            *sessions.HANDLERS,
            *intents.HANDLERS,
            *invoices.HANDLERS,
            *refunds.HANDLERS,
            *webhooks.HANDLERS,
            *checkout.HANDLERS,
            *responses.HANDLERS,
            *chat.HANDLERS,
            *mail.HANDLERS,
            *pages.HANDLERS,
        ],
        lifespan=[working],
        template_config=pages.TEMPLATES,
        exception_handlers={
            StripeError: _render_stripe_error,
            HTTPException: _render_http_error,
            Exception: _render_own_error,
        },
        state=State({"sandbox": sandbox}, deep_copy=False),
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def serve(config: Config) -> AsyncGenerator[Sandbox]:
    """Serve the sandbox in the running loop until the block ends; its `config` has the real ports."""
    http = _listen(config.port)
    config = replace(config, port=http.getsockname()[1])
    sandbox = Sandbox(config, Store(config.folder))
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: mail.MailServer(sandbox), HOST, config.smtp_port)
    sandbox.config = replace(config, smtp_port=smtp.sockets[0].getsockname()[1])
    settings = uvicorn.Config(
        create_app(sandbox),
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    server = _QuietServer(settings)
    serving = loop.create_task(server.serve([http]))
    try:
        yield sandbox
    finally:
        # Answers that a fault delays are sent at once, so that stopping does not wait for them.
        sandbox.stopping.set()
        smtp.close()
        server.should_exit = True
        await serving


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the program that runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listen(port: int) -> socket.socket:
    """Open a socket that listens before the server is up, so that no early client is refused.

    Naming the protocol matters: asyncio turns Nagle's algorithm off (TCP_NODELAY) only on sockets whose protocol is
    IPPROTO_TCP (CPython, `asyncio.base_events._set_nodelay`); with it on, each answer waits about 40 ms for an ACK.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(2048)
    return listener


async def _keep_up(sandbox: Sandbox) -> None:
    """Expire sessions and complete delayed refunds when they are due."""
    while True:
        await asyncio.sleep(UPKEEP_SECONDS)
        await sessions.expire_due(sandbox)
        refunds.complete_due(sandbox)


def _render_stripe_error(request: Request[Any, Any, Any], error: StripeError) -> Response[Any] | Template:
    """Answer a browser with a page, and a program in Stripe's error shape."""
    if "text/html" in request.headers.get("accept", ""):
        return Template("missing.html", context={"message": str(error)}, status_code=error.status)
    return Response(error.body, status_code=error.status)


def _render_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer an unknown call as Stripe and OpenAI do, whose errors have the same shape."""
    message = str(error.detail)
    if error.status_code == 404:  # noqa: PLR2004 - RFC 9110 §15.5.5
        message = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return Response({"error": {"type": "invalid_request_error", "message": message}}, status_code=error.status_code)


def _render_own_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Report an error in the sandbox's own code, so that it is not mistaken for a fault that was set."""
    logging.getLogger(__name__).error("%s %s", request.method, request.url.path, exc_info=error)
    body = {"error": {"type": "api_error", "message": f"The sandbox itself failed: {error!r}"}}
    return Response(body, status_code=500)
