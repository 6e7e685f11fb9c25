"""Link slots: how many more paid links an article may take, and whether a link is sold already.

An article has as many slots as its domain's `max_paid_links`. Orders and unpaid purchases take them up.
"""

from uuid import UUID

from piccolo.columns.combination import WhereRaw

from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.writing.markdown.links import Link

SOLD = "orders.status <> 'FAILED' AND orders.link_dropped_at IS NULL"
"""The orders that have a slot: their links are in the article, or will be. Dropped links have freed theirs."""

HELD = "purchases.state = 'OPEN' AND purchases.slot_held_until > clock_timestamp()"
"""The unpaid purchases that hold a slot."""

FREE = f"""
GREATEST(0, d.max_paid_links
    - (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {SOLD})
    - (SELECT count(*) FROM purchases WHERE purchases.article_id = a.id AND {HELD}))
"""  # noqa: S608 - constants, no input
"""How many slots of an article `a` of a domain `d` are neither sold nor held, as an SQL expression."""

_COUNT_FREE = f"SELECT {FREE} AS n FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.id = {{}}"  # noqa: S608 - constants, no input
"""How many slots of one article are free."""

_IS_AVAILABLE = f"""
SELECT d.max_paid_links
    > (SELECT count(*) FROM orders WHERE orders.article_id = own.article_id AND {SOLD})
    + (SELECT count(*) FROM purchases WHERE purchases.article_id = own.article_id AND {HELD} AND purchases.id <> own.id
       AND (own.slot_held_until <= clock_timestamp()
            OR (purchases.created_at, purchases.id) < (own.created_at, own.id))) AS available
FROM purchases own JOIN articles a ON a.id = own.article_id JOIN domains d ON d.id = a.domain_id WHERE own.id = {{}}
"""  # noqa: S608 - constants, no input
"""Whether a slot is left for a purchase after what is sold and what earlier purchases hold.

A purchase whose own hold is over comes after all that hold one.
"""


async def count_free(article_id: UUID) -> int:
    """Return how many link slots of an article are neither sold nor held, whether or not it is on sale."""
    return int((await Article.raw(_COUNT_FREE, article_id))[0]["n"])


async def count_sold(article_id: UUID) -> int:
    """Return how many link slots of an article belong to orders."""
    return await Order.count().where(Order.article_id == article_id, WhereRaw(SOLD))


async def is_available(purchase_id: UUID) -> bool:
    """Return whether a purchase may (still) have a link slot, with its article locked by the caller."""
    return bool((await Article.raw(_IS_AVAILABLE, purchase_id))[0]["available"])


async def is_sold(article_id: UUID, link: Link) -> bool:
    """Return whether an order has exactly this link in an article, or will have: a text carries a link only once."""
    rows = (
        await Order.select(Order.backlink_data)
        .where(Order.article_id == article_id, WhereRaw(SOLD))
        .output(load_json=True)
    )
    return any(Link(row["backlink_data"]["target_url"], row["backlink_data"]["keyword"]) == link for row in rows)
