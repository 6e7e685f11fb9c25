"""The sandbox as a process: its environment, how it stops, and what it stores."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib
import httpx
import stripe

from tests.conftest import free_port
from tests.sandbox.conftest import OPENAI_KEY, STRIPE_KEY, WEBHOOK_SECRET, open_session, stripe_client
from tests.sandbox.test_mail import make_email


@asynccontextmanager
async def run_process(folder: Path) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str, int]]:
    """Run `python -m blogqueue.sandbox`; yields the process, its address and its SMTP port."""
    port, smtp = free_port(), free_port()
    environment = os.environ | {
        "BLOGQUEUE_SANDBOX_PORT": str(port),
        "BLOGQUEUE_SANDBOX_SMTP_PORT": str(smtp),
        "BLOGQUEUE_SANDBOX_DIR": str(folder),
        "BLOGQUEUE_SANDBOX_WEBHOOK_URL": "",
        "STRIPE_API_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "OPENAI_API_KEY": OPENAI_KEY,
    }
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "blogqueue.sandbox", env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        await wait_until_up(url)
        yield running, url, smtp
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def wait_until_up(url: str) -> None:
    """Wait until the sandbox answers."""
    async with asyncio.timeout(60), httpx.AsyncClient(timeout=60) as http:
        while True:
            try:
                assert (await http.get(f"{url}/health")).status_code == 200
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
            else:
                return


async def is_open(client: stripe.StripeClient, session_id: str) -> bool:
    return (await client.v1.checkout.sessions.retrieve_async(session_id)).status == "open"


async def test_stored_sessions_and_emails_survive_a_kill(tmp_path: Path) -> None:
    async with run_process(tmp_path) as (running, url, smtp), stripe_client(url) as client:
        session = await open_session(client)
        await aiosmtplib.send(make_email(), hostname="127.0.0.1", port=smtp, start_tls=False)
        running.kill()
        await running.wait()

    async with (
        run_process(tmp_path) as (_, url, _),
        stripe_client(url) as client,
        httpx.AsyncClient(base_url=url) as http,
    ):
        assert await is_open(client, session.id)
        assert [mail["subject"] for mail in (await http.get("/mailbox.json")).json()] == ["Grüße aus dem Garten"]


async def test_sigterm_stops_the_sandbox_at_once_even_during_a_slow_call(tmp_path: Path) -> None:
    async with run_process(tmp_path) as (running, url, _), httpx.AsyncClient(base_url=url, timeout=30) as http:
        # Given a call that would take 30 s
        await http.put("/faults", json={"model": [{"kind": "slow", "seconds": 30}]})
        slow = asyncio.create_task(
            http.post(
                "/v1/responses",
                json={"model": "m", "input": "x"},
                headers={"authorization": f"Bearer {OPENAI_KEY}"},
            )
        )
        await wait_for_model_call(http)

        # When the process is told to stop
        stopped_at = time.monotonic()
        running.send_signal(signal.SIGTERM)

        # Then it answers the call at once, and ends without an error
        assert await running.wait() == 0
        assert time.monotonic() - stopped_at < 15
        assert (await slow).status_code == 200


async def wait_for_model_call(http: httpx.AsyncClient) -> None:
    """Wait until the model has been called."""
    async with asyncio.timeout(10):
        while (await http.get("/model/calls.json")).json()["count"] == 0:  # noqa: ASYNC110 - another process counts
            await asyncio.sleep(0.02)
