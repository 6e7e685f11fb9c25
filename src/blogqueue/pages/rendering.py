"""How pages are made: one layout, one style sheet, one small script, no third party; and errors in the same style."""

import hashlib
import re
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template.config import TemplateConfig

from blogqueue.api import envelope
from blogqueue.errors import ProblemError
from blogqueue.money import format_amount
from blogqueue.pages import order_texts
from blogqueue.settings import STRIPE_API_BASE, settings

HERE = Path(__file__).parent
STATIC = HERE / "static"

PAYMENT_PAGE = (
    "https://checkout.stripe.com" if settings.stripe_api_base == STRIPE_API_BASE else settings.stripe_api_base
)

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")


def headers(images_of: str = "") -> dict[str, str]:
    """What every page says to browsers: nothing from elsewhere, but the images of the site whose article it shows.

    And no cache keeps it: most pages show what only one customer may see.
    """
    images = f" https://{images_of}" if _HOST.fullmatch(images_of) else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{images}; connect-src 'self'; "
            # A form's answer may send the browser on to the payment page, which this names too (CSP 3, §6.4.2).
            f"form-action 'self' {PAYMENT_PAGE}; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


TITLES = {
    400: "That does not look right",
    403: "Not from here",
    404: "There is no such page",
    405: "That does not work here",
    410: "This is gone",
    413: "That was too much",
    429: "A little slower, please",
    500: "Something went wrong on our side",
    503: "Just a moment, please",
}
"""An error page's heading by its HTTP status; any other status has the 400's."""

TEXTS = {
    400: "Something of what was sent cannot be read. Please go back to the page that it came from, and try again.",
    403: "This is not open to you, or the page it was sent from is too old. Please open that page anew.",
    405: "This address is only read, or only written to, by one of our pages.",
    413: "What was sent is too long. Please shorten it and send it again; nothing was changed.",
    404: "The address may be mistyped or cut off, or what stood here is gone.",
    500: "Our team can see what happened. Nothing was bought or changed by it; please try again in a moment.",
    503: "A part of our service does not answer right now. Nothing was changed; please try again in a moment.",
}
"""Its text, where the error's own sentence is made for programs."""


def page(name: str, *, status_code: int = 200, images_of: str = "", **context: Any) -> Template:  # noqa: ANN401 - what the template shows
    """A page; with the host whose images it may show."""
    return Template(name, context=context, headers=headers(images_of), status_code=status_code)


def onward(path: str, *cookies: Cookie, **query: str) -> Redirect:
    """On to another page, after something was done."""
    return Redirect(path, status_code=303, cookies=cookies, query_params=query or None, headers=headers())


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser asks, and not a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def error_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """An error as a page for browsers, as the envelope for programs."""
    if not wants_page(request):
        return envelope.answer(request, error)
    problem = envelope.as_problem(request, error)
    title = TITLES.get(problem.status, TITLES[400])
    own = envelope.headers(error, problem)
    shown = page("message.html", status_code=problem.status, title=title, text=_text(problem, own.get("Retry-After")))
    shown.headers.update(own)
    return shown


def _text(problem: ProblemError, retry_after: str | None) -> str:
    """An error in a sentence or two for people; what is wrong with a field says so itself."""
    if problem.status == 429:  # noqa: PLR2004 - too many requests
        return f"That was asked for very often from here. Please come again {order_texts.wait(int(retry_after or 60))}."
    if problem.details and problem.status == 422:  # noqa: PLR2004 - broken rules
        return " ".join(detail.message for detail in problem.details)
    return TEXTS.get(problem.status, problem.message)


def _static(name: str) -> str:
    """A file's address, which changes with its content, so that browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


_ENGINE = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
cast("dict[str, Any]", _ENGINE.globals).update(
    icon=_static("icon.svg"),
    style=_static("style.css"),
    script=_static("live.js"),
    words=order_texts,
    price=format_amount,
    contact=lambda: settings.contact,
)

TEMPLATES: TemplateConfig[JinjaTemplateEngine] = TemplateConfig(instance=JinjaTemplateEngine(engine_instance=_ENGINE))
