"""What is on sale, and buying it: catalogue, purchase, checkout and Stripe's webhook."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import NO_FIT, success
from blogqueue.catalogue import domains, offers
from blogqueue.errors import FieldError, ProblemError
from blogqueue.orders import purchases
from blogqueue.orders.requests import ArticleRequest, LinkRequest, PurchaseRequest
from blogqueue.payments import stripe_api
from blogqueue.payments import webhook as webhook_events

WEBHOOK_BODY_BYTES = 1_000_000
"""Far above Stripe's events, which are some kB; other bodies have the app's own, smaller bound."""


MaxPrice = Annotated[
    int | None,
    QueryParameter(
        name="maxPrice", ge=0, le=offers.MOST, description="in hundredths of the currency's unit: 4900 is 49.00 EUR"
    ),
]
MinWords = Annotated[int, QueryParameter(name="minWords", ge=0, le=offers.MOST)]
PublishedSince = Annotated[date | None, QueryParameter(name="publishedSince", description="a day in UTC: 2026-11-23")]


class PurchaseBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A link wanted in an article (`articleId`), or a new article wanted on a site (`kind`, `domainId`, `topic`)."""

    target_url: Annotated[str, msgspec.Meta(description="http(s), a public host, at most 2,048 characters")]
    anchor_text: Annotated[str, msgspec.Meta(description="one line of plain words, at most 80 characters")]
    email: str
    kind: Literal["backlink", "article"] = "backlink"
    article_id: Annotated[UUID | None, msgspec.Meta(description="of a link: the article; required there")] = None
    notes: Annotated[str, msgspec.Meta(description="of a link: wishes about the place, at most 1,000 characters")] = ""
    domain_id: Annotated[UUID | None, msgspec.Meta(description="of an article: the site; required there")] = None
    topic: Annotated[
        str, msgspec.Meta(description="of an article: what it is about, at most 200 characters; required there")
    ] = ""
    niche: Annotated[str, msgspec.Meta(description="of an article: its subject; the site's if left out")] = ""
    keyword: Annotated[str, msgspec.Meta(description="of an article: words that it must use")] = ""

    def to_request(self) -> PurchaseRequest:
        """What is asked for. Raises ProblemError that names what is missing, or belongs to the other kind."""
        link = {"target_url": self.target_url, "anchor_text": self.anchor_text, "email": self.email}
        if self.kind == "backlink" and self.article_id is not None:
            self._refuse(domainId=self.domain_id, topic=self.topic, niche=self.niche, keyword=self.keyword)
            return LinkRequest(article_id=self.article_id, notes=self.notes, **link)
        if self.kind == "article" and self.domain_id is not None:
            self._refuse(articleId=self.article_id, notes=self.notes)
            return ArticleRequest(
                domain_id=self.domain_id, topic=self.topic, niche=self.niche, keyword=self.keyword, **link
            )
        missing = "articleId" if self.kind == "backlink" else "domainId"
        raise ProblemError(NO_FIT, details=[FieldError(missing, "required", "This field is required.")])

    def _refuse(self, **others: object) -> None:
        """Raise ProblemError for what belongs to the other kind."""
        message = f"A purchase of a {self.kind} has no such field."
        if details := [FieldError(name, "unknown_field", message) for name, value in others.items() if value]:
            raise ProblemError(NO_FIT, details=details)


class CheckoutRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The token of a magic link."""

    token: str


@get("/domains")
async def list_domains() -> dict[str, Any]:
    """The sites that sell new articles, by name, with their terms."""
    return success({"items": [domains.listed(site) for site in await domains.all_selling()]})


@get("/articles")
async def list_articles(  # noqa: PLR0917 - a parameter a filter, given by name
    domain: FromQuery[str] = "",
    niche: FromQuery[str] = "",
    q: FromQuery[str] = "",
    free: FromQuery[bool] = False,  # noqa: FBT002 - named in the address
    max_price: MaxPrice = None,
    min_words: MinWords = 0,
    published_since: PublishedSince = None,
    sort: FromQuery[offers.Sort] = offers.Sort.NEWEST,
    cursor: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = offers.PAGE_SIZE,
) -> dict[str, Any]:
    """Published articles, newest first unless sorted otherwise; `q` is looked for in title, topic and keyword.

    `domain` is a host; `free` leaves out what has no link left. A cursor goes with the `sort` that it came from.
    """
    wanted = offers.Search(domain, niche, q, free, max_price, min_words, published_since, sort)
    page, next_cursor = await offers.offers(wanted, cursor=cursor, size=limit)
    return success({"items": [offers.listed(offer) for offer in page], "nextCursor": next_cursor})


@get("/articles/{article_id:uuid}")
async def get_article(article_id: FromPath[UUID]) -> dict[str, Any]:
    """One published article with its live content (Markdown)."""
    offer = await offers.offer(article_id)
    return success({**offers.listed(offer), "content": offer.content_md})


@post("/purchase", status_code=202)
async def ask_purchase(request: Request[Any, Any, Any], data: JSONBody[PurchaseBody]) -> dict[str, Any]:
    """Ask for a link or an article; a magic link to confirm it is mailed. The answer is the same for every address."""
    await nudge(await purchases.ask(data.to_request(), address=auth.address(request)))
    return success({}, "Check your e-mail and open the link in it to go on to the payment.")


@post("/purchase/checkout", status_code=200, middleware=[auth.CHECKOUT_LIMIT])
async def open_checkout(data: JSONBody[CheckoutRequest]) -> dict[str, Any]:
    """The Stripe Checkout session of a confirmed purchase; the same one while it is open."""
    session = await stripe_api.checkout(data.token)
    return success({"checkoutUrl": session.url, "sessionId": session.id})


@post("/purchase/webhook", status_code=200, request_max_body_size=WEBHOOK_BODY_BYTES)
async def webhook(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Stripe's events; the signature is checked over the raw body."""
    outbox = await webhook_events.receive(await request.body(), request.headers.get("stripe-signature", ""))
    await nudge(outbox)
    return success({})


HANDLERS = [list_domains, list_articles, get_article, ask_purchase, open_checkout, webhook]
