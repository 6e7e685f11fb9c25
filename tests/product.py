"""The whole product, started as `make run` starts it: its processes under supervisord, and its customers over HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
import psutil
from supervisor.xmlrpc import SupervisorTransport

from blogqueue.demo.ports import free_port

START_SECONDS = 150
"""Bounds what hangs; a start takes some 6 s on an idle machine."""

STOP_SECONDS = 20

# What the tests set for themselves is not the product's.
OURS = ("BLOGQUEUE_", "STRIPE_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL")

MANY = {
    "BLOGQUEUE_MAX_PURCHASES_PER_HOUR_PER_IP": "10000",
    "BLOGQUEUE_MAX_CHECKOUTS_PER_MINUTE_PER_IP": "10000",
}
"""The settings with which all customers may come from one address."""


Found = TypeVar("Found")


class Product:
    """A running `blogqueue demo`, what it wrote down about itself, and a hand on each of its processes."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(OURS)} | settings
        self.port = free_port()
        self.said: list[str] = []
        self._extra: list[subprocess.Popen[bytes]] = []
        self.process = self.start()
        try:
            self.told = self.wait()
        except BaseException:
            self.stop()
            raise

    def start(self) -> subprocess.Popen[str]:
        """Start it; `wait` then tells when it is up."""
        command = [sys.executable, "-m", "blogqueue", "demo", "--port", str(self.port), "--data-dir", "var"]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait(self) -> dict[str, Any]:
        """Read what the launcher prints until it says where to look; demo.json."""
        assert self.process.stdout is not None
        self.said.clear()
        deadline = time.monotonic() + START_SECONDS
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                return json.loads((self.folder / "var" / "demo.json").read_text())
            assert time.monotonic() < deadline, "".join(self.said)
        raise AssertionError("the product stopped: " + "".join(self.said))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A `blogqueue` command on the product's own database and broker."""
        return subprocess.run(
            [sys.executable, "-m", "blogqueue", *words],
            env=self._command_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> float:
        """Ctrl-C; how many seconds everything took to end."""
        for extra in self._extra:
            extra.kill()
            extra.wait()
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=STOP_SECONDS + 5)
        return time.monotonic() - started

    def pid(self, program: str) -> int:
        """The process of a program that supervisord runs just now."""
        return int(self._supervisor("getProcessInfo", program)["pid"])

    def processes(self, program: str) -> list[psutil.Process]:
        """A program's process and its children; waits for supervisord to have started one that just ended."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                parent = psutil.Process(self.pid(program))
                return [parent, *parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                assert time.monotonic() < deadline, f"{program} does not start again"
                time.sleep(0.05)

    def send(self, program: str, number: signal.Signals, *, master_only: bool = False) -> None:
        """A signal to all processes of a program (or its first alone)."""
        for process in self.processes(program)[: 1 if master_only else None]:
            with suppress(psutil.NoSuchProcess):  # it ended by itself just now
                process.send_signal(number)

    def restart(self, program: str, number: signal.Signals) -> None:
        """Make a program's first process end, for supervisord to start it anew; it has ended when this returns."""
        process = self.processes(program)[0]
        process.send_signal(number)
        process.wait(START_SECONDS)

    def take_away(self, program: str) -> None:
        """Stop a program until it is brought back; it has stopped when this returns."""
        self._supervisor("stopProcess", program, True)  # noqa: FBT003 - supervisord's own "wait"

    def bring_back(self, program: str) -> None:
        """Start a program that was taken away."""
        self._supervisor("startProcess", program, False)  # noqa: FBT003 - supervisord's own "wait"

    def environment_of(self, program: str) -> dict[str, str]:
        """What a program's process was told."""
        return psutil.Process(self.pid(program)).environ()

    def another(self, program: str, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """One more process beside a program, in the same surroundings but for some settings: as on another host."""
        return self.beside(program, self.environment_of(program) | settings, *command)

    def beside(self, program: str, environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
        """One more process in such surroundings; a worker, if no command is given."""
        with (self.folder / "var" / "log" / f"another-{program.partition(':')[2]}.log").open("ab") as log:
            extra = subprocess.Popen(
                command or (sys.executable, "-m", "blogqueue", "worker", "backlink-integration"),
                env=environment,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self._extra.append(extra)
        return extra

    def log(self, name: str) -> str:
        """What a program has logged since the file was begun anew; with a * at the name's end, before that too."""
        files = sorted((self.folder / "var" / "log").glob(f"{name.removesuffix('*')}.log{'*' if '*' in name else ''}"))
        return "".join(file.read_text(errors="replace") for file in files)

    def _command_environment(self) -> dict[str, str]:
        return self.environment | {
            "DATABASE_URL": self.told["databaseUrl"],
            "REDIS_URL": self.told["redisUrl"],
            "BROKER_URL": self.told["brokerUrl"],
            "BLOGQUEUE_ENV": "demo",
        }

    def _supervisor(self, method: str, *words: str | bool) -> Any:
        run = psutil.Process(self.told["pids"]["supervisord"]).environ()["BLOGQUEUE_RUN_DIR"]
        with closing(SupervisorTransport(None, None, f"unix://{run}/supervisor.sock")) as transport:
            server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(server.supervisor, method)(*words)


class Hosts:
    """Workers as other hosts have them: one that ends is started again, as supervisord does it there."""

    def __init__(self, product: Product, program: str, number: int) -> None:
        self.product, self.program = product, program
        self._surroundings = product.environment_of(program)
        self._workers = [self._started() for _ in range(number)]

    def _started(self) -> subprocess.Popen[bytes]:
        return self.product.beside(self.program, self._surroundings)

    async def keep(self) -> None:
        """See to it that they run."""
        while True:
            self._workers = [worker if worker.poll() is None else self._started() for worker in self._workers]
            await asyncio.sleep(0.2)

    def groups(self) -> list[list[psutil.Process]]:
        """Each worker's process and its children, of those that run."""
        found: list[list[psutil.Process]] = []
        for worker in self._workers:
            with suppress(psutil.NoSuchProcess):
                parent = psutil.Process(worker.pid)
                found.append([parent, *parent.children(recursive=True)])
        return found


class Storefront:
    """The customers of a running product, and a look into its rows."""

    def __init__(self, product: Product, http: httpx.AsyncClient) -> None:
        self.product = product
        self.http = http
        self.base, self.sandbox = product.told["baseUrl"], product.told["sandboxUrl"]
        self._customers = 0

    async def faults(self, **parties: list[dict[str, Any]]) -> None:
        """What goes wrong next, by party (docs/sandbox.md); without any, all is well again."""
        answer = await (
            self.http.put(f"{self.sandbox}/faults", json=parties)
            if parties
            else self.http.delete(f"{self.sandbox}/faults")
        )
        assert answer.is_success, answer.text

    async def opened(self) -> dict[str, Any]:
        """A new customer's open payment page: {checkoutUrl, sessionId, email}."""
        self._customers += 1
        number = self._customers
        email = f"customer-{number}-{os.urandom(3).hex()}@customers.example"
        article = await self._article()
        purchase_request = {
            "articleId": article,
            "targetUrl": f"https://shop-{number}.example/",
            "anchorText": f"a very good offer {number}",
            "email": email,
        }
        asked = await self.http.post(f"{self.base}/api/v1/purchase", json=purchase_request)
        assert asked.status_code == 202, asked.text
        text = (await self.email("Confirm your purchase", email))["text"]
        token = text.partition("token=")[2].split()[0]
        answer = await self.http.post(f"{self.base}/api/v1/purchase/checkout", json={"token": token})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"] | {"email": email}

    async def pay(self, opened: dict[str, Any], button: str = "pay") -> dict[str, Any]:
        """Click "pay" (or another button); the sandbox's word on how the webhook went."""
        paid = await self.http.post(f"{opened['checkoutUrl']}/{button}", headers={"accept": "application/json"})
        assert paid.status_code == 200, paid.text
        return paid.json()

    async def buy(self) -> UUID:
        """A paid order."""
        opened = await self.opened()
        await self.pay(opened)
        return await self.order_of(opened)

    async def order_of(self, opened: dict[str, Any], seconds: float = 30) -> UUID:
        """The order of a payment page that was paid, waited for."""

        async def order() -> UUID | None:
            rows = await self.rows("SELECT id FROM orders WHERE session_id = $1", opened["sessionId"])
            return rows[0]["id"] if rows else None

        return await until(order, seconds, "the order")

    async def email(self, subject: str, to: str = "") -> dict[str, Any]:
        """The newest letter of a subject, waited for."""

        async def mailed() -> dict[str, Any] | None:
            listed = await self.http.get(f"{self.sandbox}/mailbox.json", params={"to": to} if to else {})
            return next((mail for mail in reversed(listed.json()) if subject in mail["subject"]), None)

        return await until(mailed, 90, f"the letter {subject!r}")

    async def calls(self) -> list[str]:
        """What the model was asked, by the name of its answer's schema."""
        listed = await self.http.get(f"{self.sandbox}/model/calls.json")
        return [str(call["schema"]) for call in listed.json()["calls"]]

    async def mailed_twice(self) -> list[str]:
        """The ids of messages that the mail server has more than once."""
        listed = (await self.http.get(f"{self.sandbox}/mailbox.json")).json()
        return [found for found, times in Counter(mail["messageId"] for mail in listed).items() if times > 1]

    async def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the product's database; waits for it to be up."""

        async def asked() -> list[dict[str, Any]] | None:
            try:
                connection = await asyncpg.connect(self.product.told["databaseUrl"], timeout=5)
                try:
                    return [dict(row) for row in await connection.fetch(sql, *values)]
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                return None

        return await until(asked, 60, "PostgreSQL", wait=0.2)

    async def job(self, order_id: UUID) -> dict[str, Any]:
        """An order's newest job."""
        return (await self.rows("SELECT * FROM jobs WHERE order_id = $1 ORDER BY created_at DESC", order_id))[0]

    async def in_state(self, order_id: UUID, state: str, seconds: float = 60) -> dict[str, Any]:
        """An order's newest job once it is in a state."""

        async def arrived() -> dict[str, Any] | None:
            job = await self.job(order_id)
            return job if job["state"] == state else None

        return await until(arrived, seconds, f"job {state}")

    async def asked_model(self, schema: str, more_than: int) -> None:
        """Wait until the model was asked for this more often."""

        async def asked() -> bool:
            return (await self.calls()).count(schema) > more_than

        await until(asked, 30, f"a call for {schema}")

    async def sound(self) -> None:
        """What must always hold, holds."""
        audited = await asyncio.to_thread(self.product.run, "audit")
        assert audited.returncode == 0, audited.stdout + audited.stderr

    async def _article(self) -> str:
        """An article on sale that has a place left."""
        rows = await self.rows(
            "SELECT a.id FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.status = 'PUBLISHED' AND "
            "(SELECT count(*) FROM purchases p WHERE p.article_id = a.id) < d.max_paid_links ORDER BY a.id LIMIT 1"
        )
        return str(rows[0]["id"])


async def until(look: Callable[[], Awaitable[Found | None]], seconds: float, what: str, wait: float = 0.05) -> Found:
    """What `look` finds, as soon as it is neither None nor False; other processes cannot be awaited."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        await asyncio.sleep(wait)


@asynccontextmanager
async def open_storefront(product: Product) -> AsyncGenerator[Storefront]:
    """Customers for a running product."""
    # A connection that was kept may be closed by the other side at the very moment of the next call.
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0)) as http:
        yield Storefront(product, http)
