"""From an article to the payment: the form for a link, the mailed confirmation, and back from the payment page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.catalogue import domains, link_rules, offers
from blogqueue.errors import ConflictError, NotFoundError, ProblemError, UnavailableError
from blogqueue.log import logger
from blogqueue.money import format_amount
from blogqueue.orders import purchases
from blogqueue.orders.payment_return import get_payment
from blogqueue.orders.requests import LinkRequest
from blogqueue.pages import forms
from blogqueue.pages.forms import Form, as_uuid
from blogqueue.pages.responses import page, see_other
from blogqueue.payments import checkout, reconciliation
from blogqueue.settings import settings
from blogqueue.states import OrderKind

FIELDS = ("targetUrl", "anchorText", "notes", "email")
GONE = frozenset({"token_expired", "session_expired", "token_used", "not_on_sale"})
"""What a mailed link's refusal may be that no waiting mends."""


@get("/articles/{slug:str}/link", include_in_schema=False)
async def link_form(slug: FromPath[str]) -> Template:
    """The form for a link, and where in this article one can go."""
    return await _form(slug, {})


@post("/articles/{slug:str}/link", include_in_schema=False)
async def ask(request: Request[Any, Any, Any], slug: FromPath[str], data: Form) -> Redirect | Template:
    """The form, filled in: keep the wish and mail the link that confirms it, or show what is wrong beside it."""
    purchase_request = LinkRequest(
        article_id=(await offers.get_by_slug(slug)).id,
        target_url=data.get("targetUrl", "").strip(),
        anchor_text=data.get("anchorText", "").strip(),
        notes=data.get("notes", ""),
        email=data.get("email", "").strip(),
    )
    try:
        outbox = await purchases.create(
            purchase_request, address=auth.address(request), form_id=as_uuid(data.get("form", ""))
        )
    except ProblemError as problem:
        return await _form(slug, data, problem)
    await nudge(outbox)
    return forms.check_mail(purchase_request.email, f"/articles/{slug}/link")


@get("/purchase/check-email", include_in_schema=False)
async def check_mail(request: Request[Any, Any, Any]) -> Template:
    """What to do next: open the mailed link."""
    form = request.cookies.get(forms.FORM, "")
    return page(
        "check_email.html",
        email=request.cookies.get(forms.ASKED, ""),
        form=form if forms.FORMS.fullmatch(form) else "",
        minutes=settings.magic_link_ttl_minutes,
    )


@get("/purchase/confirm", include_in_schema=False)
async def confirm(token: FromQuery[str] = "") -> Template:
    """A page with a button: opening a mailed link changes nothing, so that mail scanners buy nothing."""
    try:
        purchase = await purchases.get_confirmable(token)
        if purchase.payment_pending:
            raise ConflictError("Your payment is on its way.", code="payment_pending")
        is_link = purchase.kind == OrderKind.BACKLINK
        offer = await offers.get(purchase.article_id) if is_link else None
        domain = None if is_link else await domains.get(purchase.domain_id)
    except ProblemError as problem:
        return await _not_confirmed(problem, token)
    return page(
        "confirm.html",
        token=token,
        purchase=purchase,
        shown_host=link_rules.to_unicode_host(purchase.details["target_url"]),
        cost=format_amount(purchase.price, purchase.currency),
        offer=offer,
        domain=domain,
    )


@post("/purchase/confirm", include_in_schema=False, middleware=[auth.CHECKOUT_LIMIT])
async def go_to_checkout(data: Form) -> Redirect | Template:
    """The button: on to Stripe."""
    token = data.get("token", "")
    try:
        session = await checkout.open_session(token)
    except ProblemError as problem:
        return await _not_confirmed(problem, token)
    return see_other(session.url)


@post("/purchase/renew", include_in_schema=False)
async def renew(request: Request[Any, Any, Any], data: Form) -> Redirect | Template:
    """An expired link's button: the same wish once more, mailed to the same address."""
    token = data.get("token", "")
    try:
        outbox = await purchases.renew(token, address=auth.address(request))
    except ProblemError as problem:
        return await _not_confirmed(problem, token)
    await nudge(outbox)
    purchase_request = await purchases.get_request(token)
    is_link = isinstance(purchase_request, LinkRequest)
    form = await (
        _form_of_article(purchase_request.article_id) if is_link else _form_of_site(purchase_request.domain_id)
    )
    return forms.check_mail(purchase_request.email, form)


@get("/purchase/return", include_in_schema=False)
async def returned(session_id: FromQuery[str] = "") -> Template:
    """Where Stripe sends the customer after paying; settles the session if the webhook is not here yet."""
    stripe_answered = True
    try:
        await nudge(await reconciliation.fulfill_by_id(session_id))
    except UnavailableError as error:
        stripe_answered = False
        logger.warning("left to the webhook", session=session_id, error=error.message)
    return page("payment_return.html", payment=await get_payment(session_id), stripe_answered=stripe_answered)


@get("/purchase/cancelled", include_in_schema=False)
async def cancelled() -> Template:
    """Where Stripe sends the customer who went back."""
    return page(
        "message.html",
        title="You have not paid",
        text="You left the payment page. While the link in your email works, it takes you back there.",
    )


async def _form(slug: str, typed: Mapping[str, str], problem: ProblemError | None = None) -> Template:
    """The form with what was typed, each message at its field; what fits no field stands above."""
    offer = await offers.get_by_slug(slug)
    paragraphs, paragraph_count = await offers.find_eligible_paragraphs(offer)
    errors, form_error = forms.told(problem, FIELDS)
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


async def _form_of_article(article_id: UUID) -> str:
    return f"/articles/{(await offers.get(article_id)).slug}/link"


async def _form_of_site(domain_id: UUID) -> str:
    return f"/new-article/{(await domains.get(domain_id)).host}"


async def _not_confirmed(problem: ProblemError, token: str) -> Template:
    """Why a mailed link leads nowhere, and what to do about it."""
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


HANDLERS = [link_form, ask, check_mail, confirm, go_to_checkout, renew, returned, cancelled]
