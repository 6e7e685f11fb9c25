"""The owner's verbs: a text is never changed, a new one is published; and none loses a paid link without a record."""

import re
import unicodedata
from itertools import count
from uuid import UUID

from blogqueue import catalogue, history, versions
from blogqueue.database import transaction
from blogqueue.errors import ConflictError, FieldError, InvalidError
from blogqueue.states import ArticleStatus, OrderKind, OrderStatus
from blogqueue.tables import Article, Domain, Order
from blogqueue.writing.links import markdown_link
from blogqueue.writing.rendering import lost_links

MAX_CHARACTERS = 1_000_000
"""A thousand times a short article; anything larger is something else."""

SLUG_LENGTH = 200


def slug(words: str) -> str:
    """Lower-case ASCII words joined by hyphens, as an address carries them; "" if there are none."""
    plain = unicodedata.normalize("NFKD", words.rstrip("/").rpartition("/")[2]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")


async def draft(domain_id: UUID, *, topic: str, niche: str, keyword: str) -> UUID:
    """Write down an article that is still to be written, in the caller's transaction; its id.

    Its slug is its topic's; where another article has that, a number is added. Without a niche it has its domain's.
    """
    base = slug(topic.replace("/", " "))[: SLUG_LENGTH - 10] or "article"
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
            await history.note(history.STRIPE, "draft article", article_id=article.id, to=ArticleStatus.DRAFT)
            return article.id
    raise AssertionError("unreachable: there is always another number")


async def publish_text(
    article_id: UUID, content_md: str, *, who: str, override: str = "", based_on: UUID | None = None
) -> UUID:
    """Publish an owner's text as the article's next version; the version's id, that of the live one if it is the same.

    Raises InvalidError for what is no text, NotFoundError, and ConflictError with the names of the orders whose paid
    link the text drops or alters; with `override`, a reason, it is published all the same, and each such order's
    history says so. `based_on` is the version that it was written from; ConflictError if another is live by now.
    """
    _checked(content_md)
    async with transaction():
        article = await versions.lock_article(article_id)
        if article.selected_version_id and article.status == ArticleStatus.PUBLISHED:
            live = await versions.get(article.selected_version_id)
            if live.content_md == content_md:
                return live.id
        await _refuse_ordered(article)
        if based_on is not None and article.selected_version_id not in {None, based_on}:
            raise ConflictError("Another text went live meanwhile; write into that one.", code="stale_text")
        lost = await _lost(article_id, content_md)
        if lost and not override.strip():
            raise _loses(lost)
        version_id = await versions.store(article_id, content_md)
        await versions.publish(article_id, version_id)
        note = f"version {version_id}" + (f"; paid links dropped: {override.strip()}" if lost else "")
        await history.note(
            who, "publish text", article_id=article_id, frm=article.status, to=ArticleStatus.PUBLISHED, text=note
        )
        for paid in lost:
            await Order.raw("UPDATE orders SET link_dropped_at = clock_timestamp() WHERE id = {}", paid.order_id)
            await history.note(who, "paid link dropped", order_id=paid.order_id, text=override.strip())
    return version_id


async def take_down(article_id: UUID, *, who: str, override: str = "") -> None:
    """Take a published article off the site and off sale; nothing of it is lost, and `put_back` brings it back.

    Raises ConflictError unless it is published, and, without `override` (a reason), when paid links stand in it.
    """
    async with transaction():
        await versions.lock_article(article_id)
        paid = await catalogue.paid_orders(article_id)
        if paid and not override.strip():
            raise _loses(paid)
        await _move(article_id, ArticleStatus.PUBLISHED, ArticleStatus.UNPUBLISHED)
        await history.note(
            who,
            "take down",
            article_id=article_id,
            frm=ArticleStatus.PUBLISHED,
            to=ArticleStatus.UNPUBLISHED,
            text=override.strip(),
        )


async def put_back(article_id: UUID, *, who: str) -> None:
    """Put an article that was taken down back on the site and on sale, with the text that it had."""
    async with transaction():
        await versions.lock_article(article_id)
        await _move(article_id, ArticleStatus.UNPUBLISHED, ArticleStatus.PUBLISHED)
        await history.note(
            who, "put back", article_id=article_id, frm=ArticleStatus.UNPUBLISHED, to=ArticleStatus.PUBLISHED
        )


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


async def _lost(article_id: UUID, content_md: str) -> list[catalogue.PaidLink]:
    """The paid orders whose link a text does not carry exactly as it was sold; the article is locked."""
    paid = await catalogue.paid_orders(article_id)
    lost = lost_links(content_md, [(one.link, one.rel) for one in paid])
    return [one for one in paid if one.link in lost]


def _loses(paid: list[catalogue.PaidLink]) -> ConflictError:
    names = ", ".join(str(one.order_id) for one in paid)
    return ConflictError(
        f"Paid links would be lost: those of order{'s' if len(paid) > 1 else ''} {names}. Keep them as they are.",
        code="paid_links",
        details=[
            FieldError("content", "paid_link", f"Order {one.order_id} paid for {markdown_link(one.link)}.")
            for one in paid
        ],
    )


async def _move(article_id: UUID, frm: ArticleStatus, to: ArticleStatus) -> None:
    moved = (
        await Article.update({Article.status: to})
        .where(Article.id == article_id, Article.status == frm)
        .returning(Article.id)
    )
    if not moved:
        raise ConflictError(f"The article is not {frm}.", code="wrong_state")
