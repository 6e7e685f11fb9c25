"""The owner's verbs: a text is never changed, a new one is published; and none loses a paid link without a record."""

from itertools import count
from typing import Literal
from uuid import UUID

from blogqueue.catalogue import domain_rules, offers, versions
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import Order
from blogqueue.errors import ConflictError, FieldError, InvalidError
from blogqueue.states import ArticleStatus, OrderKind, OrderStatus
from blogqueue.writing.markdown.links import find_links, format_link
from blogqueue.writing.markdown.rendering import find_lost_links

MAX_CHARACTERS = 1_000_000
"""A thousand times a short article; anything larger is something else."""


async def draft(domain_id: UUID, *, topic: str, niche: str, keyword: str) -> UUID:
    """Write down an article that is still to be written, in the caller's transaction; its id.

    Its slug is its topic's; where another article has that, a number is added. Without a niche it has its domain's.
    """
    base = domain_rules.slug(topic.replace("/", " "))[: domain_rules.SLUG_LENGTH - 10] or "article"
    niches = await Domain.select(Domain.niche).where(Domain.id == domain_id)
    for number in count(1):
        article = Article(
            domain_id=domain_id,
            slug=base if number == 1 else f"{base}-{number}",
            title=topic,
            topic=topic,
            niche=niche or niches[0]["niche"],
            keyword=keyword,
        )
        if await Article.insert(article).on_conflict(target=Article.slug, action="DO NOTHING").returning(Article.id):
            await history.record(history.STRIPE, "draft article", article_id=article.id, to_status=ArticleStatus.DRAFT)
            return article.id
    raise AssertionError("unreachable: there is always another number")


async def publish_text(
    article_id: UUID,
    content_md: str,
    *,
    actor: str,
    override: str = "",
    based_on: UUID | Literal["any"] | None = "any",
) -> UUID:
    """Publish an owner's text as the article's next version; the version's id, that of the live one if it is the same.

    Raises InvalidError for what is no text, NotFoundError, and ConflictError with the names of the orders whose paid
    link the text drops or alters; with `override`, a reason, it is published all the same, and each such order's
    history says so. A link that was dropped before and is in the text again is a paid one again, if the article has a
    place for it. `based_on` is the version that it was written from, None for a first text; ConflictError if another is
    live by now, and for an article that was taken down.
    """
    _checked(content_md)
    async with transaction():
        article = await versions.lock_article(article_id)
        _refuse_taken_down(article)
        if article.selected_version_id:
            live = await versions.get(article.selected_version_id)
            if live.content_md == content_md:
                return live.id
        await _refuse_ordered(article)
        if based_on not in {"any", article.selected_version_id}:
            raise ConflictError("Another text went live meanwhile; write into that one.", code="stale_text")
        lost = await _lost(article_id, content_md)
        if lost and not override.strip():
            raise _loses(lost)
        back = await _back(article_id, content_md, freed=len(lost))
        version_id = await versions.store(article_id, content_md)
        await versions.publish(article_id, version_id)
        note = f"version {version_id}" + (f"; paid links dropped: {override.strip()}" if lost else "")
        await history.record(
            actor,
            "publish text",
            article_id=article_id,
            from_status=article.status,
            to_status=ArticleStatus.PUBLISHED,
            detail=note,
        )
        for paid in lost:
            await Order.raw("UPDATE orders SET link_dropped_at = clock_timestamp() WHERE id = {}", paid.order_id)
            await history.record(actor, "paid link dropped", order_id=paid.order_id, detail=override.strip())
        for paid in back:
            await Order.raw("UPDATE orders SET link_dropped_at = NULL WHERE id = {}", paid.order_id)
            await history.record(actor, "paid link back", order_id=paid.order_id, detail=f"version {version_id}")
    return version_id


async def take_down(article_id: UUID, *, actor: str, override: str = "") -> None:
    """Take a published article off the site and off sale; nothing of it is lost, and `put_back` brings it back.

    Raises ConflictError unless it is published, and, without `override` (a reason), when paid links stand in it.
    """
    async with transaction():
        await versions.lock_article(article_id)
        paid = await offers.paid_orders(article_id)
        if paid and not override.strip():
            raise _loses(paid)
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
    """Put an article that was taken down back on the site and on sale, with the text that it had."""
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
        for one in await offers.paid_orders(article_id):
            await history.record(actor, history.PUT_BACK, order_id=one.order_id)


def _refuse_taken_down(article: Article) -> None:
    """Raise ConflictError for a text of an article that is off the site: publishing it would put it back unasked."""
    if article.status == ArticleStatus.UNPUBLISHED:
        raise ConflictError("The article was taken down; put it back first.", code="taken_down")


async def _refuse_ordered(article: Article) -> None:
    """Raise ConflictError for a text of a draft that a customer has ordered: theirs is the first."""
    ordered = await Order.select(Order.id).where(
        Order.article_id == article.id,
        Order.kind == OrderKind.ARTICLE,
        Order.status.not_in([OrderStatus.COMPLETED, OrderStatus.FAILED]),
    )
    if ordered:
        raise ConflictError(
            f"Order {ordered[0]['id']} is having this article written; approve or reject that first.",
            code="being_written",
        )


def _checked(content_md: str) -> None:
    if not content_md.strip() or len(content_md) > MAX_CHARACTERS or "\0" in content_md:
        message = f"An article has a text, at most {MAX_CHARACTERS:,} characters, and no NUL among them."
        raise InvalidError([FieldError("content", "text", message)])


async def _lost(article_id: UUID, content_md: str) -> list[offers.PaidLink]:
    """The paid orders whose link a text does not carry exactly as it was sold; the article is locked."""
    paid = await offers.paid_orders(article_id)
    lost = find_lost_links(content_md, [(one.link, one.rel) for one in paid])
    return [one for one in paid if one.link in lost]


async def _back(article_id: UUID, content_md: str, *, freed: int) -> list[offers.PaidLink]:
    """The orders whose link was dropped before and that a text carries again, to be guarded again.

    `freed` places are given up by the same text. Raises ConflictError where there is no place for them any more, or
    the link does not stand there as it was sold.
    """
    there = set(find_links(content_md))
    dropped = {one.link: one for one in await offers.dropped_orders(article_id) if one.link in there}
    # What was sold once more meanwhile is the other order's.
    back = [one for one in dropped.values() if not await offers.is_sold(article_id, one.link)]
    if not back:
        return []
    if await offers.slots_free(article_id) + freed < len(back) or find_lost_links(
        content_md, [(one.link, one.rel) for one in back]
    ):
        raise ConflictError(
            "A paid link that was dropped before is in this text: leave it out, or have it stand there once, exactly "
            "as it was sold, as long as the article has a place for it.",
            code="paid_links",
            details=_named(back),
        )
    return back


def _loses(paid: list[offers.PaidLink]) -> ConflictError:
    names = ", ".join(str(one.order_id) for one in paid)
    return ConflictError(
        f"Paid links would be lost: those of order{'s' if len(paid) > 1 else ''} {names}. Keep them as they are.",
        code="paid_links",
        details=_named(paid),
    )


def _named(paid: list[offers.PaidLink]) -> list[FieldError]:
    return [
        FieldError("content", "paid_link", f"Order {one.order_id} paid for {format_link(one.link)}.") for one in paid
    ]


async def _move(article_id: UUID, from_status: ArticleStatus, to: ArticleStatus) -> None:
    moved = (
        await Article.update({Article.status: to})
        .where(Article.id == article_id, Article.status == from_status)
        .returning(Article.id)
    )
    if not moved:
        raise ConflictError(f"The article is not {from_status}.", code="wrong_state")
