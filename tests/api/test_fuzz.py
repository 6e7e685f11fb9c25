"""schemathesis calls everything that the served document describes, as nobody, as a customer and as an editor."""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import UUID

import pytest

from blogqueue import editors
from blogqueue.db.tables.orders import Purchase
from blogqueue.settings import settings
from tests.people import BEN
from tests.stage import Stage

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(3600)]

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("BLOGQUEUE_FUZZ_EXAMPLES", "10")
"""How many calls of an operation each phase makes at most; `make fuzz` takes more."""
SEED = os.environ.get("BLOGQUEUE_FUZZ_SEED", "1")


async def tokens(stage: Stage, caller: str) -> tuple[dict[str, str], list[str]]:
    """Ids that exist, for `callers`; and the header that shows who calls."""
    article = await stage.article(max_paid_links=50)
    order = await stage.delivered(article)
    held = await held_payment(stage, article)
    status = await stage.status(order)
    known = {
        "order": str(order.id),
        "version": status["version"]["versionId"],
        "article": str(article),
        "domain": (await stage.http.get("/api/v1/domains")).json()["data"]["items"][0]["id"],
        "session": held,
        "secret": settings.stripe_webhook_secret.get_secret_value(),
    }
    shown = {"nobody": "", "customer": order.access, "editor": await editors.issue_token("edith's program")}[caller]
    return known, ["--header", f"Authorization: Bearer {shown}"] if shown else []


async def held_payment(stage: Stage, article: UUID) -> str:
    """The session of a payment that is held, because it is not what was asked."""
    opened = await stage.asked_and_opened(article, **BEN)
    await Purchase.update({Purchase.price: 1}).where(Purchase.session_id == opened["sessionId"])
    await stage.pay(opened["checkoutUrl"])
    return str(opened["sessionId"])


@pytest.mark.parametrize("caller", ["nobody", "customer", "editor"])
async def test_no_call_breaks_the_description(stage: Stage, caller: str, tmp_path: Path) -> None:
    known, header = await tokens(stage, caller)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    options = ["--max-examples", EXAMPLES, "--seed", SEED, "--checks", "all", "--continue-on-failure", "--no-color"]
    hooks = {"PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "callers", "BLOGQUEUE_FUZZ": json.dumps(known)}

    running = await asyncio.create_subprocess_exec(
        *command,
        f"{settings.public_url}/api/openapi.json",
        *options,
        *header,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | hooks,
        cwd=tmp_path,
    )
    output, _ = await running.communicate()

    print(output.decode())  # noqa: T201 - the table of the run
    assert running.returncode == 0, output.decode()
