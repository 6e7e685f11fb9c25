"""A sandbox of its own for these tests, the shop that its webhooks go to, and the parties' real clients."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import stripe
import uvicorn
from litestar import Litestar, Request, Response, post

from blogqueue.sandbox.app import running
from blogqueue.sandbox.state import Config, Sandbox

STRIPE_KEY = "sk_test_of_these_tests"
OPENAI_KEY = "sk-of-these-tests"
WEBHOOK_SECRET = "whsec_of_these_tests"


@dataclass
class Shop:
    """What the webhook received, verified by Stripe's own client, and what it answers next."""

    url: str = ""
    events: list[stripe.Event] = field(default_factory=list[stripe.Event])
    answers: list[int] = field(default_factory=list[int])
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request[Any, Any, Any]) -> int:
        raw, signature = await request.body(), request.headers["stripe-signature"]
        async with self.arrived:
            self.events.append(stripe.Webhook.construct_event(raw, signature, WEBHOOK_SECRET))
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else 200

    async def wait_for(self, *types: str) -> list[stripe.Event]:
        """The events, once some of these types have come, each as often as it is named."""

        def are_here() -> bool:
            here = [event.type for event in self.events]
            return all(here.count(name) >= types.count(name) for name in types)

        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(are_here)
        return self.events


@pytest.fixture(scope="session")
async def open_shop() -> AsyncGenerator[Shop]:
    shop = Shop()

    @post("/webhook")
    async def webhook(request: Request[Any, Any, Any]) -> Response[str]:
        return Response("", status_code=await shop.take(request))

    config = uvicorn.Config(Litestar([webhook], openapi_config=None, logging_config=None), port=0, log_config=None)
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    # uvicorn names no protocol, so asyncio would leave Nagle's algorithm on; accepted connections inherit this option.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    shop.url = f"http://127.0.0.1:{listener.getsockname()[1]}/webhook"
    serving = asyncio.create_task(server.serve([listener]))
    yield shop
    server.should_exit = True
    await serving


@asynccontextmanager
async def sandbox_at(folder: Path, webhook_url: str) -> AsyncGenerator[Sandbox]:
    config = Config(folder, 0, 0, webhook_url, WEBHOOK_SECRET, STRIPE_KEY, OPENAI_KEY)
    async with running(config) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def running_sandbox(tmp_path_factory: pytest.TempPathFactory, open_shop: Shop) -> AsyncGenerator[Sandbox]:
    async with sandbox_at(tmp_path_factory.mktemp("sandbox"), open_shop.url) as sandbox:
        yield sandbox


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    """The shop, having heard nothing."""
    open_shop.events.clear()
    open_shop.answers.clear()
    return open_shop


@pytest.fixture
async def http(running_sandbox: Sandbox, shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    """A program's way to the sandbox, in which all is well."""
    assert not shop.events
    async with httpx.AsyncClient(base_url=running_sandbox.config.url, timeout=10) as client:
        await client.delete("/faults")
        await client.delete("/mailbox.json")
        yield client


@pytest.fixture
async def client(running_sandbox: Sandbox) -> AsyncGenerator[stripe.StripeClient]:
    async with stripe_client(running_sandbox.config.url) as made:
        yield made


@asynccontextmanager
async def stripe_client(url: str, retries: int = 0) -> AsyncGenerator[stripe.StripeClient]:
    http_client = stripe.HTTPXClient()
    yield stripe.StripeClient(
        STRIPE_KEY, base_addresses={"api": url}, http_client=http_client, max_network_retries=retries
    )
    await http_client.close_async()


@pytest.fixture
async def model(running_sandbox: Sandbox) -> AsyncGenerator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key=OPENAI_KEY, base_url=f"{running_sandbox.config.url}/v1", max_retries=0
    ) as made:
        yield made


def wish(**changes: Any) -> Any:
    """The parameters of a checkout session for one link."""
    product = {"name": "One link in “Soil that lasts”"}
    return {
        "mode": "payment",
        "success_url": "https://shop.example/return?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cancelled",
        "customer_email": "ana@customers.example",
        "client_reference_id": "purchase-1",
        "metadata": {"purchase_id": "purchase-1"},
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 4900, "product_data": product}}
        ],
    } | changes


async def opened(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    return await client.v1.checkout.sessions.create_async(wish(**changes))


async def paid(client: stripe.StripeClient, http: httpx.AsyncClient, **changes: Any) -> stripe.checkout.Session:
    """A session that a customer has paid."""
    session = await opened(client, **changes)
    answer = await http.post(f"{session.url}/pay")
    assert answer.status_code == 200, answer.text
    return await client.v1.checkout.sessions.retrieve_async(session.id)
