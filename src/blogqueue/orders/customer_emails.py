"""Emails to a customer about their order."""

from blogqueue import tokens
from blogqueue.db.engine import fetch
from blogqueue.db.tables.orders import Order
from blogqueue.emails import emails
from blogqueue.errors import NotFoundError
from blogqueue.money import format_amount
from blogqueue.orders import numbers
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import OrderKind

PRODUCTS = {OrderKind.BACKLINK: "link", OrderKind.ARTICLE: "article"}
"""What emails call the thing that was bought."""

_NAMES = """
SELECT a.title, d.name AS domain_name, o.number
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id WHERE o.id = {}
"""
"""What an email calls an order and its article; PostgreSQL has just given the number of a new order."""


async def create(order: Order, kind: str, *, job_id: str = "", price: bool = False, **values: str | int) -> Outbox:
    """Store an email to the order's customer, in the caller's transaction, and return its id, or nothing if it exists.

    An order has one email of each kind for each `job_id`. `price` adds the formatted price to the template's values;
    `paid` among them says whether there was a payment, which there is not for an editor's order.
    Raises NotFoundError when the order's article does not exist.
    """
    rows = await fetch(_NAMES, order.id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    names = rows[0]
    if price:
        values["price"] = format_amount(order.price, order.currency)
    return await emails.create(
        kind,
        to=order.customer_email,
        order_id=order.id,
        purchase_id=None,
        job_id=job_id,
        paid=int(order.purchase_id is not None),
        thing=PRODUCTS[OrderKind(order.kind)],
        order_url=f"{settings.public_url}/order-status/{order.id}?access={tokens.PLACEHOLDER}",
        order_number=numbers.format_number(names["number"]),
        article_title=names["title"],
        domain_name=names["domain_name"],
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        **values,
    )
