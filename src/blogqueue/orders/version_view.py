"""An order's versions as its customer sees them: the text, and what changed in it."""

from typing import Any
from uuid import UUID

from msgspec import UNSET

from blogqueue.orders.snapshot import EARLIER_ARTICLES_SHOWN, Snapshot, VersionRow
from blogqueue.orders.status_view import EarlierVersionView, TextRunView, VersionView
from blogqueue.states import OrderKind
from blogqueue.writing.link_edit.comparison import compare
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.markdown.article_page import render_page
from blogqueue.writing.markdown.links import Link, format_link


def show_current(snapshot: Snapshot) -> VersionView | None:
    """Return the order's current version: the article with the link, as Markdown and as safe HTML, and its change."""
    version = next((row for row in snapshot.versions if row.id == snapshot.order.version_id), None)
    if version is None or version.content is None:
        return None
    return VersionView(
        **_describe(version, snapshot),
        content=version.content,
        html=_render(version, snapshot, mark=True),
        qc_status=version.last_qc_status,
    )


def list_earlier(snapshot: Snapshot) -> list[EarlierVersionView]:
    """Return what the order's other versions changed, newest first; of whole articles only the newest few."""
    earlier = [row for row in snapshot.versions if row.id != snapshot.order.version_id]
    if snapshot.order.kind is OrderKind.BACKLINK:
        return [EarlierVersionView(**_describe(version, snapshot)) for version in earlier]
    return [
        EarlierVersionView(**_describe(version, snapshot), html=_render(version, snapshot, mark=False))
        for version in earlier[:EARLIER_ARTICLES_SHOWN]
    ]


def _render(version: VersionRow, snapshot: Snapshot, *, mark: bool) -> str:
    """Render a version as safe HTML; with `mark`, the paragraph with the order's link is marked."""
    content, link = version.content or "", _link(snapshot)
    live = [(Link(row.target_url, row.anchor_text), _write_rel(row.rel)) for row in snapshot.paid_links]
    paid = [pair for pair in live if pair[0] != link]
    own = (link, _write_rel(snapshot.order.rel))
    # Above the edit, the article may have the same characters in a comment or in code.
    at = content.find(format_link(link), version.metadata.get("edit", {"start": 0})["start"])
    changed = (at, at + 1) if mark else None
    article = snapshot.article
    return render_page(content, [*paid, own], title="", host=article.host, source=article.source_path, changed=changed)


def _write_rel(rel: str) -> str:
    """Return a link's `rel` attribute: "" for none."""
    return "" if rel == "none" else rel


def _describe(version: VersionRow, snapshot: Snapshot) -> dict[str, Any]:
    """Return the fields that all versions have: numbers, age, and the change or, for a whole article, the title."""
    shown = {
        "version_id": version.id,
        "version_num": version.version_num,
        "number": version.number,
        "created_at": version.created_at,
    }
    if snapshot.order.kind is OrderKind.ARTICLE:
        return {**shown, "title": version.metadata["title"], "change": []}
    base = snapshot.base_texts[UUID(version.metadata["base_article_version_id"])]
    runs = compare(base, version.content or "", AppliedEdit(**version.metadata["edit"]), _link(snapshot))
    change = [TextRunView(kind=run.kind, text=run.text, link=run.link) for run in runs]
    return {**shown, "title": UNSET, "change": change}


def _link(snapshot: Snapshot) -> Link:
    return Link(snapshot.order.backlink_data.target_url, snapshot.order.backlink_data.keyword)
