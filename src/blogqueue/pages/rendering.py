"""Pages: one layout, no script, no third party; and errors in the same style."""

from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from blogqueue.api import envelope
from blogqueue.settings import STRIPE_API_BASE, settings

HERE = Path(__file__).parent
TEMPLATES = TemplateConfig(directory=HERE / "templates", engine=JinjaTemplateEngine)
STATIC = HERE / "static"

PAYMENT_PAGE = (
    "https://checkout.stripe.com" if settings.stripe_api_base == STRIPE_API_BASE else settings.stripe_api_base
)

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
        # A form's answer may send the browser on to the payment page, which this names too (CSP 3, §6.4.2).
        f"form-action 'self' {PAYMENT_PAGE}; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page(name: str, **context: Any) -> Template:  # noqa: ANN401 - what the template shows
    """A page that no cache keeps: most show what only one customer may see."""
    return Template(name, context=context, headers=SECURITY_HEADERS | {"Cache-Control": "no-store"})


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser asks, and not a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def error_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """An error as a page for browsers, as the envelope for programs."""
    if not wants_page(request):
        return envelope.answer(request, error)
    problem = envelope.as_problem(request, error)
    template = page("message.html", title="That did not work", text=problem.message)
    template.status_code = problem.status
    return template
