"""The launcher: starts everything in order, prints where to look, and stops everything again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import httpx
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from blogqueue.demo.environment import Folders, build_environment, hash_database, list_outside_services
from blogqueue.demo.folder import (
    DemoError,
    Secrets,
    choose_ports,
    load_first_start,
    load_secrets,
    lock,
    make_run_folder,
    store_first_start,
    write_private,
)
from blogqueue.demo.server_files import EmbeddedError, prepare_postgres
from blogqueue.demo.steps import ADMIN_USER, STEPS, Step, run_step
from blogqueue.demo.supervision import Program, Supervisor, read_log_end, start_supervisord, stop_left_over

CONFIGURATION = Path(__file__).with_name("supervisord.conf")
POLL_SECONDS = 0.05
# After a crash PostgreSQL first replays its log; and a slow machine takes long to import Python's libraries.
READY_SECONDS = 120.0
# A service from outside is running already, or it does not exist.
OUTSIDE_SECONDS = 15.0
WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Product:
    """What the launcher starts: the processes, and the steps that run before them. Tests start a smaller one."""

    configuration: Path = CONFIGURATION
    steps: tuple[Step, ...] = STEPS


def run(port: int, data_dir: Path, product: Product | None = None) -> int:
    """Run the demo until SIGINT, SIGTERM or SIGHUP; return the exit code: 0, or 1 after printing what is wrong."""
    os.umask(0o077)  # data, logs and sockets are readable by this user only
    try:
        asyncio.run(_serve_until_signalled(port, data_dir.absolute(), product or Product()))
    except (DemoError, EmbeddedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The demo cannot continue: {error}.\n")
        return 1
    except KeyboardInterrupt:
        pass  # Ctrl-C before anything was started
    return 0


async def _serve_until_signalled(port: int, folder: Path, product: Product) -> None:
    """Serve until a signal arrives. A second one while everything stops changes nothing."""
    signalled = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, signalled.set)
    serving = asyncio.create_task(_serve(port, folder, product))
    waiting = asyncio.create_task(signalled.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        serving.result()
        return
    report("\nStopping …")
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    report("Everything has stopped.")


async def _serve(port: int, folder: Path, product: Product) -> None:
    with lock(folder), make_run_folder(folder) as run_folder:
        demo_file = folder / "demo.json"
        demo_file.unlink(missing_ok=True)
        folders = Folders(folder, run_folder)
        folders.logs.mkdir(mode=0o700, exist_ok=True)
        if await stop_left_over(folders.run):
            report("Stopped processes that an earlier start had left behind.")
        keys = load_secrets(folder)
        chosen = choose_ports(folder, port)
        password = ""
        if not os.environ.get("DATABASE_URL"):
            report("Preparing PostgreSQL …")
            password = await asyncio.to_thread(prepare_postgres, folder)
        environ = build_environment(folders, chosen, keys, password, os.environ)
        log = folders.logs / "supervisord.out"
        async with start_supervisord(product.configuration, environ, folders.run, log) as supervisor:
            await _start(supervisor, environ, chosen.sandbox)
            stored, first = await _run_steps(product.steps, folder, hash_database(environ, password), environ, keys)
            await _start_app(supervisor, environ)
            content = _build_demo_file(environ, chosen.sandbox, keys, stored)
            try:
                await _watch(supervisor, demo_file, content, _format_addresses(content, folder, first=first))
            finally:
                demo_file.unlink(missing_ok=True)


async def _start(supervisor: Supervisor, environ: dict[str, str], sandbox: int) -> None:
    """Start the sandbox, and the data services that are not given from outside; return when all of them answer."""
    report("Starting the data services and the sandbox …")
    outside = {url for url in ("DATABASE_URL", "REDIS_URL") if os.environ.get(url)}
    parts = (
        ("PostgreSQL", "data:postgres", "DATABASE_URL", _check_postgres),
        ("Redis", "data:redis", "REDIS_URL", _check_redis),
    )
    supervisor.start("sandbox:*", *(program for _, program, url, _ in parts if url not in outside))
    for name, _, url, check in parts:
        seconds = OUTSIDE_SECONDS if url in outside else READY_SECONDS
        await _wait(supervisor, name, partial(check, environ[url]), seconds)
    async with _open_check(f"http://127.0.0.1:{sandbox}/health") as check:
        await _wait(supervisor, "The sandbox", check)


async def _start_app(supervisor: Supervisor, environ: dict[str, str]) -> None:
    report("Starting the web, the workers and the clock …")
    supervisor.start("app:*")
    async with _open_check(f"http://127.0.0.1:{environ['BLOGQUEUE_WEB_PORT']}/health/ready") as check:
        await _wait(supervisor, "The web", check)
    await _wait(supervisor, "A worker", partial(_check_app, supervisor))


async def _run_steps(
    steps: tuple[Step, ...], folder: Path, database: str, environ: dict[str, str], keys: Secrets
) -> tuple[dict[str, str], bool]:
    """Run the steps that are due; return what they and earlier ones printed, and whether this is the first start."""
    done = load_first_start(folder, database)
    first = not done
    for step in steps:
        key = step.stored_as or " ".join(step.arguments[:3])
        if step.once and key in done:
            continue
        report(f"{step.title} …")
        password = {"BLOGQUEUE_EDITOR_PASSWORD": keys.admin_password} if step.password else {}
        printed = await run_step(step, environ["BLOGQUEUE_PYTHON"], environ | password)
        if step.once:
            done[key] = printed
            store_first_start(folder, database, done)
    return done, first


async def _wait(
    supervisor: Supervisor, name: str, check: Callable[[], Awaitable[str]], seconds: float = READY_SECONDS
) -> None:
    """Wait until a part answers. `check` returns "" then, and otherwise what is wrong. Raises DemoError."""
    deadline = asyncio.get_running_loop().time() + seconds
    while trouble := await check():
        supervisor.check()
        if asyncio.get_running_loop().time() > deadline:
            logs = [one.log for one in supervisor.list_programs() if one.state != "RUNNING" and one.started]
            ends = "".join(f"\nThe end of {log}:\n{read_log_end(log)}" for log in logs)
            raise DemoError(f"{name} did not answer within {seconds:.0f} s: {trouble}.{ends}")
        await asyncio.sleep(POLL_SECONDS)


async def _check_postgres(url: str) -> str:
    try:
        connection = await asyncpg.connect(url, timeout=5)
        await connection.close()
    except (ValueError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise DemoError(f"DATABASE_URL does not work: {error}") from error
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return str(error) or type(error).__name__
    return ""


async def _check_redis(url: str) -> str:
    try:
        async with Redis.from_url(url, socket_connect_timeout=5) as client:
            await client.execute_command("PING")
    except (ValueError, AuthenticationError) as error:
        raise DemoError(f"REDIS_URL does not work: {error}") from error
    except (OSError, RedisError) as error:
        return str(error) or type(error).__name__
    return ""


async def _check_app(supervisor: Supervisor) -> str:
    """Return the processes that do not run. Workers and the clock answer no requests: running is all they can show."""
    return ", ".join(f"{one.name} is {one.state}" for one in supervisor.list_programs() if _is_due(one))


def _is_due(program: Program) -> bool:
    return program.group == "app" and program.state != "RUNNING"


@asynccontextmanager
async def _open_check(url: str) -> AsyncGenerator[Callable[[], Awaitable[str]]]:
    """Open a check of a page. All its calls share a client: a new one reads the certificates of the machine."""
    # A proxy named in the environment is for other hosts.
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        yield partial(_check_http, client, url)


async def _check_http(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(url)
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    return "" if answer.is_success else f"{url} answers {answer.status_code} {answer.text[:300]}"


def _build_demo_file(environ: dict[str, str], sandbox: int, keys: Secrets, stored: dict[str, str]) -> dict[str, object]:
    return {
        "baseUrl": f"http://127.0.0.1:{environ['BLOGQUEUE_WEB_PORT']}",
        "sandboxUrl": f"http://127.0.0.1:{sandbox}",
        "databaseUrl": environ["DATABASE_URL"],
        "redisUrl": environ["REDIS_URL"],
        "brokerUrl": environ["BROKER_URL"],
        "stripeWebhookSecret": environ["STRIPE_WEBHOOK_SECRET"],
        "adminUser": ADMIN_USER,
        "adminPassword": keys.admin_password,
        "adminToken": stored.get("adminToken", ""),
    }


async def _watch(supervisor: Supervisor, file: Path, content: dict[str, object], addresses: str) -> None:
    """Write demo.json, print the addresses, then keep the pids current. Raises DemoError when supervisord ends."""
    assert supervisor.process is not None  # noqa: S101 - for the type checker: this launcher started it
    pids: dict[str, int] = {}
    while supervisor.process.returncode is None:
        now = {one.name: one.pid for one in supervisor.list_programs() if one.pid}
        now |= {"supervisord": supervisor.process.pid, "launcher": os.getpid()}
        if now != pids:
            write_private(file, content | {"pids": now})
        if not pids:
            report(addresses)
        pids = now
        with suppress(TimeoutError):
            await asyncio.wait_for(supervisor.process.wait(), WATCH_SECONDS)
    raise DemoError("supervisord has ended, and so have all processes that it ran.")


def _format_addresses(content: dict[str, object], folder: Path, *, first: bool) -> str:
    base, sandbox = content["baseUrl"], content["sandboxUrl"]
    # Printed at the first start only; demo.json, which only this user can read, always has it.
    password = f"password {content['adminPassword']}" if first else f"password in {folder / 'demo.json'}"
    rows = [
        ("the shop", f"{base}/"),
        ("the admin", f"{base}/admin/  (user {ADMIN_USER}, {password})"),
        ("reviews", f"{base}/admin/reviews"),
        ("the API", f"{base}/api/docs"),
        ("the mailbox", f"{sandbox}/mailbox"),
        ("the sandbox", f"{sandbox}/  (stand-ins for Stripe, OpenAI and the mail server)"),
        ("data and logs", f"{folder}, {folder / 'log'}"),
        ("for programs", f"{folder / 'demo.json'}  (addresses, secrets, the editor's adminToken)"),
    ]
    if names := list_outside_services(os.environ):
        rows.append(("from outside", ", ".join(names)))
    width = max(len(name) for name, _ in rows) + 2
    lines = [f"  {name:<{width}}{value}" for name, value in rows]
    return "\n".join(["", "blogqueue is running.", "", *lines, "", "Ctrl-C stops everything.", ""])


def report(line: str) -> None:
    """Print a line at once; a closed standard output is not an error."""
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
