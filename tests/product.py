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

START_SECONDS = 200
"""A limit for a start that hangs; a start takes about 6 s on an idle machine, and minutes on a very busy one."""

STOP_SECONDS = 20

SWEPT_SECONDS = 100
"""Within this the sweep of each minute has sent a message again that an outage has swallowed, on a busy machine too."""

# The product does not inherit the settings of the tests.
OURS = ("BLOGQUEUE_", "STRIPE_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL")

MANY = {
    "BLOGQUEUE_MAX_PURCHASES_PER_HOUR_PER_EMAIL": "1000",
    "BLOGQUEUE_MAX_PURCHASES_PER_HOUR_PER_IP": "10000",
    "BLOGQUEUE_MAX_PURCHASES_PER_HOUR_PER_EMAIL_DOMAIN": "10000",
    "BLOGQUEUE_MAX_PURCHASES_PER_HOUR": "10000",
    "BLOGQUEUE_MAX_CHECKOUTS_PER_MINUTE_PER_IP": "10000",
}
"""Settings that let all customers come from one network address, and ask as often as they must."""

PARAGRAPHS = "\n\n".join(
    f"Paragraph {number} speaks of soil and of those who dig in it, of leaves and straw, of rain and sun and all the "
    "small animals that make a garden what it is, season after season, whether or not anybody looks."
    for number in range(1, 25)
)
"""The text of an article with room for a dozen links."""


Found = TypeVar("Found")


