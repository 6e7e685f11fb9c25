"""The way from an order to Stripe's receipt and invoice of it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template

from blogqueue.api import auth
from blogqueue.errors import NotFoundError, UnavailableError
from blogqueue.orders import lifecycle
from blogqueue.pages import forms
from blogqueue.pages.order_pages import ask_for_address
from blogqueue.pages.responses import page, see_other
from blogqueue.payments import receipts

AccessToken = Annotated[str, QueryParameter(name="access")]


@get("/receipts/{order_id:uuid}", include_in_schema=False, guards=[auth.limited(auth.RECEIPTS)])
async def receipt(
    request: Request[Any, Any, Any], order_id: FromPath[UUID], access_token: AccessToken = ""
) -> Template | Redirect:
    """Redirect to Stripe's page with the order's invoice, or with its receipt if there is no invoice."""
    return await _show(request, order_id, access_token)


@get("/receipts/{order_id:uuid}/refund", include_in_schema=False, guards=[auth.limited(auth.RECEIPTS)])
async def refund_receipt(
    request: Request[Any, Any, Any], order_id: FromPath[UUID], access_token: AccessToken = ""
) -> Template | Redirect:
    """Redirect to Stripe's receipt, which also shows the refund; an invoice stays as it was."""
    return await _show(request, order_id, access_token, refund=True)


async def _show(
    request: Request[Any, Any, Any], order_id: UUID, access_token: str, *, refund: bool = False
) -> Template | Redirect:
    """Redirect to Stripe. The token of an emailed link becomes a cookie before, as on the order's page."""
    path = f"/receipts/{order_id}{'/refund' if refund else ''}"
    try:
        if access_token:
            await lifecycle.get_with_token(order_id, access_token)
            return see_other(path, forms.make_order_cookie(order_id, access_token))
        order = await auth.customers_order(request, order_id)
    except NotFoundError:
        return ask_for_address(order_id, status_code=404)
    try:
        found = await receipts.find(order)
    except UnavailableError as error:
        answer = page("no_receipt.html", status_code=503, order_id=order_id, try_again=path)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except NotFoundError:
        found = None
    url = found and (found.receipt_url if refund else found.invoice_url or found.receipt_url)
    return see_other(url) if url else page("no_receipt.html", status_code=404, order_id=order_id, try_again="")


HANDLERS = [receipt, refund_receipt]
