"""How a page is answered: with a template, or with a redirect after a form; always with strict security headers."""

import re
from typing import Any

from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from blogqueue.settings import STRIPE_API_BASE, settings

PAYMENT_PAGE = (
    "https://checkout.stripe.com" if settings.stripe_api_base == STRIPE_API_BASE else settings.stripe_api_base
)

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")


def headers(images_of: str = "") -> dict[str, str]:
    """Return the security headers of a page: nothing is loaded from elsewhere, except images from the host `images_of`.

    No cache may keep a page, because most pages show what only one customer may see.
    """
    images = f" https://{images_of}" if _HOST.fullmatch(images_of) else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{images}; connect-src 'self'; "
            # `form-action` also covers the redirect that answers a form (CSP 3, §6.4.2), here to the payment page.
            f"form-action 'self' {PAYMENT_PAGE}; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def page(name: str, *, status_code: int = 200, images_of: str = "", **context: Any) -> Template:  # noqa: ANN401 - templates take any value
    """Answer with the template `name`; it may show images from the host `images_of`."""
    return Template(name, context=context, headers=headers(images_of), status_code=status_code)


def moved_to(path: str) -> Redirect:
    """Redirect to the address that a page has now."""
    return Redirect(path, status_code=301, headers=headers())


def see_other(path: str, *cookies: Cookie, **query: str) -> Redirect:
    """Redirect to another page after a form was handled, so that a reload does not send the form again."""
    return Redirect(path, status_code=303, cookies=cookies, query_params=query or None, headers=headers())
