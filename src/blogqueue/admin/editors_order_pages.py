"""Order an article as an editor: the form, and the order that it opens."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, get, post
from litestar.response import Redirect, Template

from blogqueue import tokens
from blogqueue.actors.messages import nudge
from blogqueue.admin import desk
from blogqueue.api import auth
from blogqueue.catalogue import domains, link_rules
from blogqueue.errors import ProblemError
from blogqueue.orders import opening
from blogqueue.orders.requests import ArticleRequest
from blogqueue.pages import forms
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page

FIELDS = ("domain", "topic", "niche", "keyword", "targetUrl", "anchorText", "email")


@get("/admin/articles/new", include_in_schema=False)
async def article_form(request: Request[Any, Any, Any]) -> Template:
    """Show the form for an article that an editor orders."""
    return await _show(request, {"email": await opening.find_reviewer(desk.editor(request))})


@post("/admin/articles/new", include_in_schema=False)
async def order_article(request: Request[Any, Any, Any], data: Form) -> Template | Redirect:
    """Open the order and show it, or show the form again with the messages. A form sent twice opens one order."""
    actor = await auth.form_sender(request, data.get("form", ""))
    order_id = parse_uuid(data.get("order", "")) or uuid4()
    article_request = ArticleRequest(
        domain_id=parse_uuid(data.get("domain", "")) or UUID(int=0),
        topic=data.get("topic", "").strip(),
        niche=data.get("niche", "").strip(),
        keyword=data.get("keyword", "").strip(),
        target_url=data.get("targetUrl", "").strip(),
        anchor_text=data.get("anchorText", "").strip(),
        email=data.get("email", "").strip(),
    )
    try:
        outbox = await opening.order_article(article_request, actor=actor, order_id=order_id)
    except ProblemError as problem:
        return await _show(request, data, problem)
    await nudge(outbox)
    return Redirect(f"/admin/reviews/{order_id}", status_code=303)


async def _show(
    request: Request[Any, Any, Any], typed: Mapping[str, str], problem: ProblemError | None = None
) -> Template:
    """Show the form with what was typed, and the messages at their fields."""
    errors, form_error = forms.list_errors(problem, FIELDS)
    return page(
        "new_article.html",
        status_code=problem.status if problem else 200,
        domains=await domains.list_selling(),
        typed=typed,
        order_id=typed.get("order") or uuid4(),
        form=tokens.derive_form_token(auth.session(request)),
        errors=errors,
        form_error=form_error,
        rules=link_rules,
    )


HANDLERS = [article_form, order_article]