class Product:
    """A running `blogqueue demo`: its demo.json, its output, and control of each of its processes."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        others = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        self.environment = others | {"BLOGQUEUE_LOG_FORMAT": "json"} | settings  # tests read the log lines
        self.port = free_port()
        self.printed: list[str] = []
        self._extra: list[subprocess.Popen[bytes]] = []
        self.process = self.start()
        try:
            self.demo_file = self.wait()
        except BaseException:
            self.stop()
            raise

    def start(self) -> subprocess.Popen[str]:
        """Start it; `wait` returns when it is up."""
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
        """Read the launcher's output until everything runs; return demo.json."""
        assert self.process.stdout is not None
        self.printed.clear()
        deadline = time.monotonic() + START_SECONDS
        for line in self.process.stdout:
            self.printed.append(line)
            if "Ctrl-C" in line:
                return json.loads((self.folder / "var" / "demo.json").read_text())
            assert time.monotonic() < deadline, "".join(self.printed)
        raise AssertionError("the product stopped: " + "".join(self.printed))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a `blogqueue` command on the product's database and broker."""
        return subprocess.run(
            [sys.executable, "-m", "blogqueue", *words],
            env=self._command_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> float:
        """Press Ctrl-C; return how many seconds everything took to end."""
        for extra in self._extra:
            extra.kill()
            extra.wait()
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=STOP_SECONDS + 5)
        return time.monotonic() - started

    def pid(self, program: str) -> int:
        """Return the pid of a program that supervisord runs."""
        return int(self._supervisor("getProcessInfo", program)["pid"])

    def processes(self, program: str) -> list[psutil.Process]:
        """Return a program's process and its children; wait until supervisord has restarted one that has just ended."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                parent = psutil.Process(self.pid(program))
                return [parent, *parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                assert time.monotonic() < deadline, f"{program} does not start again"
                time.sleep(0.05)

    def send(self, program: str, number: signal.Signals, *, master_only: bool = False) -> None:
        """Send a signal to all processes of a program, or to the first one only."""
        for process in self.processes(program)[: 1 if master_only else None]:
            with suppress(psutil.NoSuchProcess):  # it ended by itself just now
                process.send_signal(number)

    def restart(self, program: str, number: signal.Signals) -> None:
        """Make a program's first process end, so that supervisord restarts it; it has ended when this returns."""
        process = self.processes(program)[0]
        process.send_signal(number)
        process.wait(START_SECONDS)

    def take_away(self, program: str) -> None:
        """Stop a program until `bring_back`; it has stopped when this returns."""
        self._supervisor("stopProcess", program, True)  # noqa: FBT003 - supervisord's own "wait"

    def bring_back(self, program: str) -> None:
        """Start a program again after `take_away`."""
        self._supervisor("startProcess", program, False)  # noqa: FBT003 - supervisord's own "wait"

    def environment_of(self, program: str) -> dict[str, str]:
        """Return the environment of a program's process."""
        return psutil.Process(self.pid(program)).environ()

    def another(self, program: str, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start one more process with a program's environment and some other settings, as another host would."""
        return self.beside(program, self.environment_of(program) | settings, *command)

    def beside(self, program: str, environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
        """Start one more process in an environment: a worker, if no command is given."""
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
        """Return a program's log file; with a * at the name's end, the rotated ones before it as well."""
        files = sorted((self.folder / "var" / "log").glob(f"{name.removesuffix('*')}.log{'*' if '*' in name else ''}"))
        return "".join(file.read_text(errors="replace") for file in files)

    def _command_environment(self) -> dict[str, str]:
        return self.environment | {
            "DATABASE_URL": self.demo_file["databaseUrl"],
            "REDIS_URL": self.demo_file["redisUrl"],
            "BROKER_URL": self.demo_file["brokerUrl"],
            "BLOGQUEUE_ENV": "demo",
        }

    def _supervisor(self, method: str, *words: str | bool) -> Any:
        run = psutil.Process(self.demo_file["pids"]["supervisord"]).environ()["BLOGQUEUE_RUN_DIR"]
        with closing(SupervisorTransport(None, None, f"unix://{run}/supervisor.sock")) as transport:
            server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(server.supervisor, method)(*words)


class Hosts:
    """Workers of other hosts: one that ends is restarted, as supervisord does it there."""

    def __init__(self, product: Product, program: str, number: int) -> None:
        self.product, self.program = product, program
        self._surroundings = product.environment_of(program)
        self._workers = [self._started() for _ in range(number)]

    def _started(self) -> subprocess.Popen[bytes]:
        return self.product.beside(self.program, self._surroundings)

    async def keep(self) -> None:
        """Keep them running."""
        while True:
            self._workers = [worker if worker.poll() is None else self._started() for worker in self._workers]
            await asyncio.sleep(0.2)

    def processes(self) -> list[psutil.Process]:
        """Return each running worker's process."""
        found: list[psutil.Process] = []
        for worker in self._workers:
            with suppress(psutil.NoSuchProcess):
                found.append(psutil.Process(worker.pid))
        return found


class Storefront:
    """Customers of a running product, and a view of its rows."""

    def __init__(self, product: Product, http: httpx.AsyncClient) -> None:
        self.product = product
        self.http = http
        self.base, self.sandbox = product.demo_file["baseUrl"], product.demo_file["sandboxUrl"]
        self._customers = 0

    async def faults(self, **parties: list[dict[str, Any]]) -> None:
        """Set the faults that happen next, by service (docs/sandbox.md); without any, end all faults."""
        answer = await (
            self.http.put(f"{self.sandbox}/faults", json=parties)
            if parties
            else self.http.delete(f"{self.sandbox}/faults")
        )
        assert answer.is_success, answer.text

    async def opened(self) -> dict[str, Any]:
        """Open a payment page for a new customer: {checkoutUrl, sessionId, email}."""
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
        """Click "pay" or another button; return the sandbox's answer, with the webhook's status."""
        paid = await self.http.post(f"{opened['checkoutUrl']}/{button}", headers={"accept": "application/json"})
        assert paid.status_code == 200, paid.text
        return paid.json()

    async def buy(self) -> UUID:
        """Buy a link; return the order."""
        opened = await self.opened()
        await self.pay(opened)
        return await self.order_of(opened)

    async def order_of(self, opened: dict[str, Any], seconds: float = SWEPT_SECONDS) -> UUID:
        """Wait for the order of a paid payment page."""

        async def order() -> UUID | None:
            rows = await self.rows("SELECT id FROM orders WHERE session_id = $1", opened["sessionId"])
            return rows[0]["id"] if rows else None

        return await until(order, seconds, "the order")

    async def email(self, subject: str, to: str = "") -> dict[str, Any]:
        """Wait for an email with a subject; return the newest."""

        async def mailed() -> dict[str, Any] | None:
            listed = await self.http.get(f"{self.sandbox}/mailbox.json", params={"to": to} if to else {})
            return next((mail for mail in reversed(listed.json()) if subject in mail["subject"]), None)

        return await until(mailed, 90, f"the email {subject!r}")

    async def calls(self) -> list[str]:
        """Return the calls of the model, by the name of the answer's schema."""
        listed = await self.http.get(f"{self.sandbox}/model/calls.json")
        return [str(call["schema"]) for call in listed.json()["calls"]]

    async def mailed_twice(self) -> list[str]:
        """Return the ids of emails that the mail server has more than once."""
        listed = (await self.http.get(f"{self.sandbox}/mailbox.json")).json()
        return [found for found, times in Counter(mail["messageId"] for mail in listed).items() if times > 1]

    async def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return rows of the product's database; wait until it is up."""

        async def asked() -> list[dict[str, Any]] | None:
            try:
                connection = await asyncpg.connect(self.product.demo_file["databaseUrl"], timeout=5)
                try:
                    return [dict(row) for row in await connection.fetch(sql, *values)]
                finally:
                    await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                return None

        return await until(asked, 60, "PostgreSQL", wait=0.2)

    async def job(self, order_id: UUID) -> dict[str, Any]:
        """Return an order's newest job."""
        return (await self.rows("SELECT * FROM jobs WHERE order_id = $1 ORDER BY created_at DESC", order_id))[0]

    async def in_state(self, order_id: UUID, state: str, seconds: float = SWEPT_SECONDS) -> dict[str, Any]:
        """Wait until an order's newest job is in a state."""

        async def arrived() -> dict[str, Any] | None:
            job = await self.job(order_id)
            return job if job["state"] == state else None

        return await until(arrived, seconds, f"job {state}")

    async def asked_model(self, schema: str, more_than: int) -> None:
        """Wait until the model was called with a schema more often than before."""

        async def asked() -> bool:
            return (await self.calls()).count(schema) > more_than

        await until(asked, 30, f"a call for {schema}")

    async def sound(self) -> None:
        """Run the audit; it must find nothing."""
        audited = await asyncio.to_thread(self.product.run, "audit")
        assert audited.returncode == 0, audited.stdout + audited.stderr

    async def stock(self, articles: int) -> None:
        """Publish articles with room for a dozen links each, of domains that sell as many as there is room for."""
        folder = self.product.folder / "stock"
        folder.mkdir(exist_ok=True)
        for number in range(articles):
            (folder / f"stock-{number}.md").write_text(f"# Soil, part {number}\n\n{PARAGRAPHS}\n")
        command = ("articles", "import", str(folder), "--domain", "greenbench.example")
        imported = await asyncio.to_thread(self.product.run, *command)
        assert imported.returncode == 0, imported.stdout + imported.stderr
        await self.rows("UPDATE domains SET max_paid_links = 1000")

    async def _article(self) -> str:
        """Return an article with a free slot."""
        rows = await self.rows(
            "SELECT a.id FROM articles a JOIN domains d ON d.id = a.domain_id "
            "JOIN article_versions live ON live.id = a.selected_version_id WHERE a.status = 'PUBLISHED' AND "
            "(SELECT count(*) FROM purchases p WHERE p.article_id = a.id) < LEAST(d.max_paid_links, live.room) "
            "ORDER BY a.id LIMIT 1"
        )
        assert rows, "every article is sold out: stock more of them"
        return str(rows[0]["id"])


async def until(look: Callable[[], Awaitable[Found | None]], seconds: float, what: str, wait: float = 0.05) -> Found:
    """Wait until `look` finds something; return it. Events of other processes cannot be awaited."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        await asyncio.sleep(wait)


@asynccontextmanager
async def open_storefront(product: Product) -> AsyncGenerator[Storefront]:
    """Open a running product to customers."""
    # A connection that is kept alive may be closed by the other side at the moment of the next call.
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0)) as http:
        yield Storefront(product, http)
