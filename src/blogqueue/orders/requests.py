"""What a customer asks for, and whether and on which terms it can be had: a link in an article, or a new article."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from blogqueue.catalogue import domains, link_rules, offers
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Purchase
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError
from blogqueue.states import OrderKind
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import Link, find_links


class LinkRequest(msgspec.Struct, frozen=True):
    """A link of the customer's in a published article."""

    article_id: UUID
    target_url: str
    anchor_text: str
    notes: str
    email: str


class ArticleRequest(msgspec.Struct, frozen=True):
    """A new article on a site, written around a link of the customer's; without a niche it has the site's."""

    domain_id: UUID
    topic: str
    niche: str
    keyword: str
    target_url: str
    anchor_text: str
    email: str


PurchaseRequest = LinkRequest | ArticleRequest


class Terms(msgspec.Struct, frozen=True):
    """What is offered for a wish: the price in minor units, the link's `rel`; and the wish in words, for letters."""

    price: int
    currency: str
    rel: str
    domain_name: str
    subject: str
    title: str
    base_version_id: UUID | None = None


def kind(purchase_request: PurchaseRequest) -> OrderKind:
    """Of which kind the order for a wish will be."""
    return OrderKind.BACKLINK if isinstance(purchase_request, LinkRequest) else OrderKind.ARTICLE


def kept(purchase_request: PurchaseRequest) -> dict[str, Any]:
    """A wish as a purchase's columns."""
    columns = msgspec.to_builtins(purchase_request, builtin_types=(UUID,))
    subject = "article_id" if isinstance(purchase_request, LinkRequest) else "domain_id"
    return {
        "kind": kind(purchase_request),
        subject: columns.pop(subject),
        "email": columns.pop("email"),
        "details": columns,
    }


def of(purchase: Purchase) -> PurchaseRequest:
    """The wish that a purchase keeps."""
    if purchase.kind == OrderKind.BACKLINK:
        return LinkRequest(article_id=purchase.article_id, email=purchase.email, **purchase.details)
    return ArticleRequest(domain_id=purchase.domain_id, email=purchase.email, **purchase.details)


def checked(purchase_request: PurchaseRequest) -> PurchaseRequest:
    """A wish as it will be kept. Raises InvalidError, which names every field that breaks a rule."""
    broken: list[FieldError] = []

    def rule(field: str, keep: Callable[[str], str], value: str) -> str:
        try:
            return keep(value)
        except RuleError as error:
            broken.append(FieldError(field, error.rule, error.message))
            return ""

    link = {
        "target_url": rule("targetUrl", link_rules.target_url, purchase_request.target_url),
        "anchor_text": rule("anchorText", link_rules.anchor_text, purchase_request.anchor_text),
        "email": rule("email", link_rules.email, purchase_request.email),
    }
    if isinstance(purchase_request, LinkRequest):
        good: PurchaseRequest = LinkRequest(
            article_id=purchase_request.article_id,
            notes=rule("notes", link_rules.notes, purchase_request.notes),
            **link,
        )
    else:
        good = ArticleRequest(
            domain_id=purchase_request.domain_id,
            topic=rule("topic", link_rules.topic, purchase_request.topic),
            niche=rule("niche", partial(link_rules.phrase, longest=link_rules.NICHE_LENGTH), purchase_request.niche),
            keyword=rule(
                "keyword", partial(link_rules.phrase, longest=link_rules.KEYWORD_LENGTH), purchase_request.keyword
            ),
            **link,
        )
    if not broken:
        rule("targetUrl", lambda url: link_rules.link(url, good.anchor_text).target_url, good.target_url)
    if broken:
        raise InvalidError(broken)
    return good


async def lock(purchase_request: PurchaseRequest) -> None:
    """Take turns with whoever else wants something of the same article or site, for the rest of the transaction."""
    if isinstance(purchase_request, LinkRequest):
        await _on_sale(purchase_request.article_id)
        await lock_article(purchase_request.article_id)
    else:
        await domains.lock(purchase_request.domain_id)


