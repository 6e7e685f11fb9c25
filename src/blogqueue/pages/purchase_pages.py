"""Buy a link: the form, the emailed confirmation, and the return from the payment page (also for new articles)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.catalogue import domains, link_rules, offers
from blogqueue.catalogue.offers import Offer
from blogqueue.errors import ConflictError, NotFoundError, ProblemError, UnavailableError
from blogqueue.localized import format_price
from blogqueue.log import logger
from blogqueue.orders import access, purchases
from blogqueue.orders.payment_return import get_payment
from blogqueue.orders.requests import LinkRequest
from blogqueue.pages import forms
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import moved_to, page, see_other
from blogqueue.payments import checkout, reconciliation
from blogqueue.settings import settings
from blogqueue.states import OrderKind

FIELDS = ("targetUrl", "anchorText", "notes", "email")
GONE = frozenset({"token_expired", "session_expired", "token_used", "not_on_sale"})
"""The codes of refusals that waiting does not change; they are answered with 410."""


@get(["/articles/{slug:str}/link", "/articles/{host:str}/{slug:str}/link"], include_in_schema=False)
async def link_form(slug: FromPath[str], host: FromPath[str] = "") -> Template | Redirect:
    """Show the form for a link, with the paragraphs that can take one."""
    offer = await offers.get_by_slug(slug, host)
    if not host and offer.path != f"/articles/{slug}":
        return moved_to(f"{offer.path}/link")
    return await _show_link_form(offer, {})


@post(["/articles/{slug:str}/link", "/articles/{host:str}/{slug:str}/link"], include_in_schema=False)
async def send_link_form(
    request: Request[Any, Any, Any], slug: FromPath[str], data: Form, host: FromPath[str] = ""
) -> Redirect | Template:
    """Create the purchase and email the link that confirms it, or show the form again with the messages."""
    offer = await offers.get_by_slug(slug, host)
    purchase_request = LinkRequest(
        article_id=offer.id,
        target_url=data.get("targetUrl", "").strip(),
        anchor_text=data.get("anchorText", "").strip(),
        notes=data.get("notes", ""),
        email=data.get("email", "").strip(),
    )
    try:
        if data.get("article", str(offer.id)) != str(offer.id):
            raise ConflictError(
                "This address now leads to another article than when you opened the form, so nothing was sent. "
                "Send it again only if you want your link in this article.",
                code="other_article",
            )
        outbox = await purchases.create(
            purchase_request, address=auth.address(request), form_id=parse_uuid(data.get("form", ""))
        )
    except ProblemError as problem:
        return await _show_link_form(offer, data, problem)
    await nudge(outbox)
    return forms.to_check_email(purchase_request.email, f"{offer.path}/link")


@get("/purchase/check-email", include_in_schema=False)
async def check_email(request: Request[Any, Any, Any]) -> Template:
    """Ask the customer to open the emailed link."""
    form = request.cookies.get(forms.FORM_COOKIE, "")
    return page(
        "check_email.html",
        email=unquote(request.cookies.get(forms.EMAIL_COOKIE, "")),
        form=form if forms.FORM_ADDRESS.fullmatch(form) else "",
        minutes=settings.magic_link_ttl_minutes,
    )


@get("/purchase/confirm", include_in_schema=False)
async def confirm(token: FromQuery[str] = "") -> Template:
    """Show the purchase with a button, and hold its link slot. Opening the link alone confirms nothing.

    Mail scanners open links too.
    """
    try:
        purchase = await purchases.open_link(token)
        if purchase.payment_pending:
            raise ConflictError("Your payment is on its way.", code="payment_pending")
        is_link = purchase.kind == OrderKind.BACKLINK
        offer = await offers.get(purchase.article_id) if is_link else None
        domain = None if is_link else await domains.get(purchase.domain_id)
    except ProblemError as problem:
        return await _show_refusal(problem, token)
    return page(
        "confirm.html",
        token=token,
        purchase=purchase,
        shown_host=link_rules.to_unicode_host(purchase.details["target_url"]),
        cost=format_price(purchase.price, purchase.currency),
        offer=offer,
        domain=domain,
        minutes=settings.magic_link_ttl_minutes,
    )


@post("/purchase/confirm", include_in_schema=False, guards=[auth.limited(auth.CHECKOUTS)])
async def go_to_checkout(data: Form) -> Redirect | Template:
    """Redirect to the payment page at Stripe."""
    token = data.get("token", "")
    try:
        session = await checkout.open_session(token)
    except ProblemError as problem:
        return await _show_refusal(problem, token)
    return see_other(session.url, forms.make_payment_cookie(session.id))


@post("/purchase/renew", include_in_schema=False)
async def renew(request: Request[Any, Any, Any], data: Form) -> Redirect | Template:
    """Email a new link for the purchase of an expired one, to the same address."""
    token = data.get("token", "")
    try:
        outbox = await purchases.renew(token, address=auth.address(request))
    except ProblemError as problem:
        return await _show_refusal(problem, token)
    await nudge(outbox)
    purchase_request = await purchases.get_request(token)
    is_link = isinstance(purchase_request, LinkRequest)
    form = await (
        _link_form_address(purchase_request.article_id)
        if is_link
        else _article_form_address(purchase_request.domain_id)
    )
    return forms.to_check_email(purchase_request.email, form)


@get("/purchase/return", include_in_schema=False, guards=[auth.limited(auth.PAYMENT_RETURNS)])
async def return_from_payment(request: Request[Any, Any, Any], session_id: FromQuery[str] = "") -> Redirect | Template:
    """Open the order in the browser that paid; show the state of the payment to others, and while there is no order.

    The order is made here if the webhook has not come yet.
    """
    stripe_answered = True
    try:
        await nudge(await reconciliation.fulfill_by_id(session_id))
    except UnavailableError as error:
        stripe_answered = False
        logger.warning("Stripe unavailable, payment left to the webhook", session=session_id, error=error.message)
    return_token = request.cookies.get(forms.name_payment_cookie(session_id), "")
    if opened := await access.open_by_payment(session_id, return_token):
        order_id, token = opened
        return see_other(f"/order-status/{order_id}", forms.make_order_cookie(order_id, token))
    return page(
        "payment_return.html",
        payment=await get_payment(session_id),
        stripe_answered=stripe_answered,
        opens_order=bool(return_token),
    )


@get("/purchase/cancelled", include_in_schema=False)
async def cancel_payment() -> Template:
    """Show where the customer is after leaving the payment page without paying."""
    return page(
        "message.html",
        title="You have not paid",
        text="You left the payment page. While the link in your email works, it takes you back there.",
    )


async def _show_link_form(offer: Offer, typed: Mapping[str, str], problem: ProblemError | None = None) -> Template:
    """Show the form with what was typed, and the messages at their fields."""
    paragraphs, paragraph_count = await offers.find_offered_paragraphs(offer)
    errors, form_error = forms.list_errors(problem, FIELDS)
    return page(
        "link_form.html",
        status_code=problem.status if problem else 200,
        offer=offer,
        paragraphs=paragraphs,
        paragraph_count=paragraph_count,
        typed=typed,
        form_id=typed.get("form") or uuid4(),
        errors=errors,
        form_error=form_error,
        rules=link_rules,
    )


async def _link_form_address(article_id: UUID) -> str:
    return f"{(await offers.get(article_id)).path}/link"


async def _article_form_address(domain_id: UUID) -> str:
    return f"/new-article/{(await domains.get(domain_id)).host}"


async def _show_refusal(problem: ProblemError, token: str) -> Template:
    """Explain why an emailed link does not lead to the payment, and what the customer can do."""
    if isinstance(problem, NotFoundError):
        gone = problem.details and problem.details[0].field in {"articleId", "domainId"}
        code = "not_on_sale" if gone else "unknown"
    else:
        code = problem.code
    if code == "token_expired":
        code = await purchases.explain_end(token)
    return page(
        "not_confirmed.html",
        status_code=410 if code in GONE else problem.status,
        code=code,
        text=problem.message,
        token=token,
        minutes=settings.magic_link_ttl_minutes,
    )


HANDLERS = [
    link_form,
    send_link_form,
    check_email,
    confirm,
    go_to_checkout,
    renew,
    return_from_payment,
    cancel_payment,
]
