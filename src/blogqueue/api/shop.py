"""What is on sale, and buying it: catalogue, purchase, checkout and Stripe's webhook."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from blogqueue import catalogue, payments, purchases
from blogqueue import webhook as webhook_events
from blogqueue.actors.messages import nudge
from blogqueue.api import access
from blogqueue.api.envelope import success
from blogqueue.purchases import BacklinkWish

WEBHOOK_BODY_BYTES = 1_000_000
"""Far above Stripe's events, which are some kB; other bodies have the app's own, smaller bound."""


class PurchaseRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A link wanted in an article."""

    article_id: UUID
    target_url: Annotated[str, msgspec.Meta(description="http(s), a public host, at most 2,048 characters")]
    anchor_text: Annotated[str, msgspec.Meta(description="one line of plain words, at most 80 characters")]
    email: str
    notes: Annotated[str, msgspec.Meta(description="wishes about the place, at most 1,000 characters")] = ""
    kind: Literal["backlink"] = "backlink"


class CheckoutRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The token of a magic link."""

    token: str


@get("/articles")
async def list_articles(
    domain: FromQuery[str] = "",
    niche: FromQuery[str] = "",
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = catalogue.PAGE_SIZE,
) -> dict[str, Any]:
    """Published articles, newest first; `domain` is a host, `q` is looked for in title, topic and keyword."""
    page, next_cursor = await catalogue.offers(domain=domain, niche=niche, q=q, cursor=cursor, size=limit)
    return success({"items": [catalogue.listed(offer) for offer in page], "nextCursor": next_cursor})


@get("/articles/{article_id:uuid}")
async def get_article(article_id: FromPath[UUID]) -> dict[str, Any]:
    """One published article with its live content (Markdown)."""
    offer = await catalogue.offer(article_id)
    return success({**catalogue.listed(offer), "content": offer.content_md})


@post("/purchase", status_code=202)
async def ask_purchase(request: Request[Any, Any, Any], data: JSONBody[PurchaseRequest]) -> dict[str, Any]:
    """Ask for a link; a magic link to confirm it is mailed. The answer is the same for every address."""
    promised = await purchases.ask(
        BacklinkWish(
            article_id=data.article_id,
            target_url=data.target_url,
            anchor_text=data.anchor_text,
            notes=data.notes,
            email=data.email,
        ),
        address=access.address(request),
    )
    await nudge(promised)
    return success({}, "Check your e-mail and open the link in it to go on to the payment.")


@post("/purchase/checkout", status_code=200, middleware=[access.CHECKOUT_LIMIT])
async def open_checkout(data: JSONBody[CheckoutRequest]) -> dict[str, Any]:
    """The Stripe Checkout session of a confirmed purchase; the same one while it is open."""
    session = await payments.checkout(data.token)
    return success({"checkoutUrl": session.url, "sessionId": session.id})


@post("/purchase/webhook", status_code=200, request_max_body_size=WEBHOOK_BODY_BYTES)
async def webhook(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Stripe's events; the signature is checked over the raw body."""
    promised = await webhook_events.receive(await request.body(), request.headers.get("stripe-signature", ""))
    await nudge(promised)
    return success({})


HANDLERS = [list_articles, get_article, ask_purchase, open_checkout, webhook]
