"""An order's versions as its customer sees them: the text, and what changed in it."""

from typing import Any
from uuid import UUID

from msgspec import UNSET

from blogqueue.catalogue import paid_links, versions
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.orders import Order
from blogqueue.orders.status_view import EarlierVersionView, TextRunView, VersionView
from blogqueue.states import OrderKind, QcStatus
from blogqueue.writing.link_edit.comparison import compare
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.rendering import render

EARLIER_ARTICLES_SHOWN = 5
"""Each is a whole article of some 8 kB, and a page must stay under 100 kB."""


async def number_versions(order: Order) -> dict[UUID, int]:
    """Return the number of each version within its order, 1 for the first."""
    rows = (
        await ArticleVersion.select(ArticleVersion.id)
        .where(ArticleVersion.order_id == order.id)
        .order_by(ArticleVersion.version_num)
    )
    return {row["id"]: number for number, row in enumerate(rows, 1)}


async def get_current(order: Order, numbers: dict[UUID, int]) -> VersionView | None:
    """Return the order's current version: the article with the link, as Markdown and as safe HTML, and its change."""
    if order.version_id is None:
        return None
    version = await versions.get(order.version_id)
    return VersionView(
        **await _describe(version, order, numbers),
        content=version.content_md,
        html=await _render(version, order, mark=True),
        qc_status=QcStatus(version.last_qc_status) if version.last_qc_status else None,
    )


async def list_earlier(order: Order, numbers: dict[UUID, int]) -> list[EarlierVersionView]:
    """Return what the order's other versions changed, newest first; of whole articles only the newest few."""
    earlier = (
        await ArticleVersion.objects()
        .where(ArticleVersion.order_id == order.id, ArticleVersion.id != order.version_id)
        .order_by(ArticleVersion.version_num, ascending=False)
        .output(load_json=True)
    )
    if order.kind == OrderKind.BACKLINK:
        return [EarlierVersionView(**await _describe(version, order, numbers)) for version in earlier]
    return [
        EarlierVersionView(**await _describe(version, order, numbers), html=await _render(version, order, mark=False))
        for version in earlier[:EARLIER_ARTICLES_SHOWN]
    ]


async def _render(version: ArticleVersion, order: Order, *, mark: bool) -> str:
    """Render a version as safe HTML; with `mark`, the paragraph with the order's link is marked."""
    link = _link(order)
    paid = [pair for pair in await paid_links.find_pairs(order.article_id) if pair[0] != link]
    own = (link, "" if order.rel == "none" else order.rel)
    at = version.content_md.find(format_link(link))
    rows = await Article.select(Article.domain_id.host.as_alias("host")).where(Article.id == order.article_id)
    changed = (at, at + 1) if mark else None
    return render(version.content_md, [*paid, own], changed, lower=True, images_of=rows[0]["host"])


async def _describe(version: ArticleVersion, order: Order, numbers: dict[UUID, int]) -> dict[str, Any]:
    """Return the fields that all versions have: numbers, age, and the change or, for a whole article, the title."""
    metadata: dict[str, Any] = version.backlink_metadata
    shown = {
        "version_id": version.id,
        "version_num": version.version_num,
        "number": numbers[version.id],
        "created_at": version.created_at,
    }
    if order.kind == OrderKind.ARTICLE:
        return {**shown, "title": metadata["title"], "change": []}
    base = await versions.get(UUID(metadata["base_article_version_id"]))
    runs = compare(base.content_md, version.content_md, AppliedEdit(**metadata["edit"]), _link(order))
    change = [TextRunView(kind=run.kind, text=run.text, link=run.link) for run in runs]
    return {**shown, "title": UNSET, "change": change}


def _link(order: Order) -> Link:
    return Link(order.backlink_data["target_url"], order.backlink_data["keyword"])
