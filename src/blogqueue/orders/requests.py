"""Purchase requests, for a link or for a new article with one: whether they can be fulfilled, and their quotes."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn
from uuid import UUID

import msgspec

from blogqueue.catalogue import domains, link_rules, offers, paid_links, slots
from blogqueue.catalogue.forbidden_words import find_forbidden
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.catalogue.offers import Offer
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Purchase
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.states import ArticleStatus, OrderKind
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import Link


class LinkRequest(msgspec.Struct, frozen=True):
    """A request for a link in a published article."""

    article_id: UUID
    target_url: str
    anchor_text: str
    notes: str
    email: str


class ArticleRequest(msgspec.Struct, frozen=True):
    """A request for a new article on a domain, written around a link; `niche` defaults to the domain's.

    No links of others are sold in an `exclusive` one.
    """

    domain_id: UUID
    topic: str
    niche: str
    keyword: str
    target_url: str
    anchor_text: str
    email: str
    exclusive: bool = False


PurchaseRequest = LinkRequest | ArticleRequest


class Quote(msgspec.Struct, frozen=True):
    """What is offered for a request: the price in minor units and the link's `rel`; and the names that emails use."""

    price: int
    currency: str
    rel: str
    domain_name: str
    subject: str
    title: str
    base_version_id: UUID | None = None


def get_kind(purchase_request: PurchaseRequest) -> OrderKind:
    """Return the kind of order that a request leads to."""
    return OrderKind.BACKLINK if isinstance(purchase_request, LinkRequest) else OrderKind.ARTICLE


def to_columns(purchase_request: PurchaseRequest) -> dict[str, Any]:
    """Return a request as columns of a purchase."""
    columns = msgspec.to_builtins(purchase_request, builtin_types=(UUID,))
    subject = "article_id" if isinstance(purchase_request, LinkRequest) else "domain_id"
    return {
        "kind": get_kind(purchase_request),
        subject: columns.pop(subject),
        "email": columns.pop("email"),
        "details": columns,
    }


def from_purchase(purchase: Purchase) -> PurchaseRequest:
    """Return the request that a purchase stores."""
    if purchase.kind == OrderKind.BACKLINK:
        return LinkRequest(article_id=purchase.article_id, email=purchase.email, **purchase.details)
    return ArticleRequest(domain_id=purchase.domain_id, email=purchase.email, **purchase.details)


def is_for_same(one: PurchaseRequest, other: PurchaseRequest) -> bool:
    """Return whether two requests are for the same link (or the same new article with it) by the same address."""
    return _get_subject(one) == _get_subject(other)


def _get_subject(purchase_request: PurchaseRequest) -> tuple[object, ...]:
    is_link = isinstance(purchase_request, LinkRequest)
    subject = (purchase_request.article_id,) if is_link else (purchase_request.domain_id, purchase_request.topic)
    return *subject, purchase_request.target_url, purchase_request.anchor_text, purchase_request.email.lower()


def validate(purchase_request: PurchaseRequest) -> PurchaseRequest:
    """Return a request as it will be stored. Raises InvalidError, which names every field that breaks a rule."""
    broken: list[FieldError] = []

    def apply(field: str, rule: Callable[[str], str], value: str) -> str:
        try:
            return rule(value)
        except RuleError as error:
            broken.append(FieldError(field, error.rule, error.message))
            return ""

    link = {
        "target_url": apply("targetUrl", link_rules.validate_target_url, purchase_request.target_url),
        "anchor_text": apply("anchorText", link_rules.validate_anchor_text, purchase_request.anchor_text),
        "email": apply("email", link_rules.validate_email, purchase_request.email),
    }
    if isinstance(purchase_request, LinkRequest):
        valid: PurchaseRequest = LinkRequest(
            article_id=purchase_request.article_id,
            notes=apply("notes", link_rules.validate_notes, purchase_request.notes),
            **link,
        )
    else:
        niche = partial(link_rules.validate_phrase, longest=link_rules.NICHE_LENGTH)
        keyword = partial(link_rules.validate_phrase, longest=link_rules.KEYWORD_LENGTH)
        valid = ArticleRequest(
            domain_id=purchase_request.domain_id,
            topic=apply("topic", link_rules.validate_topic, purchase_request.topic),
            niche=apply("niche", niche, purchase_request.niche),
            keyword=apply("keyword", keyword, purchase_request.keyword),
            exclusive=purchase_request.exclusive,
            **link,
        )
    if not broken:
        apply("anchorText", lambda text: link_rules.validate_named_host(text, valid.target_url), valid.anchor_text)
        apply("targetUrl", lambda url: link_rules.validate_link(url, valid.anchor_text).target_url, valid.target_url)
    if broken:
        raise InvalidError(broken)
    return valid


async def lock(purchase_request: PurchaseRequest) -> None:
    """Lock the article or domain of a request until the caller's transaction ends: requests for it take turns.

    Raises NotFoundError, and ConflictError for an article that is not on sale.
    """
    if isinstance(purchase_request, LinkRequest):
        await _check_on_sale(purchase_request.article_id)
        await lock_article(purchase_request.article_id)
    else:
        await domains.lock(purchase_request.domain_id)


