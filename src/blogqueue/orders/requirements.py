"""What the text of an order's link must satisfy, for the worker that writes it and the editor who approves it."""

from blogqueue.catalogue import paid_links, slots
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.markdown.links import Link


async def of_order(order: Order) -> LinkRequirements:
    """Return what a text with this order's link must satisfy, and the article's other paid links.

    An order keeps the link slot that it was sold, even if its domain has lowered `max_paid_links` since.
    """
    paid = await paid_links.find_pairs(order.article_id)
    domain = await Article.select(Article.domain_id.max_paid_links.as_alias("max_paid_links")).where(
        Article.id == order.article_id
    )
    return LinkRequirements(
        link=Link(order.backlink_data["target_url"], order.backlink_data["keyword"]),
        notes=order.backlink_data["notes"],
        rel="" if order.rel == "none" else order.rel,
        paid_links=tuple(link for link, _ in paid),
        max_paid_links=max(domain[0]["max_paid_links"], await slots.count_sold(order.article_id)),
    )
