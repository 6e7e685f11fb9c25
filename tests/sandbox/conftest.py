"""A separate sandbox for these tests, the shop that receives its webhooks, and the real clients."""

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

from blogqueue.sandbox.app import serve
from blogqueue.sandbox.state import Config, Sandbox

STRIPE_KEY = "sk_test_of_these_tests"
OPENAI_KEY = "sk-of-these-tests"
WEBHOOK_SECRET = "whsec_of_these_tests"


@dataclass
class Shop:
    """The events that the webhook received, verified by Stripe's own client, and its next answers."""

    url: str = ""
    events: list[stripe.Event] = field(default_factory=list[stripe.Event])
    answers: list[int] = field(default_factory=list[int])
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: Request[Any, Any, Any]) -> int:
        raw, signature = await request.body(), request.headers["stripe-signature"]
        async with self.changed:
            self.events.append(stripe.Webhook.construct_event(raw, signature, WEBHOOK_SECRET))
            self.changed.notify_all()
        return self.answers.pop(0) if self.answers else 200

    async def wait_for(self, *types: str) -> list[stripe.Event]:
        """Return the events once each of these types has arrived as often as it is named."""

        def have_arrived() -> bool:
            arrived = [event.type for event in self.events]
            return all(arrived.count(name) >= types.count(name) for name in types)

        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(have_arrived)
        return self.events


@pytest.fixture(scope="session")
async def shop_server() -> AsyncGenerator[Shop]:
    shop = Shop()

    @post("/webhook")
    async def webhook(request: Request[Any, Any, Any]) -> Response[str]:
        return Response("", status_code=await shop.receive(request))

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
async def serve_sandbox(folder: Path, webhook_url: str) -> AsyncGenerator[Sandbox]:
    config = Config(folder, 0, 0, webhook_url, WEBHOOK_SECRET, STRIPE_KEY, OPENAI_KEY)
    async with serve(config) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def running_sandbox(tmp_path_factory: pytest.TempPathFactory, shop_server: Shop) -> AsyncGenerator[Sandbox]:
    async with serve_sandbox(tmp_path_factory.mktemp("sandbox"), shop_server.url) as sandbox:
        yield sandbox


@pytest.fixture
def shop(shop_server: Shop) -> Shop:
    """Return the shop, before it has received anything."""
    shop_server.events.clear()
    shop_server.answers.clear()
    return shop_server


@pytest.fixture
async def http(running_sandbox: Sandbox, shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    """Open an HTTP client for the sandbox, without faults or emails in it."""
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


def session_params(**changes: Any) -> Any:
    """Return the parameters of a checkout session for one link."""
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


async def open_session(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    return await client.v1.checkout.sessions.create_async(session_params(**changes))


async def pay_session(client: stripe.StripeClient, http: httpx.AsyncClient, **changes: Any) -> stripe.checkout.Session:
    """Open and pay a session; return it."""
    session = await open_session(client, **changes)
    answer = await http.post(f"{session.url}/pay")
    assert answer.status_code == 200, answer.text
    return await client.v1.checkout.sessions.retrieve_async(session.id)