async def terms(purchase_request: PurchaseRequest) -> Terms:
    """On which terms a wish is granted now. Raises NotFoundError, InvalidError and ConflictError where it is not."""
    return await (
        _backlink_terms(purchase_request)
        if isinstance(purchase_request, LinkRequest)
        else _article_terms(purchase_request)
    )


async def subject(purchase: Purchase) -> str:
    """What a purchase is of, in words; also of what is no longer on sale."""
    if purchase.kind == OrderKind.ARTICLE:
        return article_words(purchase.details["topic"])
    rows = await Article.select(Article.title).where(Article.id == purchase.article_id)
    return link_words(rows[0]["title"])


def link_words(title: str) -> str:
    """A link in an article, in words."""
    return f"a link in “{title}”"


def article_words(topic: str) -> str:
    """A new article, in words."""
    return f"a new article about “{topic}”"


async def _on_sale(article_id: UUID) -> None:
    rows = await Article.select(Article.status).where(Article.id == article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    if rows[0]["status"] != "PUBLISHED":
        raise ConflictError(
            "This article is not on sale.",
            code="not_on_sale",
            details=[FieldError("articleId", "published", "Only published articles are on sale.")],
        )


async def _backlink_terms(purchase_request: LinkRequest) -> Terms:
    """The domain's own policy, the article's places, and a paragraph fit for a link."""
    offer = await offers.offer(purchase_request.article_id)
    link = Link(purchase_request.target_url, purchase_request.anchor_text)
    said = (
        ("targetUrl", purchase_request.target_url),
        ("anchorText", purchase_request.anchor_text),
        ("notes", purchase_request.notes),
    )
    _refuse_forbidden(said, [*offer.forbidden_words, *offer.forbidden_niches], offer.domain_name)
    if offer.slots_free < 1:
        raise ConflictError(
            "All link places of this article are taken.",
            code="sold_out",
            details=[
                FieldError("articleId", "places", f"An article carries at most {offer.max_paid_links} paid links."),
            ],
        )
    if await offers.is_sold(offer.id, link) or link in find_links(offer.content_md):
        raise ConflictError(
            "This article has this very link already, or it is being worked in.",
            code="already_there",
            details=[FieldError("anchorText", "new", "Choose another anchor text or another target.")],
        )
    if not find_eligible_blocks(offer.content_md, [paid for paid, _ in await offers.paid_links(offer.id)]):
        raise ConflictError(
            "This article has no paragraph that can take a link.",
            code="no_room",
            details=[FieldError("articleId", "room", "A link needs a plain paragraph of some length.")],
        )
    return Terms(
        price=offer.backlink_price,
        currency=offer.currency,
        rel=offer.rel,
        domain_name=offer.domain_name,
        subject=link_words(offer.title),
        title=offer.title,
        base_version_id=offer.selected_version_id,
    )


async def _article_terms(purchase_request: ArticleRequest) -> Terms:
    """The site's own policy."""
    site = await domains.get(purchase_request.domain_id)
    if purchase_request.niche.casefold() in map(str.casefold, site.forbidden_niches):
        raise InvalidError(
            [FieldError("niche", "forbidden_niche", f"{site.name} publishes nothing on “{purchase_request.niche}”.")]
        )
    said = (
        ("topic", purchase_request.topic),
        ("niche", purchase_request.niche),
        ("keyword", purchase_request.keyword),
        ("targetUrl", purchase_request.target_url),
        ("anchorText", purchase_request.anchor_text),
    )
    _refuse_forbidden(said, [*site.forbidden_words, *site.forbidden_niches], site.name)
    return Terms(
        price=site.article_price,
        currency=site.currency,
        rel=site.rel,
        domain_name=site.name,
        subject=article_words(purchase_request.topic),
        title=purchase_request.topic,
    )


def _refuse_forbidden(said: tuple[tuple[str, str], ...], forbidden: list[str], site: str) -> None:
    """Raise InvalidError for the fields that hold a word which the site does not want."""
    broken = [
        FieldError(field, "forbidden_word", f"{site} takes no links about “{word}”.")
        for field, text in said
        for word in forbidden
        if word.casefold() in text.casefold()
    ]
    if broken:
        raise InvalidError(broken)
