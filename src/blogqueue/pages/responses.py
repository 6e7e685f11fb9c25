"""How a page is answered: with a template, or with a redirect after a form; always with strict security headers."""

import hashlib
import re
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from blogqueue.settings import STRIPE_API_BASE, settings

PAYMENT_PAGE = (
    "https://checkout.stripe.com" if settings.stripe_api_base == STRIPE_API_BASE else settings.stripe_api_base
)

CACHE_CONTROL = "public, max-age=0, s-maxage=60, stale-while-revalidate=30"
"""Of public pages: a shared cache may show one that is a minute old, with the slots that were free then."""

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")


def headers(images_of: str = "") -> dict[str, str]:
    """Return the security headers of a page: nothing is loaded from elsewhere, except images from the host `images_of`.

    No cache may keep a page, and no search engine list it, because most show what only one customer may see; others are
    answered by `public_page`.
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
        "X-Robots-Tag": "noindex",
    }


def page(name: str, *, status_code: int = 200, images_of: str = "", **context: Any) -> Template:  # noqa: ANN401 - templates take any value
    """Answer with the template `name`; it may show images from the host `images_of`."""
    return Template(name, context=context, headers=headers(images_of), status_code=status_code)


def public_page(request: Request[Any, Any, Any], name: str, *, images_of: str = "", **context: Any) -> Response[str]:  # noqa: ANN401 - as above
    """Answer with a page that is the same for everybody: shared caches may keep it, and search engines list it.

    It sets no cookie. A browser asks each time whether it has changed, and is answered without the page if not.
    """
    engine = request.app.template_engine
    if engine is None:
        raise RuntimeError("the application has no templates")
    html = engine.get_template(name).render(request=request, **context)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:24]}"'
    kept = headers(images_of) | {"Cache-Control": CACHE_CONTROL, "ETag": etag, "X-Robots-Tag": "all"}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response("", status_code=304, headers=kept, media_type="text/html")
    return Response(html, headers=kept, media_type="text/html")


def moved_to(path: str) -> Redirect:
    """Redirect to the address that a page has now."""
    return Redirect(path, status_code=301, headers=headers())


def see_other(path: str, *cookies: Cookie, **query: str) -> Redirect:
    """Redirect to another page after a form was handled, so that a reload does not send the form again."""
    return Redirect(path, status_code=303, cookies=cookies, query_params=query or None, headers=headers())
