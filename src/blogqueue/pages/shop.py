"""The pages a customer meets: what is on sale, the confirm button, and where the order stands."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template

from blogqueue import catalogue, order_status, orders, payments, purchases
from blogqueue.actors.messages import nudge
from blogqueue.api import access
from blogqueue.errors import UnavailableError
from blogqueue.log import logger
from blogqueue.money import amount
from blogqueue.pages.rendering import page
from blogqueue.settings import settings
from blogqueue.writing.rendering import render

YEAR_SECONDS = 365 * 24 * 3600


@get("/", include_in_schema=False)
async def front(
    domain: FromQuery[str] = "",
    niche: FromQuery[str] = "",
    q: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
) -> Template:
    """What is on sale."""
    offers, next_cursor = await catalogue.offers(domain=domain, niche=niche, q=q, cursor=cursor)
    return page("front.html", offers=offers, next_cursor=next_cursor, q=q, price=amount)


@get("/articles/{slug:str}", include_in_schema=False)
async def article(slug: FromPath[str]) -> Template:
    """An article as published."""
    offer = await catalogue.offer_by_slug(slug)
    html = render(offer.content_md, await catalogue.paid_links(offer.id))
    return page("article.html", offer=offer, html=html, price=amount)


@get("/purchase/confirm", include_in_schema=False)
async def confirm(token: FromQuery[str] = "") -> Template:
    """A page with a button: opening a mailed link changes nothing, so that mail scanners buy nothing."""
    purchase = await purchases.by_token(token)
    return page(
        "confirm.html",
        token=token,
        purchase=purchase,
        price=amount(purchase.price, purchase.currency),
        offer=await catalogue.offer(purchase.article_id),
    )


@post("/purchase/confirm", include_in_schema=False)
async def go_to_checkout(
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """The button: on to Stripe."""
    session = await payments.checkout(data.get("token", ""))
    return Redirect(session.url, status_code=303)


@get("/purchase/return", include_in_schema=False)
async def returned(session_id: FromQuery[str] = "") -> Template:
    """Where Stripe sends the customer after paying; settles the session if the webhook is not here yet."""
    try:
        await nudge(await payments.settle_by_id(session_id))
    except UnavailableError as error:
        logger.warning("left to the webhook", session=session_id, error=error.message)
    return page("message.html", title="Request received!", text="Check your email.")


@get("/purchase/cancelled", include_in_schema=False)
async def cancelled() -> Template:
    """Where Stripe sends the customer who went back."""
    return page(
        "message.html",
        title="Nothing was paid",
        text="You left the payment page. The link in your e-mail still works as long as it says.",
    )


@get("/order-status/{order_id:uuid}", include_in_schema=False)
async def order_page(
    request: Request[Any, Any, Any],
    order_id: FromPath[UUID],
    access_token: Annotated[str, QueryParameter(name="access")] = "",
) -> Template | Redirect:
    """Where an order stands; the mailed link's token becomes a cookie and leaves the address bar."""
    if access_token:
        order = await orders.opened_by(order_id, access_token)
        cookie = Cookie(
            key=access.cookie_name(order.id),
            value=access_token,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=settings.public_url.startswith("https://"),
        )
        return Redirect(f"/order-status/{order.id}", status_code=303, cookies=[cookie])
    order = await access.customers_order(request, order_id)
    return page("order.html", status=await order_status.status(order), price=amount)


HANDLERS = [front, article, confirm, go_to_checkout, returned, cancelled, order_page]
