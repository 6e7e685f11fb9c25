"""Emails to a customer about their order."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from blogqueue import tokens
from blogqueue.db.engine import fetch
from blogqueue.db.tables.orders import Order
from blogqueue.emails import emails
from blogqueue.errors import NotFoundError
from blogqueue.localized import format_day, format_price
from blogqueue.orders import numbers
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import OrderKind
from blogqueue.writing.link_edit.comparison import compare
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.link_edit.quoting import quote
from blogqueue.writing.markdown.links import Link

PRODUCTS = {OrderKind.BACKLINK: "link", OrderKind.ARTICLE: "article"}
"""What emails call the thing that was bought."""

_NAMES = """
SELECT a.title, d.name AS domain_name, o.number
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id WHERE o.id = {}
"""
"""What an email calls an order and its article; PostgreSQL has just given the number of a new order."""

_NAMES_AND_TEXTS = """
SELECT a.title, d.name AS domain_name, o.number, v.content_md, v.backlink_metadata->'edit' AS edit,
    base.content_md AS base_md
FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
LEFT JOIN article_versions v ON v.id = o.version_id
LEFT JOIN article_versions base ON base.id = (v.backlink_metadata->>'base_article_version_id')::uuid WHERE o.id = {}
"""
"""The same, and the order's current version with the text that it was made from; null where there is none."""


QUOTING = frozenset({"backlink_ready", "regeneration_ready", "reminder", "submitted", "published"})
"""The kinds of email that quote the sentence with the link."""


async def create(order: Order, kind: str, *, job_id: str = "", price: bool = False, **values: str | int) -> Outbox:
    """Store an email to the order's customer, in the caller's transaction, and return its id, or nothing if it exists.

    An order has one email of each kind for each `job_id`. `price` adds the formatted price to the template's values;
    `paid` among them says whether there was a payment, which there is not for an editor's order.
    Raises NotFoundError when the order's article does not exist.
    """
    rows = await fetch(_NAMES_AND_TEXTS if kind in QUOTING else _NAMES, order.id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    names = rows[0]
    if price:
        values["price"] = format_price(order.price, order.currency)
    return await emails.create(
        kind,
        to=order.customer_email,
        order_id=order.id,
        purchase_id=None,
        job_id=job_id,
        paid=int(order.purchase_id is not None),
        thing=PRODUCTS[OrderKind(order.kind)],
        order_url=f"{settings.public_url}/order-status/{order.id}?access={tokens.PLACEHOLDER}",
        receipt_url=f"{settings.public_url}/receipts/{order.id}?access={tokens.PLACEHOLDER}",
        refund_receipt_url=f"{settings.public_url}/receipts/{order.id}/refund?access={tokens.PLACEHOLDER}",
        has_invoice=int(order.purchase_id is not None and order.payment_data.get("invoiced", False)),
        order_number=numbers.format_number(names["number"]),
        article_title=names["title"],
        domain_name=names["domain_name"],
        target_url=order.backlink_data["target_url"],
        anchor_text=order.backlink_data["keyword"],
        rel=order.rel,
        on=format_day(datetime.now(UTC)),
        **(await _quote(order, dict(names)) if kind in QUOTING else {}),
        **values,
    )


async def _quote(order: Order, row: Mapping[str, Any]) -> dict[str, str]:
    """Return the sentence with the order's link, for an email; empty for a whole article, and before a version."""
    if not row["edit"] or row["base_md"] is None:
        return {"quote_before": "", "quote_link": "", "quote_behind": ""}
    link = Link(order.backlink_data["target_url"], order.backlink_data["keyword"])
    edit = msgspec.json.decode(row["edit"], type=AppliedEdit)
    # In a thread, because a long text takes a while and others wait for the event loop.
    found = quote(await asyncio.to_thread(compare, row["base_md"], row["content_md"], edit, link))
    return {
        "quote_before": found.before if found else "",
        "quote_link": found.link if found else "",
        "quote_behind": found.behind if found else "",
    }
