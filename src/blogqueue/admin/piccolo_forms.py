"""The forms in Piccolo Admin: decisions about articles, held payments and orders on hold.

An error that the editor should read is raised as ValueError.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from piccolo_admin.endpoints import FormConfig
from pydantic import BaseModel, Field
from starlette.requests import Request

from blogqueue.admin.piccolo_tables import get_editor
from blogqueue.admin.second_factor import AUTHENTICATOR
from blogqueue.catalogue import articles, row_edits
from blogqueue.catalogue.domain_rules import DEFAULT_CURRENCY
from blogqueue.errors import ProblemError
from blogqueue.money import format_amount
from blogqueue.payments import disputes, held_payments


class ArticleForm(BaseModel):
    """The article to take down or put back. A reason is needed to take down an article with paid links."""

    slug: str
    action: Literal["take down", "put back"] = "take down"
    reason: str = Field("", title="Reason (needed if the article has paid links)")


class HeldPaymentForm(BaseModel):
    """The Checkout Session of a held payment, and the decision on it."""

    session_id: str
    action: Literal["accept", "refund", "dismiss"] = "accept"


class OrderOnHoldForm(BaseModel):
    """An order on hold, and the decision on it: it continues, or it fails because its payment was reversed."""

    order_id: UUID
    action: Literal["continue", "end"] = "continue"


class PricesForm(BaseModel):
    """A domain's prices, written as people write money; what was paid before keeps its price."""

    host: str
    currency: str = DEFAULT_CURRENCY
    backlink_price: str = Field(title="Price of a link, such as 59.00")
    article_price: str = Field(title="Price of a new article, such as 149.00")


class CodeForm(BaseModel):
    """A code of the editor's own authenticator app."""

    code: str = Field(title="The six digits that the app shows")


@contextmanager
def _problems_shown() -> Generator[None]:
    """Raise a refusal as ValueError, which Piccolo Admin shows to the editor."""
    try:
        yield
    except ProblemError as error:
        raise ValueError(error.message) from error


async def _decide_on_article(request: Request, form: ArticleForm) -> str:
    with _problems_shown():
        article = await articles.get_by_slug(form.slug.strip())
        if form.action == "put back":
            await articles.put_back(article.id, actor=get_editor(request))
            return "The article is published again."
        await articles.take_down(article.id, actor=get_editor(request), override=form.reason)
        return "The article was taken down."


async def _decide_on_held_payment(request: Request, form: HeldPaymentForm) -> str:
    session_id, actor = form.session_id.strip(), get_editor(request)
    with _problems_shown():
        if form.action == "accept":
            accepted = await held_payments.accept(session_id, actor=actor)
            return f"Accepted: {accepted.outcome}."
        if form.action == "refund":
            # Stripe is called within the next minute, so that no transaction is open while it works.
            await held_payments.request_return(session_id, actor=actor)
            return "The payment will be refunded within two minutes."
        await held_payments.dismiss(session_id, actor=actor)
        return "Dismissed."


async def _decide_on_order_on_hold(request: Request, form: OrderOnHoldForm) -> str:
    with _problems_shown():
        if form.action == "continue":
            await disputes.release(form.order_id, actor=get_editor(request))
            return "The order continues."
        await disputes.end(form.order_id, actor=get_editor(request))
        return "The order has ended."


async def _set_prices(request: Request, form: PricesForm) -> str:
    values = form.model_dump()
    host = values.pop("host").strip().lower()
    with _problems_shown():
        domain = await row_edits.set_prices(host, values, actor=get_editor(request))
    return (
        f"At {domain.host}, a link costs {format_amount(domain.backlink_price, domain.currency)} and a new article "
        f"{format_amount(domain.article_price, domain.currency)}."
    )


async def _confirm_second_factor(request: Request, form: CodeForm) -> str:
    if not await AUTHENTICATOR.authenticate_user(request.user.user, form.code.replace(" ", "")):
        raise ValueError("The code does not fit: set up the second factor first, or wait for the app's next code.")
    return "From now on, the login asks for a code."


FORMS = [
    FormConfig(
        "Set prices",
        PricesForm,
        _set_prices,
        "Set the prices of a domain. Write them as people write money, such as 59.00.",
    ),
    FormConfig(
        "Take down or put back",
        ArticleForm,
        _decide_on_article,
        "Take an article off the website and off sale, or put it back.",
    ),
    FormConfig(
        "Decide on a held payment",
        HeldPaymentForm,
        _decide_on_held_payment,
        "A payment that does not match its purchase, or a duplicate: accept it as an order, refund it, or dismiss it "
        "because it was dealt with in Stripe.",
    ),
    FormConfig(
        "Decide on an order on hold",
        OrderOnHoldForm,
        _decide_on_order_on_hold,
        "An order whose payment is disputed or was refunded in Stripe: let it continue, or end it.",
    ),
    FormConfig(
        "Confirm the second factor",
        CodeForm,
        _confirm_second_factor,
        "After the set-up, enter a code from your authenticator app. From then on, the login asks for one.",
    ),
]
