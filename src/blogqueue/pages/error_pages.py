"""Errors as pages, in the style of the others."""

from typing import Any

from litestar import Request, Response
from litestar.response import Template

from blogqueue.api import problems
from blogqueue.errors import ProblemError
from blogqueue.pages import labels
from blogqueue.pages.responses import page

TITLES = {
    400: "Something is wrong with this request",
    403: "You do not have permission to do this",
    404: "Page not found",
    405: "This does not work here",
    408: "That took too long",
    410: "No longer available",
    413: "That was too long",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Temporarily unavailable",
}
"""The heading of an error page, by HTTP status; any other status has the heading of 400."""

TEXTS = {
    400: "We could not read what your browser sent. Please go back to the previous page and try again.",
    403: "Your session may have ended, or the page you sent this from is too old. Please open that page again.",
    404: "The address may be mistyped or incomplete, or the page no longer exists.",
    405: "You cannot open this address directly. Please start from one of our pages.",
    408: "Nothing was changed. Please check your connection and send it again.",
    413: "Nothing was changed. Please shorten your text and send it again.",
    500: "We have recorded the error. Please check your email or your order before you try again.",
    503: "A part of our service is not responding. Nothing was changed. Please try again in a moment.",
}
"""The text of an error page, by HTTP status, where the message of the error itself is written for programs."""


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Return whether a request comes from a browser, not from a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def error_page(request: Request[Any, Any, Any], error: Exception) -> Response[Any] | Template:
    """Answer an error with a page for a browser, and with the JSON envelope for a program."""
    if not wants_page(request):
        return problems.answer(request, error)
    problem = problems.as_problem(request, error)
    title = TITLES.get(problem.status, TITLES[400])
    extra_headers = problems.headers(error, problem)
    text = _explain(problem, extra_headers.get("Retry-After"))
    answer = page("message.html", status_code=problem.status, title=title, text=text)
    answer.headers.update(extra_headers)
    return answer


def _explain(problem: ProblemError, retry_after: str | None) -> str:
    """Explain an error in a sentence or two; broken rules are explained by the messages of their fields."""
    if problem.status == 429:  # noqa: PLR2004 - too many requests
        return f"You have sent too many requests. Please try again {labels.format_wait(int(retry_after or 60))}."
    if problem.details and problem.status == 422:  # noqa: PLR2004 - broken rules
        return " ".join(detail.message for detail in problem.details)
    return TEXTS.get(problem.status, problem.message)
