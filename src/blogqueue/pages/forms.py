"""What a page's form sends, and what is said to it."""

import re
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from blogqueue.api import auth
from blogqueue.errors import ProblemError, TooManyError
from blogqueue.pages import labels
from blogqueue.pages.responses import see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def as_uuid(value: str) -> UUID | None:
    """The id that a hidden field carries; None for anything else."""
    try:
        return UUID(value)
    except ValueError:
        return None


ASKED = "asked"
"""The cookie that tells the check-your-mail page which address was typed; addresses do not belong in a URL."""


FORM = "asked_with"
"""The cookie that tells it where the form is."""

FORMS = re.compile(r"/articles/[a-z0-9-]+/link|/new-article/[a-z0-9.-]+")


def check_mail(email: str, form: str) -> Redirect:
    """On to the page that says to open the mailed link, and where the form is that asked for it."""
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
        for key, value in ((ASKED, email), (FORM, form))
    ]
    return see_other("/purchase/check-email", *cookies)


def told(problem: ProblemError | None, fields: Sequence[str]) -> tuple[dict[str, str], str]:
    """What is wrong, by field in the form's order; and what fits no field, to stand above the form."""
    if problem is None:
        return {}, ""
    at_field = {detail.field: detail.message for detail in problem.details}
    errors = {name: at_field[name] for name in fields if name in at_field}
    again = f" Please try again {labels.format_wait(problem.retry_after)}." if isinstance(problem, TooManyError) else ""
    return errors, "" if errors else problem.message + again
