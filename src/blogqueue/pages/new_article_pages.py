"""Order a new article: the list of domains, and the form for an article with the customer's link in it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.catalogue import domains, link_rules
from blogqueue.errors import ProblemError
from blogqueue.orders import purchases
from blogqueue.orders.requests import ArticleRequest
from blogqueue.pages import forms
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page, public_page

FIELDS = ("exclusive", "topic", "niche", "keyword", "targetUrl", "anchorText", "email")


@get("/new-article", include_in_schema=False)
async def choose_domain(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the domains that sell new articles."""
    return public_page(request, "domains.html", domains=await domains.list_selling())


@get("/new-article/{host:str}", include_in_schema=False)
async def article_form(host: FromPath[str]) -> Template:
    """Show the form for a new article on a domain."""
    return await _show(host, {})


@post("/new-article/{host:str}", include_in_schema=False)
async def send_article_form(request: Request[Any, Any, Any], host: FromPath[str], data: Form) -> Redirect | Template:
    """Create the purchase and email the link that confirms it, or show the form again with the messages."""
    purchase_request = ArticleRequest(
        domain_id=(await domains.get_by_host(host)).id,
        exclusive=data.get("exclusive", "") == "1",
        topic=data.get("topic", "").strip(),
        niche=data.get("niche", "").strip(),
        keyword=data.get("keyword", "").strip(),
        target_url=data.get("targetUrl", "").strip(),
        anchor_text=data.get("anchorText", "").strip(),
        email=data.get("email", "").strip(),
    )
    try:
        outbox = await purchases.create(
            purchase_request, address=auth.address(request), form_id=parse_uuid(data.get("form", ""))
        )
    except ProblemError as problem:
        return await _show(host, data, problem)
    await nudge(outbox)
    return forms.to_check_email(purchase_request.email, f"/new-article/{host}")


async def _show(host: str, typed: Mapping[str, str], problem: ProblemError | None = None) -> Template:
    """Show the form with what was typed, and the messages at their fields."""
    errors, form_error = forms.list_errors(problem, FIELDS)
    return page(
        "article_form.html",
        status_code=problem.status if problem else 200,
        domain=await domains.get_by_host(host),
        typed=typed,
        form_id=typed.get("form") or uuid4(),
        errors=errors,
        form_error=form_error,
        rules=link_rules,
    )


HANDLERS = [choose_domain, article_form, send_article_form]
