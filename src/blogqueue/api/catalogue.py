"""What is for sale: articles that take links, and domains that sell new articles."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import refusals
from blogqueue.catalogue import domains, listing, offers, searches
from blogqueue.catalogue.domains import SellingDomain
from blogqueue.catalogue.listing import ListedArticle
from blogqueue.catalogue.offers import Offer
from blogqueue.orders.status_view import Moment, View
from blogqueue.settings import settings

TAGS = ["Catalogue"]

TEXT = r"^[^\u0000]*$"
"""PostgreSQL stores no NUL characters, so no text can be looked for that has one."""

ArticleId = Annotated[
    UUID,
    PathParameter(
        description="The article's id, as in the list of articles.",
        examples=[Example(value="0c9f6f0e-3a4e-4c57-9d35-3f3f8f3c2a11")],
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many items a page has at most.")]
Cursor = Annotated[
    str,
    QueryParameter(max_length=300, description="`nextCursor` of the page before; left out for the first page."),
]
Domain = Annotated[
    str,
    QueryParameter(
        max_length=253, pattern=TEXT, description="A domain's host.", examples=[Example(value="greenbench.example")]
    ),
]
Niche = Annotated[str, QueryParameter(max_length=100, pattern=TEXT, description="A subject, spelled as in the list.")]
Query = Annotated[
    str,
    QueryParameter(
        max_length=200,
        pattern=TEXT,
        description="Words to find in title, topic, keyword, host and the domain's name; typing errors are tolerated.",
    ),
]
Language = Annotated[str, QueryParameter(max_length=35, pattern=TEXT, description="A language: en finds en-GB, too.")]
Country = Annotated[str, QueryParameter(max_length=2, pattern=TEXT, description="Where most readers are (ISO 3166-1).")]
Rel = Annotated[str, QueryParameter(max_length=20, pattern=TEXT, description="The `rel` attribute, or “none”.")]
Currency = Annotated[str, QueryParameter(max_length=3, pattern=TEXT, description="ISO 4217, such as EUR.")]
Free = Annotated[bool, QueryParameter(description="Whether to leave out articles with no free link slot.")]
MaxPrice = Annotated[
    int | None,
    QueryParameter(
        name="maxPrice",
        ge=0,
        schema_extra={"minimum": 0},  # Litestar leaves a 0 out
        le=searches.MOST,
        description=(
            "In hundredths of the currency's unit: 4900 is 49.00 EUR. Currencies are not converted: name one, too."
        ),
    ),
]
MinWords = Annotated[int, QueryParameter(name="minWords", ge=0, le=searches.MOST, description="The least word count.")]
PublishedSince = Annotated[
    date | None,
    QueryParameter(
        name="publishedSince", description="A day in UTC: 2026-11-23.", examples=[Example(value="2026-11-23")]
    ),
]
Order = Annotated[
    searches.Sort | None,
    QueryParameter(
        name="sort",
        description=(
            "The order of the list: `best` if `q` is given, and `newest` otherwise. `best` ranks the newest "
            f"{searches.MOST_RANKED} articles that match. `cheapest` compares prices within each currency. A cursor "
            "fits only its own order."
        ),
    ),
]


class MeasureView(View, frozen=True, kw_only=True):
    """A figure about a domain, and who measured it."""

    value: Annotated[int, Meta(ge=0)]
    source: Annotated[str, Meta(max_length=100, description="Who measured it.")]
    measured_on: Annotated[date, Meta(description="The day on which it was measured.")]


class DomainView(View, frozen=True, kw_only=True):
    """A domain that sells new articles, with its terms."""

    id: UUID
    host: Annotated[str, Meta(max_length=253)]
    name: Annotated[str, Meta(max_length=200)]
    niche: Annotated[str, Meta(max_length=100)]
    language: Annotated[str, Meta(max_length=35, description="A language tag (BCP 47).")]
    article_price: Annotated[int, Meta(ge=0, description="Of a new article, in minor units of the currency.")]
    exclusive_price: Annotated[
        int | None,
        Meta(
            description="Added for an article in which no other links are sold; null if the domain does not offer it."
        ),
    ]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.")]
    rel: Annotated[str, Meta(max_length=20, description="The `rel` attribute of paid links; “none” for no attribute.")]


class DomainList(View, frozen=True, kw_only=True):
    """The domains that sell new articles, by name."""

    items: list[DomainView]


class ArticleView(View, frozen=True, kw_only=True):
    """A published article, with the terms of a link in it."""

    id: UUID
    slug: Annotated[str, Meta(max_length=200, description="Unique within its domain.")]
    url: Annotated[str, Meta(description="The article's page.")]
    title: Annotated[str, Meta(max_length=500)]
    topic: Annotated[str, Meta(max_length=500)]
    niche: Annotated[str, Meta(max_length=100)]
    keyword: Annotated[str, Meta(max_length=200)]
    domain: Annotated[str, Meta(max_length=253, description="The domain's host.")]
    domain_name: Annotated[str, Meta(max_length=200)]
    language: Annotated[str, Meta(max_length=35, description="A language tag (BCP 47).")]
    price: Annotated[int, Meta(ge=0, description="Of a link, in minor units of the currency: 4900 is 49.00 EUR.")]
    currency: Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.")]
    rel: Annotated[str, Meta(max_length=20, description="The `rel` attribute of paid links; “none” for no attribute.")]
    country: Annotated[str, Meta(max_length=2, description="Where most readers are (ISO 3166-1); empty if not stated.")]
    domain_rating: Annotated[MeasureView | None, Meta(description="From 0 to 100; null if not stated.")]
    monthly_visits: Annotated[MeasureView | None, Meta(description="null if not stated.")]
    guaranteed_months: Annotated[int | None, Meta(description="How long a link stays at least; null if not stated.")]
    note: Annotated[str, Meta(max_length=500, description="What the domain says about itself.")]
    links_free: Annotated[int, Meta(ge=0, description="How many link slots are neither sold nor held.")]
    word_count: Annotated[int, Meta(ge=0)]
    published_at: Moment


class ArticleDetail(ArticleView, frozen=True, kw_only=True):
    """A published article with its live text."""

    content: Annotated[str, Meta(description="The live text, as Markdown.")]


class ArticlePage(View, frozen=True, kw_only=True):
    """A page of the list of articles."""

    items: Annotated[list[ArticleView], Meta(max_length=100)]
    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page; null on the last one.")]


@get("/domains", operation_id="list_domains", summary="List domains", tags=TAGS)
async def list_domains() -> Envelope[DomainList]:
    """List the domains that sell new articles, by name, with their terms."""
    return success(DomainList(items=[_view_domain(domain) for domain in await domains.list_selling()]))


@get("/articles", operation_id="list_articles", summary="List articles", tags=TAGS, responses=refusals(422))
async def list_articles(  # noqa: PLR0917 - one parameter for each filter, always given by name
    domain: Domain = "",
    niche: Niche = "",
    q: Query = "",
    free: Free = False,  # noqa: FBT002 - always given by name, in the address
    max_price: MaxPrice = None,
    min_words: MinWords = 0,
    published_since: PublishedSince = None,
    sort: Order = None,
    language: Language = "",
    country: Country = "",
    rel: Rel = "",
    currency: Currency = "",
    cursor: Cursor = "",
    limit: Limit = listing.PAGE_SIZE,
) -> Envelope[ArticlePage]:
    """List published articles: the newest first, or the best match, unless sorted otherwise."""
    search = searches.Search(
        domain, niche, q, free, max_price, min_words, published_since, sort, language, country, rel, currency
    )
    page, next_cursor = await listing.read_next(search, cursor=cursor, size=limit)
    return success(
        ArticlePage(items=[ArticleView(**_describe(offer)) for offer in page], next_cursor=next_cursor),
    )


@get(
    "/articles/{article_id:uuid}",
    operation_id="get_article",
    summary="Read an article",
    tags=TAGS,
    responses=refusals(404),
)
async def get_article(article_id: ArticleId) -> Envelope[ArticleDetail]:
    """Return one published article with its live text."""
    offer = await offers.get(article_id)
    return success(ArticleDetail(**_describe(offer), content=offer.content_md))


def _describe(offer: Offer | ListedArticle) -> dict[str, Any]:
    """Return the fields of an article that the list and the single article share."""
    return {
        "id": offer.id,
        "slug": offer.slug,
        "url": settings.public_url + offer.path,
        "title": offer.title,
        "topic": offer.topic,
        "niche": offer.niche,
        "keyword": offer.keyword,
        "domain": offer.host,
        "domain_name": offer.domain_name,
        "language": offer.language,
        "price": offer.backlink_price,
        "currency": offer.currency,
        "rel": offer.rel,
        "country": offer.country,
        "domain_rating": _measure(offer.domain_rating, offer.rating_source, offer.rating_date),
        "monthly_visits": _measure(offer.monthly_visits, offer.visits_source, offer.visits_date),
        "guaranteed_months": offer.guaranteed_months,
        "note": offer.note,
        "links_free": offer.slots_free,
        "word_count": offer.word_count,
        "published_at": offer.published_at,
    }


def _measure(value: int | None, source: str, at: date | None) -> MeasureView | None:
    return None if value is None or at is None else MeasureView(value=value, source=source, measured_on=at)


def _view_domain(domain: SellingDomain) -> DomainView:
    return DomainView(
        id=domain.id,
        host=domain.host,
        name=domain.name,
        niche=domain.niche,
        language=domain.language,
        article_price=domain.article_price,
        exclusive_price=domain.exclusive_price,
        currency=domain.currency,
        rel=domain.rel,
    )


HANDLERS = [list_domains, list_articles, get_article]
