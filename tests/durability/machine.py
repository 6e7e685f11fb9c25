"""A machine with a clean folder, on which an operator does what the pages say."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx

from blogqueue.demo import servers
from blogqueue.demo.ports import free_port
from blogqueue.demo.server_files import find_postgres
from tests.certificates import make_certificate
from tests.product import OURS, START_SECONDS, until
from tests.test_docs import list_files

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PASSWORD = "a password of this test"


class Machine:
    """A machine with a clean folder: the paths of the pages are below it."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.folder = folder
        self.database_url, self.redis_url = database_url, redis_url
        self.web, self.public, self.sandbox, self.smtp = (free_port() for _ in range(4))
        self.certificate, self.key = make_certificate(folder, HOST)
        self.settings_file = folder / "etc/blogqueue.env"
        self.running: list[subprocess.Popen[bytes]] = []
        self.secret = {"STRIPE_API_KEY": "sk_test_tests", "OPENAI_API_KEY": "sk-tests"}
        self.secret["STRIPE_WEBHOOK_SECRET"] = f"whsec_{secrets.token_hex(16)}"

    @property
    def public_url(self) -> str:
        return f"https://{HOST}:{self.public}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox}"

    def environment(self) -> dict[str, str]:
        """Return what a login on this machine has: none of the tests' settings, and trust in its certificate."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        # pg_dump and the like, in the server's version.
        path = f"{find_postgres().path.parent}:{own['PATH']}"
        trust = dict.fromkeys(("SSL_CERT_FILE", "CURL_CA_BUNDLE"), str(self.certificate))
        return own | trust | {"PATH": path, "BLOGQUEUE_EDITOR_PASSWORD": PASSWORD}

    def translate(self, script: str) -> str:
        """Return a script of the pages with this machine's paths."""
        for path in ("/opt/blogqueue", "/etc/blogqueue.env", "/var/lib/blogqueue", "/var/log/blogqueue"):
            script = script.replace(path, f"{self.folder}{path}")
        return script

    def check_out(self) -> None:
        """Do what root does first: the code, the folders, the settings file."""
        code = self.folder / "opt/blogqueue"
        for file in list_files():
            target = code / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        for path in ("var/lib/blogqueue", "var/log/blogqueue", "etc"):
            (self.folder / path).mkdir(parents=True, mode=0o700)
        self.settings_file.write_text(self.translate((code / ".env.example").read_text()))
        self.settings_file.chmod(0o600)

    def fill_in(self, **values: str) -> None:
        """Replace values in the settings file, as an operator with an editor."""
        text = self.settings_file.read_text()
        for name, value in values.items():
            text, replaced = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
            assert replaced == 1, name
        self.settings_file.write_text(text)

    def write_texts(self) -> dict[str, str]:
        """Write the operator's own texts, and return the settings that name them."""
        files = {
            f"BLOGQUEUE_{name}_FILE": self.folder / f"{name.lower()}.md" for name in ("TERMS", "PRIVACY", "IMPRINT")
        }
        for file in files.values():
            file.write_text("# Ours\n", encoding="utf-8")
        return {name: str(file) for name, file in files.items()}

    async def run(self, script: str, *, fails: bool = False) -> str:
        """Run a script in a shell, as a page prints it; return what it printed."""
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-euo", "pipefail", "-c", self.translate(script)],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout

    async def command(self, words: str, *, fails: bool = False) -> str:
        """Run a command in the installed folder, with its settings."""
        login = "cd /opt/blogqueue; set -a; . /etc/blogqueue.env; set +a; "
        return await self.run(f"{login}.venv/bin/{words}", fails=fails)

    def start(self, script: str, log: str) -> subprocess.Popen[bytes]:
        """Start what stays in the foreground."""
        with (self.folder / f"{log}.log").open("ab") as output:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", self.translate(script)],  # noqa: S607 - the operator's own bash
                cwd=self.folder,
                env=self.environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> None:
        """End a process and all that it started; wait until it has."""
        os.killpg(process.pid, number)
        process.wait(60)

    def close(self) -> None:
        """End everything."""
        for process in reversed(self.running):
            if process.poll() is None:
                self.stop(process)


def read_blocks(document: str, section: str) -> list[str]:
    """Return the bash blocks of a page's section."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    part = text.partition(f"\n## {section}")[2].partition("\n## ")[0]
    return re.findall(r"```(?:bash|sql)\n(.*?)```", part, re.DOTALL)


@contextmanager
def make_machine(folder: Path) -> Generator[Machine]:
    with ExitStack() as stack:
        (folder / "data").mkdir()
        database_url = stack.enter_context(servers.postgres(folder / "data", fast=True))
        redis_url = stack.enter_context(servers.redis(folder / "data"))
        machine = Machine(folder, database_url, redis_url)
        stack.callback(machine.close)
        yield machine


@asynccontextmanager
async def serve_proxy(machine: Machine) -> AsyncGenerator[None]:
    """End TLS at the public address, and pass the bytes on."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(machine.certificate, machine.key)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    connections = set[asyncio.Task[None]]()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(HOST, machine.web)
        except OSError:  # the web is restarting
            writer.close()
            return
        try:
            await asyncio.gather(pass_on(reader, inner_writer), pass_on(inner_reader, writer))
        finally:
            inner_writer.close()
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.create_task(connect(reader, writer)))

    server = await asyncio.start_server(accept, HOST, machine.public, ssl=context)
    async with server:
        yield
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def answers(url: str) -> None:
    """Wait until an address answers."""

    async def asked() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                return (await http.get(url)).is_success
        except httpx.HTTPError:
            return False

    await until(asked, START_SECONDS, url, wait=0.1)


async def run_sql(url: str, sql: str) -> None:
    """Run statements on a database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
