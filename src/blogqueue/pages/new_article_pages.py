"""From a site to the confirmation of a new article there, written around the customer's link."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.catalogue import domains, link_rules
from blogqueue.errors import ProblemError
from blogqueue.orders import purchases
from blogqueue.orders.requests import ArticleRequest
from blogqueue.pages import forms
from blogqueue.pages.forms import Form, as_uuid
from blogqueue.pages.responses import page

FIELDS = ("topic", "niche", "keyword", "targetUrl", "anchorText", "email")


@get("/new-article", include_in_schema=False)
async def choose_site() -> Template:
    """The sites that sell new articles."""
    return page("domains.html", domains=await domains.list_selling())


@get("/new-article/{host:str}", include_in_schema=False)
async def article_form(host: FromPath[str]) -> Template:
    """The form for a new article on a site."""
    return await _form(host, {})


@post("/new-article/{host:str}", include_in_schema=False)
async def ask(request: Request[Any, Any, Any], host: FromPath[str], data: Form) -> Redirect | Template:
    """The form, filled in: keep the wish and mail the link that confirms it, or show what is wrong beside it."""
    purchase_request = ArticleRequest(
        domain_id=(await domains.get_by_host(host)).id,
        topic=data.get("topic", "").strip(),
        niche=data.get("niche", "").strip(),
        keyword=data.get("keyword", "").strip(),
        target_url=data.get("targetUrl", "").strip(),
        anchor_text=data.get("anchorText", "").strip(),
        email=data.get("email", "").strip(),
    )
    try:
        outbox = await purchases.create(
            purchase_request, address=auth.address(request), form_id=as_uuid(data.get("form", ""))
        )
    except ProblemError as problem:
        return await _form(host, data, problem)
    await nudge(outbox)
    return forms.check_mail(purchase_request.email, f"/new-article/{host}")


async def _form(host: str, typed: Mapping[str, str], problem: ProblemError | None = None) -> Template:
    """The form with what was typed, each message at its field; what fits no field stands above."""
    errors, form_error = forms.told(problem, FIELDS)
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


HANDLERS = [choose_site, article_form, ask]
