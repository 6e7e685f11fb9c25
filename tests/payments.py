"""What happens to payments in several tests, beside what the stage knows."""

from blogqueue.db.tables.payments import Refund
from tests.stage import Bought, Stage, order_row


async def payment_intent(order: Bought) -> str:
    return str((await order_row(order))["payment_data"]["paymentIntent"])


async def dispute(stage: Stage, order: Bought) -> str:
    """Let the customer's bank dispute the payment; the dispute's id."""
    opened = await stage.sandbox.post("/disputes", json={"paymentIntent": await payment_intent(order)})
    assert opened.json()["webhookStatus"] == 200
    return str(opened.json()["disputeId"])


async def minute_with_refunds_due(stage: Stage) -> None:
    """Let a minute pass in which every refund that is under way is due."""
    await Refund.raw("UPDATE refunds SET run_at = clock_timestamp() - interval '1 second' WHERE state = 'INITIATED'")
    await stage.minute()
