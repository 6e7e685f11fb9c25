"""The domains: what each of them sells and for how much, with prices as people write money."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.api import auth
from blogqueue.catalogue import domain_rules, row_edits
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.errors import ProblemError
from blogqueue.localized import format_price
from blogqueue.money import CURRENCIES
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other

PATH = "/admin/domains"


@get(PATH, include_in_schema=False)
async def list_domains(notice: FromQuery[str] = "") -> Template:
    """List all domains, each with a form for its prices and one for its other terms."""
    return await _show(notice=notice[:200])


@post(PATH, include_in_schema=False)
async def add_domain(request: Request[Any, Any, Any], data: Form) -> Redirect | Template:
    """Add a domain; its prices are set afterwards."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _save("new", data, _create(data, actor))


@post("/admin/domains/{domain_id:uuid}/prices", include_in_schema=False)
async def set_prices(request: Request[Any, Any, Any], domain_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Set a domain's prices."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _save(f"{domain_id}/prices", data, _set_prices(data, actor))


@post("/admin/domains/{domain_id:uuid}", include_in_schema=False)
async def set_terms(request: Request[Any, Any, Any], domain_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Set what else a domain sells."""
    actor = await auth.form_sender(request, data.get("form", ""))
    return await _save(f"{domain_id}/terms", data, _set_terms(domain_id, data, actor))


async def _create(data: dict[str, str], actor: str) -> str:
    domain = await row_edits.create_domain(data, actor=actor)
    return f"{domain.host} was added. Set its prices before you import or publish articles."


async def _set_prices(data: dict[str, str], actor: str) -> str:
    typed = {name: data.get(name, "").strip() for name in (*domain_rules.PRICES, "currency")}
    # A form of an older page has no such field, and leaves the price as it is.
    typed |= {name: data[name].strip() for name in domain_rules.OPTIONAL_PRICES if name in data}
    domain = await row_edits.set_prices(data.get("host", ""), typed, actor=actor, shown=data.get("shown", ""))
    return (
        f"At {domain.host}, a link costs {format_price(domain.backlink_price, domain.currency)} and a new article "
        f"{format_price(domain.article_price, domain.currency)}."
    )


async def _set_terms(domain_id: UUID, data: dict[str, str], actor: str) -> str:
    host = await row_edits.set_terms(domain_id, data, actor=actor, shown=data.get("shown", ""))
    return f"The terms of {host} are saved."


async def _save(form_name: str, data: dict[str, str], saving: Awaitable[str]) -> Redirect | Template:
    """Await what a form changes; if it is refused, show it again with what was typed and the reason."""
    try:
        return see_other(PATH, notice=await saving)
    except ColumnError as error:
        status, refusal = 422, str(error)
    except ProblemError as error:
        status, refusal = error.status, " ".join([error.message, *(detail.message for detail in error.details)])
    template = await _show(refusal=refusal, typed={form_name: data})
    template.status_code = status
    return template


async def _show(*, notice: str = "", refusal: str = "", typed: dict[str, dict[str, str]] | None = None) -> Template:
    return page(
        "admin_domains.html",
        domains=await row_edits.list_domains(),
        currencies=sorted(CURRENCIES),
        rels=domain_rules.RELS,
        identify=row_edits.identify,
        typed=typed or {},
        notice=notice,
        refusal=refusal,
    )


HANDLERS = [list_domains, add_domain, set_prices, set_terms]
