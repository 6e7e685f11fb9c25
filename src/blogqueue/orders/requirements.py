"""What the text of an order's link must satisfy, for the worker that writes it and the editor who approves it."""

from blogqueue.catalogue import paid_links, slots
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.orders import Order, OrderEvent
from blogqueue.states import OrderStatus
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link

MAX_USED = 12
"""How many earlier edits the model reads about. Each costs tokens, and the newest matter most."""

_PENDING = f"""
SELECT v.backlink_metadata->'edit'->>'sha256' AS sha256
FROM orders JOIN article_versions v ON v.id = orders.version_id
WHERE orders.article_id = {{}} AND orders.id <> {{}} AND {slots.OPEN}
AND v.backlink_metadata->'edit'->>'sha256' IS NOT NULL ORDER BY orders.id
"""  # noqa: S608 - constants, no input


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


async def find_used(order: Order) -> tuple[AppliedEdit, ...]:
    """Return the edits of an order's earlier versions that its customer did not keep, oldest first, at most MAX_USED.

    A link that is integrated again because its article has changed was submitted before: its last edit was kept.
    """
    begun = (
        await OrderEvent.select(OrderEvent.from_status)
        .where(
            OrderEvent.order_id == order.id,
            OrderEvent.to_status == OrderStatus.PROCESSING,
            OrderEvent.from_status.is_in([OrderStatus.QUALITY_CHECK, OrderStatus.ADMIN_REVIEW]),
        )
        .order_by(OrderEvent.id, ascending=False)
        .first()
    )
    kept = order.version_id if begun and begun["from_status"] == OrderStatus.ADMIN_REVIEW else None
    rows = (
        await ArticleVersion.select(ArticleVersion.id, ArticleVersion.backlink_metadata)
        .where(ArticleVersion.order_id == order.id)
        .order_by(ArticleVersion.version_num, ascending=False)
        .limit(MAX_USED)
        .output(load_json=True)
    )
    edits = [(row["backlink_metadata"] or {}).get("edit") for row in reversed(rows) if row["id"] != kept]
    return tuple(AppliedEdit(**edit) for edit in edits if edit)


async def find_pending(order: Order) -> tuple[str, ...]:
    """Return the hashes of the paragraphs that the current versions of the article's other open orders have edited."""
    return tuple(row["sha256"] for row in await Order.raw(_PENDING, order.article_id, order.id))
