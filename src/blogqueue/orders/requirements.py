"""What the text of an order's link must satisfy, for the worker that writes it and the editor who approves it."""

from uuid import UUID

import msgspec

from blogqueue.catalogue import paid_links, slots
from blogqueue.db.engine import fetch
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.errors import NotFoundError
from blogqueue.orders.regenerations import SEND_BACK
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.link_edit.integration import LinkBrief
from blogqueue.writing.markdown.links import Link

MAX_USED = 12
"""How many earlier edits the model reads about. Each costs tokens, and the newest matter most."""

_BRIEF = f"""
SELECT o.backlink_data, o.rel, a.title, d.language, d.max_paid_links, live.id AS version_id, live.content_md,
    (SELECT COALESCE(jsonb_agg(jsonb_build_array(backlink_data->'target_url', backlink_data->'keyword')
        ORDER BY completed_at), '[]')
     FROM orders WHERE article_id = a.id AND status = 'COMPLETED' AND link_dropped_at IS NULL) AS paid,
    (SELECT count(*) FROM orders WHERE article_id = a.id AND {slots.SOLD}) AS sold,
    (SELECT count(*) FROM orders WHERE article_id = a.id AND id <> o.id AND {slots.OPEN}) AS others,
    ARRAY(SELECT v.backlink_metadata->'edit'->>'sha256' FROM orders JOIN article_versions v ON v.id = orders.version_id
        WHERE orders.article_id = a.id AND orders.id <> o.id AND {slots.OPEN}
        AND v.backlink_metadata->'edit'->>'sha256' IS NOT NULL ORDER BY orders.id) AS pending,
    (SELECT COALESCE(jsonb_agg(edit ORDER BY version_num), '[]')
     FROM (SELECT id, version_num, backlink_metadata->'edit' AS edit FROM article_versions
           WHERE order_id = o.id ORDER BY version_num DESC LIMIT {{}}) AS newest
     WHERE jsonb_typeof(edit) = 'object' AND NOT (id = o.version_id AND 'ADMIN_REVIEW' = COALESCE((
        SELECT CASE action WHEN '{SEND_BACK}' THEN '' ELSE from_status END FROM order_events
        WHERE order_id = o.id AND to_status = 'PROCESSING'
        AND from_status IN ('QUALITY_CHECK', 'ADMIN_REVIEW') ORDER BY id DESC LIMIT 1), ''))) AS used
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
JOIN article_versions live ON live.id = a.selected_version_id WHERE o.id = {{}}
"""  # noqa: S608 - constants, no input
"""What a run that writes an order's link needs.

`pending` are the paragraphs that the current versions of the article's other open orders have edited, `used` the edits
of the order's earlier versions, oldest first.
"""


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


async def read_brief(order_id: UUID) -> tuple[LinkBrief, UUID]:
    """Return all that writing an order's link needs, and the id of the live version, from one snapshot.

    The `used` edits are those of earlier versions that the customer did not keep. A link that is integrated again
    because its version no longer fits was submitted before: its last edit was kept; that of an order that its editor
    sent back was not. Raises NotFoundError.
    """
    rows = await fetch(_BRIEF, MAX_USED, order_id)
    if not rows:
        raise NotFoundError("order or version", field="orderId")
    row = rows[0]
    data = msgspec.json.decode(row["backlink_data"])
    paid = msgspec.json.decode(row["paid"], type=list[tuple[str, str]])
    brief = LinkBrief(
        article=row["content_md"],
        title=row["title"],
        language=row["language"],
        requirements=LinkRequirements(
            link=Link(data["target_url"], data["keyword"]),
            notes=data["notes"],
            rel="" if row["rel"] == "none" else row["rel"],
            paid_links=tuple(Link(target_url, anchor_text) for target_url, anchor_text in paid),
            max_paid_links=max(row["max_paid_links"], row["sold"]),
        ),
        leave=slots.choose_leave(open_orders=row["others"], live=len(paid), most=row["max_paid_links"]),
        pending=tuple(row["pending"]),
        used=tuple(msgspec.json.decode(row["used"], type=list[AppliedEdit])),
    )
    return brief, row["version_id"]
