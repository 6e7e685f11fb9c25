"""Link slots: how many more paid links an article may take, and whether a link is sold already.

    slots free = min(max_paid_links - live - open, room - open) - holds

`max_paid_links` is the domain's, and none for an exclusive article that is live. `live` counts the paid links in the
live text, `open` the orders whose link is still to go in, `room` is what the live text can take
(`writing.link_edit.room`), and `holds` counts unpaid purchases.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from piccolo.columns.combination import WhereRaw

from blogqueue.db.engine import NOW
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.states import OrderStatus
from blogqueue.writing.markdown.links import Link, find_links

SOLD = "orders.status <> 'FAILED' AND orders.link_dropped_at IS NULL"
"""The orders that have a slot: their links are in the article, or will be. Dropped links have freed theirs."""

OPEN = "orders.status NOT IN ('COMPLETED', 'FAILED')"
"""The orders whose links are still to go in."""

_DROPPED = "orders.status = 'COMPLETED' AND orders.link_dropped_at IS NOT NULL"
"""The orders whose links an editor has dropped."""

HELD = "purchases.state = 'OPEN' AND purchases.slot_held_until > clock_timestamp()"
"""The unpaid purchases that hold a slot."""

_MOST = "(CASE WHEN NOT a.exclusive THEN d.max_paid_links WHEN a.selected_version_id IS NULL THEN 1 ELSE 0 END)"
"""How many paid links an article may have: in an exclusive one only that of the order that it is written for."""

_UNSOLD = f"""
LEAST({_MOST} - (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {SOLD}),
    (SELECT COALESCE(live.room, 0) FROM article_versions live WHERE live.id = a.selected_version_id)
    - (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {OPEN}))
"""  # noqa: S608 - constants, no input
"""How many slots of an article `a` of a domain `d` are not sold, held or not, as an SQL expression.

Negative where a text or a domain's rules have taken slots away. An article without a live text has no room to run out
of (LEAST ignores nulls).
"""

FREE = f"""
GREATEST(0, {_UNSOLD}
    - (SELECT count(*) FROM purchases WHERE purchases.article_id = a.id AND {HELD}))
"""  # noqa: S608 - constants, no input
"""How many slots of an article `a` of a domain `d` are neither sold nor held, as an SQL expression."""

_COUNT_UNSOLD = f"""
SELECT {_UNSOLD} AS unsold,
    (CASE WHEN a.exclusive THEN (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {_DROPPED})
    ELSE d.max_paid_links - (SELECT count(*) FROM orders WHERE orders.article_id = a.id AND {SOLD}) END)
    AS unsold_by_rule,
    (SELECT count(*) FROM purchases WHERE purchases.article_id = a.id AND {HELD}
        AND purchases.id <> ALL ({{}})) AS held
FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.id = {{}}
"""  # noqa: S608 - constants, no input
"""How many slots of one article are not sold, with and without a look at its room, and how many of them are held.

Without a look at room, an exclusive article has the slots of its dropped links: they may come back, and nobody else can
buy these.
"""

_OF_DOMAIN = "FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.id = {}"

_LIVE_TEXT = """
SELECT v.content_md FROM articles a JOIN article_versions v ON v.id = a.selected_version_id WHERE a.id = {}
"""

_IS_AVAILABLE = f"""
SELECT {_UNSOLD}
    > (SELECT count(*) FROM purchases WHERE purchases.article_id = own.article_id AND {HELD} AND purchases.id <> own.id
       AND (COALESCE(own.slot_held_until <= clock_timestamp(), true)
            OR (purchases.created_at, purchases.id) < (own.created_at, own.id))) AS available
FROM purchases own JOIN articles a ON a.id = own.article_id JOIN domains d ON d.id = a.domain_id WHERE own.id = {{}}
"""  # noqa: S608 - constants, no input
"""Whether a slot is left for a purchase after what is sold and what earlier purchases hold.

