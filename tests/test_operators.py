"""What an operator decides on the command line about money."""

import asyncio
import os
import sys

from blogqueue.db.tables.orders import Purchase
from tests.payments import dispute
from tests.stage import Stage, order_row


async def blogqueue(*words: str) -> tuple[int, str]:
    """Run a command; return its exit status and its output."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "blogqueue", *words, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env=os.environ
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_held_payments_are_listed_and_decided(stage: Stage) -> None:
    # Given two payments that do not match their purchases
    article_id = await stage.article()
    opened = [
        await stage.asked_and_opened(article_id),
        await stage.asked_and_opened(article_id, email="ben@customers.example", anchorText="a mulching handbook"),
    ]
    await Purchase.update({Purchase.price: 9900}, force=True)
    for page in opened:
        await stage.pay(page["checkoutUrl"])
    ana, ben = (page["sessionId"] for page in opened)

    # Then both are listed, and each is decided once
    status, output = await blogqueue("payments", "held")
    assert status == 0 and ana in output and ben in output and "instead of 9900" in output
    assert "order " in (await blogqueue("payments", "accept", ana))[1]
    assert await blogqueue("payments", "return", ben) == (0, f"{ben} was refunded\n")
    assert await blogqueue("payments", "dismiss", ben) == (1, "This payment is RETURNED, by operator.\n")
    assert await blogqueue("payments", "held") == (0, "")
    assert (await stage.status(await stage.received()))["status"] == "PROCESSING"
    await stage.sound()


async def test_orders_on_hold_are_listed_and_decided(stage: Stage) -> None:
    article_id = await stage.article()
    ana = await stage.buy(article_id)
    ben = await stage.buy(article_id, email="ben@customers.example", anchorText="a mulching handbook")
    for order in (ana, ben):
        await dispute(stage, order)

    status, output = await blogqueue("orders", "on-hold")
    assert status == 0 and str(ana.id) in output and str(ben.id) in output
    assert (await blogqueue("orders", "release", str(ana.id)))[0] == 0
    assert (await blogqueue("orders", "end", str(ben.id)))[0] == 0
    assert await blogqueue("orders", "end", str(ben.id)) == (1, "The order is not on hold.\n")

    await stage.drain()
    assert (await stage.status(ana))["status"] == "QUALITY_CHECK"
    assert (await order_row(ben))["failure_reason"] == "payment_reversed"
    await stage.sound()