async def quote(purchase_request: PurchaseRequest, *, besides: Sequence[UUID] = ()) -> Quote:
    """Return the quote for a request as of now; holds of the purchases `besides`, which it replaces, do not count.

    Raises NotFoundError, InvalidError or ConflictError if it has none.
    """
    if isinstance(purchase_request, LinkRequest):
        return await _quote_link(purchase_request, besides)
    return await _quote_article(purchase_request)


async def describe(purchase: Purchase) -> str:
    """Return the name of what a purchase is for, as it was offered, whether or not it is still on sale."""
    if purchase.subject:
        return purchase.subject
    if purchase.kind == OrderKind.ARTICLE:
        return _describe_article(purchase.details["topic"], exclusive=purchase.details.get("exclusive", False))
    rows = await Article.select(Article.title).where(Article.id == purchase.article_id)
    return _describe_link(rows[0]["title"])


def _describe_link(title: str) -> str:
    return f"a link in “{title}”"


def _describe_article(topic: str, *, exclusive: bool) -> str:
    return f"{'an exclusive' if exclusive else 'a new'} article about “{topic}”"


async def _check_on_sale(article_id: UUID) -> None:
    rows = await Article.select(Article.status).where(Article.id == article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    if rows[0]["status"] != ArticleStatus.PUBLISHED:
        raise ConflictError(
            "This article is not on sale.",
            code="not_on_sale",
            details=[FieldError("articleId", "published", "Only published articles are on sale.")],
        )


async def _quote_link(purchase_request: LinkRequest, besides: Sequence[UUID]) -> Quote:
    """Return the quote for a link, if the domain allows it and the article has a link slot and a paragraph for it."""
    offer = await offers.get(purchase_request.article_id)
    link = Link(purchase_request.target_url, purchase_request.anchor_text)
    texts = (
        ("targetUrl", purchase_request.target_url),
        ("anchorText", purchase_request.anchor_text),
        ("notes", purchase_request.notes),
    )
    _refuse_forbidden(texts, [*offer.forbidden_words, *offer.forbidden_niches], offer.domain_name)
    if await slots.count_free(offer.id, besides=besides) < 1:
        await _refuse_slot(offer)
    if await slots.is_taken(offer.id, link):
        raise ConflictError(
            "This article already has this link, or will have it soon.",
            code="already_there",
            details=[FieldError("anchorText", "new", "Choose another anchor text or another target URL.")],
        )
    return Quote(
        price=offer.backlink_price,
        currency=offer.currency,
        rel=offer.rel,
        domain_name=offer.domain_name,
        subject=_describe_link(offer.title),
        title=offer.title,
        base_version_id=offer.selected_version_id,
    )


async def _refuse_slot(offer: Offer) -> NoReturn:
    """Raise the ConflictError for an article without a free link slot."""
    paid = [link for link, _ in await paid_links.find_pairs(offer.id)]
    if not await asyncio.to_thread(find_eligible_blocks, offer.content_md, paid):
        raise ConflictError(
            "This article has no paragraph that can take a link.",
            code="no_room",
            details=[FieldError("articleId", "room", "A link needs a plain paragraph of some length.")],
        )
    message = (
        f"An article has at most {offer.max_paid_links} paid links, and no more than its paragraphs have room for."
    )
    raise ConflictError(
        "All link slots of this article are taken.",
        code="sold_out",
        details=[FieldError("articleId", "slots", message)],
    )


async def _quote_article(purchase_request: ArticleRequest) -> Quote:
    """Return the quote for a new article, if the domain allows it."""
    domain = await domains.get(purchase_request.domain_id)
    if purchase_request.niche.casefold() in map(str.casefold, domain.forbidden_niches):
        message = f"{domain.name} publishes nothing about “{purchase_request.niche}”."
        raise InvalidError([FieldError("niche", "forbidden_niche", message)])
    texts = (
        ("topic", purchase_request.topic),
        ("niche", purchase_request.niche),
        ("keyword", purchase_request.keyword),
        ("targetUrl", purchase_request.target_url),
        ("anchorText", purchase_request.anchor_text),
    )
    _refuse_forbidden(texts, [*domain.forbidden_words, *domain.forbidden_niches], domain.name)
    if purchase_request.exclusive and domain.exclusive_price is None:
        message = f"{domain.name} does not sell exclusive articles."
        raise InvalidError([FieldError("exclusive", "offered", message)])
    surcharge = (domain.exclusive_price or 0) if purchase_request.exclusive else 0
    return Quote(
        price=domain.article_price + surcharge,
        currency=domain.currency,
        rel=domain.rel,
        domain_name=domain.name,
        subject=_describe_article(purchase_request.topic, exclusive=purchase_request.exclusive),
        title=purchase_request.topic,
    )


def _refuse_forbidden(texts: tuple[tuple[str, str], ...], forbidden: list[str], domain_name: str) -> None:
    """Raise InvalidError for the fields that contain a word which the domain forbids."""
    broken = [
        FieldError(field, "forbidden_word", f"{domain_name} does not accept “{word}”.")
        for field, text in texts
        for word in find_forbidden(text, forbidden)
    ]
    if broken:
        raise InvalidError(broken)
