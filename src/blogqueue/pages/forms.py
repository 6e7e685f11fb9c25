"""What forms share: hidden ids, the page after a purchase form, and the messages about invalid fields."""

import hashlib
import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from blogqueue import tokens
from blogqueue.api import auth
from blogqueue.errors import ProblemError, TooManyError
from blogqueue.pages import labels
from blogqueue.pages.responses import see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def parse_uuid(value: str) -> UUID | None:
    """Parse the id in a hidden field; None for anything else."""
    try:
        return UUID(value)
    except ValueError:
        return None


EMAIL_COOKIE = "purchase_email"
"""The cookie with the address that the check-your-email page shows; email addresses do not belong in a URL.

It is written as in a URL, since a cookie has only ASCII.
"""

FORM_COOKIE = "purchase_form"
"""The cookie with the address of the form that the page links back to."""

FORM_ADDRESS = re.compile(r"/articles/([a-z0-9][a-z0-9.-]*/)?[a-z0-9-]+/link|/new-article/[a-z0-9.-]+")


def to_check_email(email: str, form: str) -> Redirect:
    """Redirect to the page that asks to open the emailed link; `form` is the address of the form just sent."""
    cookies = [
        Cookie(
            key=key,
            value=value,
            max_age=3600,
            path="/purchase/check-email",
            httponly=True,
            samesite="lax",
            secure=auth.is_secure(),
        )
        for key, value in ((EMAIL_COOKIE, quote(email)), (FORM_COOKIE, form))
    ]
    return see_other("/purchase/check-email", *cookies)


def make_order_cookie(order_id: UUID, token: str) -> Cookie:
    """Return the cookie that opens an order in this browser."""
    return Cookie(
        key=auth.cookie_name(order_id),
        value=token,
        max_age=labels.YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=auth.is_secure(),
    )


def make_payment_cookie(session_id: str) -> Cookie:
    """Return the cookie of a browser that goes to pay: when it comes back, its order opens."""
    return Cookie(
        key=name_payment_cookie(session_id),
        value=tokens.derive_return_token(session_id),
        max_age=labels.DAY_SECONDS,
        path="/purchase/return",
        httponly=True,
        samesite="lax",
        secure=auth.is_secure(),
    )


def name_payment_cookie(session_id: str) -> str:
    """Return the name of the cookie for a Checkout Session: one for each, so a browser may have several open."""
    return f"payment_{hashlib.sha256(session_id.encode()).hexdigest()[:16]}"


def list_errors(problem: ProblemError | None, fields: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return the messages by field, in the form's order, and the message about no field, shown above the form."""
    if problem is None:
        return {}, ""
    at_field = {detail.field: detail.message for detail in problem.details}
    errors = {name: at_field[name] for name in fields if name in at_field}
    retry = f" Please try again {labels.format_wait(problem.retry_after)}." if isinstance(problem, TooManyError) else ""
    return errors, "" if errors else problem.message + retry
