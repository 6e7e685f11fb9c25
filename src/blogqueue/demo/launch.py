"""The launcher: brings everything up in order, says where to look, and takes everything down again."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import httpx
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from blogqueue.demo.environment import Slots, database_name, environment, outside_parties
from blogqueue.demo.folder import (
    DemoError,
    Secrets,
    first_start,
    kept_secrets,
    locked,
    ports,
    record_first_start,
    run_folder,
    write_private,
)
from blogqueue.demo.server_files import EmbeddedError, prepare_postgres
from blogqueue.demo.steps import ADMIN_USER, PROJECT, STEPS, Step, take
from blogqueue.demo.supervision import Program, Supervisor, clear_left_over, supervisord, tail

POLL_SECONDS = 0.05
# After a crash PostgreSQL first reads its log again; and a slow machine takes its time to import Python's libraries.
READY_SECONDS = 120.0
# A service from outside is up already, or it is not there.
OUTSIDE_SECONDS = 15.0
WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Product:
    """What is launched: the processes, and what is done before they start; tests launch a smaller one."""

    configuration: Path = PROJECT / "supervisord.conf"
    steps: tuple[Step, ...] = STEPS


def run(port: int, data_dir: Path, product: Product | None = None) -> int:
    """Run the demo until SIGINT, SIGTERM or SIGHUP; gives the exit code: 0, or 1 after saying what is wrong."""
    os.umask(0o077)  # data, logs and sockets are the user's own business
    try:
        asyncio.run(_until_told(port, data_dir.absolute(), product or Product()))
    except (DemoError, EmbeddedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"The demo cannot go on: {error}.\n")
        return 1
    except KeyboardInterrupt:
        pass  # Ctrl-C before anything was started
    return 0


async def _until_told(port: int, folder: Path, product: Product) -> None:
    """Serve until a signal comes; a second one while everything stops changes nothing."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    serving = asyncio.create_task(_serve(port, folder, product))
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        serving.result()
        return
    tell("\nStopping …")
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    tell("Everything has stopped.")


async def _serve(port: int, folder: Path, product: Product) -> None:
    with locked(folder), run_folder(folder) as run_in:
        demo_file = folder / "demo.json"
        demo_file.unlink(missing_ok=True)
        slots_free = Slots(folder, run_in)
        slots_free.logs.mkdir(mode=0o700, exist_ok=True)
        if await clear_left_over(slots_free.run):
            tell("Stopped what an earlier start had left behind.")
        keys = kept_secrets(folder)
        chosen = ports(folder, port)
        password = ""
        if not os.environ.get("DATABASE_URL"):
            tell("Preparing PostgreSQL …")
            password = await asyncio.to_thread(prepare_postgres, folder)
        environ = environment(slots_free, chosen, keys, password, os.environ)
        log = slots_free.logs / "supervisord.out"
        async with supervisord(product.configuration, environ, slots_free.run, log) as supervisor:
            await _start(supervisor, environ, chosen.sandbox)
            kept, first = await _take_steps(product.steps, folder, database_name(environ, password), environ, keys)
            await _start_app(supervisor, environ)
            content = _demo_content(environ, chosen.sandbox, keys, kept)
            try:
                await _keep_telling(supervisor, demo_file, content, _where_to_look(content, folder, first=first))
            finally:
                demo_file.unlink(missing_ok=True)


async def _start(supervisor: Supervisor, environ: dict[str, str], sandbox: int) -> None:
    """Start the sandbox and the data services that are not given from outside; return when all of them answer."""
    tell("Starting the data services and the sandbox …")
    outside = {url for url in ("DATABASE_URL", "REDIS_URL") if os.environ.get(url)}
    parts = (
        ("PostgreSQL", "data:postgres", "DATABASE_URL", _postgres_answers),
        ("Redis", "data:redis", "REDIS_URL", _redis_answers),
    )
    supervisor.start("sandbox:*", *(program for _, program, url, _ in parts if url not in outside))
    for name, _, url, answers in parts:
        seconds = OUTSIDE_SECONDS if url in outside else READY_SECONDS
        await _wait(supervisor, name, partial(answers, environ[url]), seconds)
    await _wait(supervisor, "The sandbox", partial(_http_answers, f"http://127.0.0.1:{sandbox}/health"))


async def _start_app(supervisor: Supervisor, environ: dict[str, str]) -> None:
    tell("Starting the web, the workers and the clock …")
    supervisor.start("app:*")
    ready = f"http://127.0.0.1:{environ['BLOGQUEUE_WEB_PORT']}/health/ready"
    await _wait(supervisor, "The web", partial(_http_answers, ready))
    await _wait(supervisor, "A worker", partial(_app_runs, supervisor))


async def _take_steps(
    steps: tuple[Step, ...], folder: Path, database: str, environ: dict[str, str], keys: Secrets
) -> tuple[dict[str, str], bool]:
    """Take the steps that are due; gives what they told, now or at the first start, and whether this is the first."""
    done = first_start(folder, database)
    first = not done
    for step in steps:
        key = step.keeps or " ".join(step.words[:3])
        if step.once and key in done:
            continue
        tell(f"{step.told} …")
        password = {"BLOGQUEUE_ADMIN_PASSWORD": keys.admin_password} if step.password else {}
        printed = await take(step, environ["BLOGQUEUE_PYTHON"], environ | password)
        if step.once:
            done[key] = printed
            record_first_start(folder, database, done)
    return done, first


