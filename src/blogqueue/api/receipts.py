"""The receipt and the invoice of an order."""

from typing import Any

from litestar import Request, get

from blogqueue.api import auth
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.orders import TAGS, OrderId
from blogqueue.api.problems import refusals
from blogqueue.payments import receipts
from blogqueue.payments.receipts import ReceiptView


@get(
    "/purchase/status/{order_id:uuid}/receipt",
    operation_id="get_receipt",
    summary="Find the receipt and the invoice",
    tags=TAGS,
    security=auth.CUSTOMER,
    guards=[auth.limited(auth.RECEIPTS)],
    responses=refusals(404, 429),
)
async def get_receipt(request: Request[Any, Any, Any], order_id: OrderId) -> Envelope[ReceiptView]:
    """Return the addresses of Stripe's receipt and invoice for an order that was paid.

    They expire after some days, so ask again each time. An order that nothing was paid for has none: 404.
    """
    return success(await receipts.find(await auth.customers_order(request, order_id)))


HANDLERS = [get_receipt]
