"""What became of a payment, for the page that Stripe sends the customer back to."""

import msgspec

from blogqueue.catalogue import addresses
from blogqueue.db.rows import find_row
from blogqueue.db.tables.orders import Purchase
from blogqueue.localized import format_price
from blogqueue.orders import requests
from blogqueue.states import FailureReason, OrderKind, PurchaseState

_PURCHASE = f"""
SELECT d.name, d.host, {addresses.PATH} AS path, o.failure_reason
FROM purchases p LEFT JOIN articles a ON a.id = p.article_id JOIN domains d ON d.id = COALESCE(p.domain_id, a.domain_id)
LEFT JOIN orders o ON o.purchase_id = p.id WHERE p.id = {{}}
"""  # noqa: S608 - constants, no input
"""A purchase's domain, its article if it is of a link, and why its order failed, if there is one that did."""


class Payment(msgspec.Struct, frozen=True):
    """What may be shown to anyone who has the session's id: so neither an email address nor a link.

    `form` is the page where it was asked for.
    `state`: "paid", "unfulfillable" (paid, will be refunded), "held" (the operator decides), "pending", "unpaid".
    """

    state: str
    subject: str
    domain: str
    is_link: bool
    cost: str
    form: str


async def get_payment(session_id: str) -> Payment | None:
    """Return what our rows say of a Checkout Session; None if it is not ours."""
    purchase = await find_row(Purchase, Purchase.session_id, session_id)
    if not session_id or purchase is None:
        return None
    rows = await Purchase.raw(_PURCHASE, purchase.id)
    state = {PurchaseState.PAID: "paid", PurchaseState.HELD: "held"}.get(PurchaseState(purchase.state), "unpaid")
    if rows[0]["failure_reason"] == FailureReason.UNFULFILLABLE:
        state = "unfulfillable"
    elif state == "unpaid" and purchase.payment_pending:
        state = "pending"
    return Payment(
        state,
        await requests.describe(purchase),
        rows[0]["name"],
        is_link=purchase.kind == OrderKind.BACKLINK,
        cost=format_price(purchase.price, purchase.currency),
        form=rows[0]["path"] or f"/new-article/{rows[0]['host']}",
    )