async def _wait(
    supervisor: Supervisor, what: str, answers: Callable[[], Awaitable[str]], seconds: float = READY_SECONDS
) -> None:
    """Wait until a part answers; `answers` gives "" then, and what is in the way otherwise. Raises DemoError."""
    deadline = asyncio.get_running_loop().time() + seconds
    while trouble := await answers():
        supervisor.check()
        if asyncio.get_running_loop().time() > deadline:
            logs = [one.log for one in supervisor.programs() if one.state != "RUNNING" and one.started]
            ends = "".join(f"\nThe end of {log}:\n{tail(log)}" for log in logs)
            raise DemoError(f"{what} did not answer within {seconds:.0f} s: {trouble}.{ends}")
        await asyncio.sleep(POLL_SECONDS)


async def _postgres_answers(url: str) -> str:
    try:
        connection = await asyncpg.connect(url, timeout=5)
        await connection.close()
    except (ValueError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise DemoError(f"DATABASE_URL is not good: {error}") from error
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return str(error) or type(error).__name__
    return ""


async def _redis_answers(url: str) -> str:
    try:
        async with Redis.from_url(url, socket_connect_timeout=5) as client:
            await client.execute_command("PING")
    except (ValueError, AuthenticationError) as error:
        raise DemoError(f"REDIS_URL is not good: {error}") from error
    except (OSError, RedisError) as error:
        return str(error) or type(error).__name__
    return ""


async def _app_runs(supervisor: Supervisor) -> str:
    """The workers and the clock answer nobody; that they stay is how they show that they are well."""
    return ", ".join(f"{one.name} is {one.state}" for one in supervisor.programs() if _is_due(one))


def _is_due(program: Program) -> bool:
    return program.group == "app" and program.state != "RUNNING"


async def _http_answers(url: str) -> str:
    # The environment's proxy is for the world outside.
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        try:
            answer = await client.get(url)
        except httpx.HTTPError as error:
            return str(error) or type(error).__name__
    return "" if answer.is_success else f"{url} says {answer.status_code} {answer.text[:300]}"


def _demo_content(environ: dict[str, str], sandbox: int, keys: Secrets, kept: dict[str, str]) -> dict[str, object]:
    return {
        "baseUrl": f"http://127.0.0.1:{environ['BLOGQUEUE_WEB_PORT']}",
        "sandboxUrl": f"http://127.0.0.1:{sandbox}",
        "databaseUrl": environ["DATABASE_URL"],
        "redisUrl": environ["REDIS_URL"],
        "brokerUrl": environ["BROKER_URL"],
        "stripeWebhookSecret": environ["STRIPE_WEBHOOK_SECRET"],
        "adminUser": ADMIN_USER,
        "adminPassword": keys.admin_password,
        "adminToken": kept.get("adminToken", ""),
    }


async def _keep_telling(supervisor: Supervisor, file: Path, content: dict[str, object], words: str) -> None:
    """Write demo.json and say where to look; then keep the pids in it true. Raises DemoError when supervisord ends."""
    assert supervisor.process is not None  # noqa: S101 - for the type checker: this launcher started it
    pids: dict[str, int] = {}
    while supervisor.process.returncode is None:
        now = {one.name: one.pid for one in supervisor.programs() if one.pid}
        now |= {"supervisord": supervisor.process.pid, "launcher": os.getpid()}
        if now != pids:
            write_private(file, content | {"pids": now})
        if not pids:
            tell(words)
        pids = now
        with suppress(TimeoutError):
            await asyncio.wait_for(supervisor.process.wait(), WATCH_SECONDS)
    raise DemoError("supervisord has ended, and with it everything that it ran.")


def _where_to_look(content: dict[str, object], folder: Path, *, first: bool) -> str:
    base, sandbox = content["baseUrl"], content["sandboxUrl"]
    # Said this once, so that no later screen shows it; it stays in demo.json, which is the user's alone.
    password = f"password {content['adminPassword']}" if first else f"password in {folder / 'demo.json'}"
    rows = [
        ("the shop", f"{base}/"),
        ("the admin", f"{base}/admin/  (user {ADMIN_USER}, {password})"),
        ("reviews", f"{base}/admin/reviews"),
        ("the API", f"{base}/api/docs"),
        ("the mailbox", f"{sandbox}/mailbox"),
        ("the sandbox", f"{sandbox}/  (stands in for Stripe, OpenAI and the mail server)"),
        ("data and logs", f"{folder}, {folder / 'log'}"),
        ("for programs", f"{folder / 'demo.json'}  (addresses, secrets, the editor's adminToken)"),
    ]
    if names := outside_parties(os.environ):
        rows.append(("from outside", ", ".join(names)))
    width = max(len(name) for name, _ in rows) + 2
    lines = [f"  {name:<{width}}{value}" for name, value in rows]
    return "\n".join(["", "blogqueue is running.", "", *lines, "", "Ctrl-C stops everything.", ""])


def tell(words: str) -> None:
    """Say something on the standard output at once; nobody listening is no reason to fail."""
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
