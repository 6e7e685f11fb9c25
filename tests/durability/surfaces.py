"""Everywhere that a fault may show to an operator or a customer, looked at again and again during a drill."""

import asyncio
import base64
import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx

from tests.durability.breaking import WEB
from tests.product import Storefront

DASHBOARD, READY, STATUS, METRICS = "dashboard", "/health/ready", "status", "/metrics"
EMAIL, CHAT, CUSTOMER, AUDIT = "alert email", "chat", "customer's page", "audit"

PAUSE_SECONDS = {STATUS: 1.0, AUDIT: 3.0}
"""The pause between two looks, half a second for the others: these two are commands, and take a second of a core."""


class Surfaces:
    """The surfaces of a running product, as texts; `orders` are those whose customers look at their pages."""

    def __init__(self, shop: Storefront) -> None:
        self.shop, self.product = shop, shop.product
        self.orders: list[UUID] = []
        self._editor = httpx.AsyncClient(base_url=shop.base, timeout=30, follow_redirects=True)
        self._customer = httpx.AsyncClient(base_url=shop.base, timeout=30, follow_redirects=True)
        self._secret = self.product.environment_of(WEB)["BLOGQUEUE_SECRET_KEY"]
        self._sources: dict[str, Callable[[], Awaitable[str]]] = {
            DASHBOARD: lambda: self._read(self._editor, "/admin/queues"),
            READY: lambda: self._read(self._editor, "/health/ready"),
            STATUS: lambda: self._command("status"),
            METRICS: lambda: self._read(self._editor, "/metrics"),
            EMAIL: self._read_emails,
            CHAT: self._read_chat,
            CUSTOMER: self._read_order_page,
            AUDIT: lambda: self._command("audit"),
        }

    async def sign_in(self) -> None:
        """Sign in as the demo's editor."""
        demo = self.product.demo_file
        said = {"username": demo["adminUser"], "password": demo["adminPassword"], "next": "/admin/queues"}
        answer = await self._editor.post("/admin/login", data=said)
        assert answer.url.path == "/admin/queues", answer.text

    async def close(self) -> None:
        """Close the connections."""
        await self._editor.aclose()
        await self._customer.aclose()

    async def time_signs(self, signs: dict[str, str], limit: float) -> dict[str, float]:
        """Return after how many seconds each sign, a pattern by surface, was seen; without those that were not."""
        began = time.monotonic()

        async def watch(surface: str, pattern: str) -> tuple[str, float]:
            while True:
                if re.search(pattern, await self._sources[surface](), re.DOTALL):
                    return surface, time.monotonic() - began
                await asyncio.sleep(PAUSE_SECONDS.get(surface, 0.5))

        watches = [asyncio.create_task(watch(surface, pattern)) for surface, pattern in signs.items()]
        done, late = await asyncio.wait(watches, timeout=limit)
        for one in late:
            one.cancel()
        return dict(one.result() for one in done)

    async def find_early(self, signs: dict[str, str]) -> list[str]:
        """Return the surfaces that show a sign now."""
        return [one for one, pattern in signs.items() if re.search(pattern, await self._sources[one](), re.DOTALL)]

    async def forget_alerts(self) -> None:
        """Empty the operator's chat and everybody's mailbox."""
        for mailbox in ("mailbox.json", "chat.json"):
            (await self.shop.http.delete(f"{self.shop.sandbox}/{mailbox}")).raise_for_status()

    async def _read(self, client: httpx.AsyncClient, path: str, **query: str) -> str:
        return (await client.get(path, params=query)).text

    async def _command(self, name: str) -> str:
        return (await asyncio.to_thread(self.product.run, name)).stdout

    async def _read_emails(self) -> str:
        mails: list[dict[str, Any]] = (await self.shop.http.get(f"{self.shop.sandbox}/mailbox.json")).json()
        return "\n".join(mail["text"] for mail in mails if any("operator" in to for to in mail["to"]))

    async def _read_chat(self) -> str:
        posts: list[dict[str, Any]] = (await self.shop.http.get(f"{self.shop.sandbox}/chat.json")).json()
        return "\n".join(post["text"] for post in posts)

    async def _read_order_page(self) -> str:
        if not self.orders:
            return ""
        order = self.orders[-1]
        digest = hmac.new(self._secret.encode(), f"order:{order}".encode(), hashlib.sha256).digest()
        token = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return await self._read(self._customer, f"/order-status/{order}", access=token)