A purchase that holds no slot, or none any more, comes after all that hold one.
"""

_FIND_EXCESS = f"""
SELECT purchases.id FROM purchases WHERE purchases.article_id = {{}} AND {HELD}
ORDER BY purchases.created_at, purchases.id OFFSET GREATEST(0, {{}}::bigint)
"""  # noqa: S608 - constants, no input
"""The purchases that hold a slot, except the oldest ones up to a number."""


async def count_free(article_id: UUID, *, besides: Sequence[UUID] = (), by_rule: bool = False) -> int:
    """Return how many link slots of an article are neither sold nor held, whether or not it is on sale.

    Holds of the purchases `besides` do not count. `by_rule` counts what the domain allows, whatever the text has room
    for. The article is locked by the caller.
    """
    row = (await Article.raw(_COUNT_UNSOLD, list(besides), article_id))[0]
    return max(0, int(row["unsold_by_rule" if by_rule else "unsold"]) - int(row["held"]))


async def count_sold(article_id: UUID) -> int:
    """Return how many link slots of an article belong to orders."""
    return await Order.count().where(Order.article_id == article_id, WhereRaw(SOLD))


async def find_open(article_id: UUID) -> list[UUID]:
    """Return the orders whose links are still to go into an article, oldest first."""
    return list(await find_open_links(article_id))


async def find_open_links(article_id: UUID) -> dict[UUID, Link]:
    """Return the orders whose links are still to go into an article, oldest first, each with its link."""
    rows = (
        await Order.select(Order.id, Order.backlink_data)
        .where(Order.article_id == article_id, WhereRaw(OPEN))
        .order_by(Order.created_at)
        .output(load_json=True)
    )
    return {row["id"]: Link(row["backlink_data"]["target_url"], row["backlink_data"]["keyword"]) for row in rows}


async def count_to_leave(article_id: UUID) -> int:
    """Return how many more links a text must leave room for when one more, not yet ordered, goes in."""
    rows = await Article.raw(f"SELECT {_MOST} AS most {_OF_DOMAIN}", article_id)
    live = await Order.count().where(
        Order.article_id == article_id, Order.status == OrderStatus.COMPLETED, Order.link_dropped_at.is_null()
    )
    return choose_leave(open_orders=len(await find_open(article_id)), live=live, most=rows[0]["most"])


def choose_leave(*, open_orders: int, live: int, most: int) -> int:
    """Return how many more links a text must leave room for when one more goes in.

    Those are the other open orders, and all that the domain still sells: then no later sale makes a placed link move.
    """
    return max(open_orders, most - live - 1)


async def is_available(purchase_id: UUID) -> bool:
    """Return whether a purchase may (still) have a link slot, with its article locked by the caller."""
    return bool((await Article.raw(_IS_AVAILABLE, purchase_id))[0]["available"])


async def release_excess(article_id: UUID, *, room: int) -> None:
    """End the newest holds that a text with this room cannot keep, with the article locked by the caller."""
    spare = room - len(await find_open(article_id))
    excess = [row["id"] for row in await Purchase.raw(_FIND_EXCESS, article_id, spare)]
    if excess:
        await Purchase.update({Purchase.slot_held_until: NOW}).where(Purchase.id.is_in(excess))


async def is_sold(article_id: UUID, link: Link) -> bool:
    """Return whether an order has exactly this link in an article, or will have: a text carries a link only once."""
    rows = (
        await Order.select(Order.backlink_data)
        .where(Order.article_id == article_id, WhereRaw(SOLD))
        .output(load_json=True)
    )
    return any(Link(row["backlink_data"]["target_url"], row["backlink_data"]["keyword"]) == link for row in rows)


async def is_taken(article_id: UUID, link: Link) -> bool:
    """Return whether an order has exactly this link in an article, or will have, or its live text has it already."""
    if await is_sold(article_id, link):
        return True
    live = await Article.raw(_LIVE_TEXT, article_id)
    # In a thread, because a long text takes a while and others wait for the event loop.
    return bool(live) and link in await asyncio.to_thread(find_links, live[0]["content_md"])
