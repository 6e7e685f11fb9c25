"""Articles as editors change them: each text is a new version, and none loses a paid link without a record."""

import asyncio
from collections.abc import Collection
from contextlib import nullcontext
from typing import Any, Literal
from uuid import UUID

from blogqueue.catalogue import paid_links, slots, versions
from blogqueue.catalogue.losses import LossError, describe_links
from blogqueue.catalogue.paid_links import PaidLink
from blogqueue.catalogue.text_limits import find_text_problem
from blogqueue.db import history
from blogqueue.db.engine import NOW, fetch, transaction
from blogqueue.db.fuzzy_search import WORDS, contain, planned_anew
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.states import ArticleStatus, OrderKind, OrderStatus
from blogqueue.writing.link_edit.room import count_room
from blogqueue.writing.markdown.article_page import find_lost_links
from blogqueue.writing.markdown.links import find_links, format_link


async def search(q: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the newest articles of every status, with their domain's host.

    `q` is anywhere in title, topic, keyword or slug.
    """
    condition = f"WHERE {WORDS} ILIKE {{}} OR a.slug ILIKE {{}}" if q else ""
    async with planned_anew() if q else nullcontext():
        rows = await fetch(
            "SELECT a.id, a.title, a.slug, a.status, d.host FROM articles a JOIN domains d ON d.id = a.domain_id "  # noqa: S608 - constants, no input
            f"{condition} ORDER BY a.created_at DESC LIMIT {limit:d}",
            *([contain(q)] * 2 if q else []),
        )
    return [dict(row) for row in rows]


async def get(article_id: UUID) -> Article:
    """Return an article of any status, with its domain loaded as `domain_id`. Raises NotFoundError."""
    article = await Article.objects(Article.domain_id).get(Article.id == article_id)
    if article is None:
        raise NotFoundError("article", field="articleId")
    return article


async def publish_text(
    article_id: UUID,
    content_md: str,
    *,
    actor: str,
    override: str = "",
    overridden: Collection[UUID] | None = None,
    drop_paid_links: str = "",
    based_on: UUID | Literal["any"] | None = "any",
) -> UUID:
    """Publish an editor's text as the article's next version and return its id; the live one's if they are the same.

    `based_on` is the version that the text was written from, None for a first text. `override` is the reason for
    publishing a text that drops or alters paid links, or has no room for the links of open orders; it goes into the
    history of each order concerned, and is one only if the editor has read of all of these: they are among the orders
    `overridden`, unless that is None. `drop_paid_links` is a reason for the paid links only. A text may also bring a
    dropped link back, if the article has a link slot for it.

    Raises InvalidError for an empty or oversized text, NotFoundError, LossError for paid links or open orders without
    a reason, and ConflictError: for the link of an open order, when another version is live than `based_on`, and for an
    article that was taken down.
    """
    _check_text(content_md)
    async with transaction():
        article = await versions.lock_article(article_id)
        if article.status == ArticleStatus.UNPUBLISHED:
            # Publishing a text would put the article back.
            raise ConflictError("The article was taken down; put it back first.", code="taken_down")
        if article.selected_version_id:
            live = await versions.get(article.selected_version_id)
            if live.content_md == content_md:
                return live.id
        await _refuse_ordered(article)
        if based_on not in {"any", article.selected_version_id}:
            raise ConflictError(
                "Another version has gone live since; make your changes in that one.", code="stale_text"
            )
        reason = override.strip()
        drop = reason or drop_paid_links.strip()
        return await _publish(article, content_md, actor=actor, reason=reason, overridden=overridden, drop=drop)


async def _publish(
    article: Article, content_md: str, *, actor: str, reason: str, overridden: Collection[UUID] | None, drop: str
) -> UUID:
    """Publish a text and record what it does to paid links and open orders, with the article locked by the caller.

    Raises LossError when the text would drop paid links, and there is no reason to `drop` them, or would take the room
    of open orders, and there is no `reason` for it, or the reasons are for `overridden` orders and not for all of
    these; and ConflictError when it has the link of an open order.
    """
    await _refuse_open_links(article.id, content_md)
    lost = await _find_lost(article.id, content_md)
    restored = await _find_restored(article.id, content_md, freed=len(lost))
    links = [one.link for one in [*await paid_links.find(article.id), *restored] if one not in lost]
    room = await asyncio.to_thread(count_room, content_md, links)
    without_room = await _find_without_room(article, room)
    if overridden is not None and not {*(one.order_id for one in lost), *without_room} <= set(overridden):
        reason = drop = ""
    if (lost and not drop) or (without_room and not reason):
        raise LossError([] if drop else lost, [] if reason else without_room, room)
    version_id = await versions.store(article.id, content_md, links=links)
    await versions.publish(article.id, version_id)
    await slots.release_excess(article.id, room=room)
    await history.record(
        actor,
        "publish text",
        article_id=article.id,
        from_status=article.status,
        to_status=ArticleStatus.PUBLISHED,
        detail=f"version {version_id}"
        + (f"; paid links dropped: {drop}" if lost else "")
        + (f"; room of open orders taken: {reason}" if without_room else ""),
    )
    for order_id in without_room:
        await history.record(actor, history.ROOM_TAKEN, order_id=order_id, detail=reason)
    await _record_dropped(lost, actor=actor, reason=drop)
    await _record_restored(restored, actor=actor, version_id=version_id)
    return version_id


async def take_down(article_id: UUID, *, actor: str, override: str = "") -> None:
    """Take a published article down, and off sale; `put_back` reverses it.

    Raises ConflictError unless the article is published, and when it has paid links and `override` gives no reason.
    """
    async with transaction():
        await versions.lock_article(article_id)
        paid = await paid_links.find(article_id)
        if paid and not override.strip():
            raise LossError(paid)
        await _move(article_id, ArticleStatus.PUBLISHED, ArticleStatus.UNPUBLISHED)
        await history.record(
            actor,
            "take down",
            article_id=article_id,
            from_status=ArticleStatus.PUBLISHED,
            to_status=ArticleStatus.UNPUBLISHED,
            detail=override.strip(),
        )
        for one in paid:
            await history.record(actor, history.TAKEN_DOWN, order_id=one.order_id, detail=override.strip())


async def put_back(article_id: UUID, *, actor: str) -> None:
    """Put back an article that was taken down, with the text that it had: it is live and on sale again."""
    async with transaction():
        await versions.lock_article(article_id)
        await _move(article_id, ArticleStatus.UNPUBLISHED, ArticleStatus.PUBLISHED)
        await history.record(
            actor,
            "put back",
            article_id=article_id,
            from_status=ArticleStatus.UNPUBLISHED,
            to_status=ArticleStatus.PUBLISHED,
        )
        for one in await paid_links.find(article_id):
            await history.record(actor, history.PUT_BACK, order_id=one.order_id)


async def _refuse_ordered(article: Article) -> None:
    """Raise ConflictError for an article that is being written for a customer: the first text is theirs."""
    ordered = await Order.select(Order.id).where(
        Order.article_id == article.id,
        Order.kind == OrderKind.ARTICLE,
        Order.status.not_in([OrderStatus.COMPLETED, OrderStatus.FAILED]),
    )
    if ordered:
        raise ConflictError(
            f"This article is being written for order {ordered[0]['id']}; approve or reject that order first.",
            code="being_written",
        )


async def _refuse_open_links(article_id: UUID, content_md: str) -> None:
    """Raise ConflictError for a text with the link of an open order: it could not be integrated any more.

    So the order would fail and be refunded, and its link would stay live, unprotected and without its rel.
    """
    there = set(await asyncio.to_thread(find_links, content_md))
    found = {order_id: link for order_id, link in (await slots.find_open_links(article_id)).items() if link in there}
    if found:
        raise ConflictError(
            f"This text has the link of an order that is still open: {', '.join(map(str, found))}. Leave the link out, "
            "or wait until the order is published.",
            code="open_link",
            details=[
                FieldError("content", "open_link", f"Order {order_id} will bring {format_link(link)}.")
                for order_id, link in found.items()
            ],
        )


def _check_text(content_md: str) -> None:
    if problem := find_text_problem(content_md):
        raise InvalidError([FieldError("content", "text", problem)])


async def _find_lost(article_id: UUID, content_md: str) -> list[PaidLink]:
    """Return the paid links that a text does not contain exactly as they were sold; the article is locked."""
    paid = await paid_links.find(article_id)
    # In a thread, because a long text takes a while and others wait for the event loop.
    lost = await asyncio.to_thread(find_lost_links, content_md, [(one.link, one.rel) for one in paid])
    return [one for one in paid if one.link in lost]


async def _find_restored(article_id: UUID, content_md: str, *, freed: int) -> list[PaidLink]:
    """Return the dropped links that a text contains again, which count as paid links from now on.

    The same text gives up `freed` slots. Raises ConflictError when the article has no slot for them, or the text does
    not contain them as they were sold.
    """
    found = set(find_links(content_md))
    dropped = {one.link: one for one in await paid_links.find_dropped(article_id) if one.link in found}
    # A link that was sold again since belongs to the other order.
    restored = [one for one in dropped.values() if not await slots.is_sold(article_id, one.link)]
    if not restored:
        return []
    if await slots.count_free(article_id, by_rule=True) + freed < len(restored) or find_lost_links(
        content_md, [(one.link, one.rel) for one in restored]
    ):
        raise ConflictError(
            "This text contains a paid link that was dropped before. Leave it out, or write it once, exactly as it was "
            "sold; the article needs a free link slot for it.",
            code="dropped_links",
            details=describe_links(restored),
        )
    return restored


async def _find_without_room(article: Article, room: int) -> list[UUID]:
    """Return the open orders of an article if a text's room is less than they need, and less than they have now."""
    waiting = await slots.find_open(article.id)
    if room >= len(waiting) or not article.selected_version_id:
        return []
    return waiting if room < (await versions.get(article.selected_version_id)).room else []


async def _record_dropped(lost: list[PaidLink], *, actor: str, reason: str) -> None:
    for paid in lost:
        await Order.update({Order.link_dropped_at: NOW}).where(Order.id == paid.order_id)
        await history.record(actor, "paid link dropped", order_id=paid.order_id, detail=reason)


async def _record_restored(restored: list[PaidLink], *, actor: str, version_id: UUID) -> None:
    for paid in restored:
        await Order.update({Order.link_dropped_at: None}).where(Order.id == paid.order_id)
        await history.record(actor, "paid link restored", order_id=paid.order_id, detail=f"version {version_id}")


async def _move(article_id: UUID, from_status: ArticleStatus, to_status: ArticleStatus) -> None:
    moved = (
        await Article.update({Article.status: to_status})
        .where(Article.id == article_id, Article.status == from_status)
        .returning(Article.id)
    )
    if not moved:
        raise ConflictError(f"The article is not {from_status}.", code="wrong_state")
