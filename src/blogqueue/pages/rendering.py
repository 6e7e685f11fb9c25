"""Pages: one layout, no script, no third party; and errors in the same style."""

from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from blogqueue.api import envelope

HERE = Path(__file__).parent
TEMPLATES = TemplateConfig(directory=HERE / "templates", engine=JinjaTemplateEngine)
STATIC = HERE / "static"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
        "form-action 'self' https://checkout.stripe.com; frame-ancestors 'none'; base-uri 'none'"
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
