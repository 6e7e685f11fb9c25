"""Emails to a customer about their order."""

from blogqueue import tokens
from blogqueue.db.tables.catalogue import Article
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


async def create(order: Order, kind: str, *, job_id: str = "", price: bool = False, **values: str) -> Outbox:
    """Store an email to the order's customer, in the caller's transaction, and return its id, or nothing if it exists.

    An order has one email of each kind for each `job_id`. `price` adds the formatted price to the template's values;
    `paid` among them says whether there was a payment, which there is not for an editor's order.
    Raises NotFoundError when the order's article does not exist.
    """
    article = (
        await Article.select(Article.title, Article.domain_id.name.as_alias("domain_name"))
        .where(Article.id == order.article_id)
        .first()
    )
    if article is None:
        raise NotFoundError("article", field="articleId")
    stored = await Order.select(Order.number).where(Order.id == order.id)  # PostgreSQL has just given it
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
        order_number=numbers.format_number(stored[0]["number"]),
        article_title=article["title"],
        domain_name=article["domain_name"],
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        **values,
    )
