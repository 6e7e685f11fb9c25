"""The sandbox's pages for people, beside the payment page: the overview and the mailbox."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from blogqueue.sandbox import sessions
from blogqueue.sandbox.forms import format_price
from blogqueue.sandbox.state import JSON, get_sandbox

TEMPLATES = TemplateConfig(directory=Path(__file__).parent / "templates", engine=JinjaTemplateEngine)
SESSIONS_SHOWN = 50
EMAILS_SHOWN = 500


@get("/")
async def show_overview(request: Request[Any, Any, Any]) -> Template:
    """Show checkout sessions, counts and faults, with links to everything else."""
    sandbox = get_sandbox(request)
    shown: list[JSON] = []
    for stored in sandbox.store.newest("sessions", SESSIONS_SHOWN):
        session = await sessions.refresh(sandbox, stored)
        lines = (sandbox.store.get("line_items", session["id"]) or {"data": []})["data"]
        titles = ", ".join(str(line["description"]) for line in lines) or "(nothing)"
        shown.append(session | {"title": titles, "price": format_price(session["amount_total"], session["currency"])})
    counts = {kind: sandbox.store.count(kind) for kind in ("sessions", "mails", "calls", "deliveries", "refunds")}
    pending = len(sandbox.store.where("events", "pending_webhooks", 1))
    faults = {party: queue for party, queue in sandbox.faults.queues.items() if queue}
    context = {"sessions": shown, "counts": counts, "pending": pending, "faults": faults, "url": sandbox.config.url}
    return Template("index.html", context=context)


@get("/mailbox")
async def show_mailbox(request: Request[Any, Any, Any]) -> Template:
    """List the newest emails, newest first."""
    store = get_sandbox(request).store
    mails = [mail | {"date": _format_date(mail)} for mail in store.newest("mails", EMAILS_SHOWN)]
    return Template("mailbox.html", context={"mails": mails, "more": store.count("mails") - len(mails)})


@get("/mailbox/{mail_id:str}")
async def show_email(request: Request[Any, Any, Any], mail_id: FromPath[str]) -> Response[Any] | Template:
    """Show one email: as HTML, as text, and its headers."""
    mail = get_sandbox(request).store.get("mails", mail_id)
    if mail is None:
        return Template("missing.html", context={"message": "There is no such email."}, status_code=404)
    return Template("email.html", context={"mail": mail, "date": _format_date(mail)})


def _format_date(mail: JSON) -> str:
    return datetime.fromtimestamp(mail["at"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


HANDLERS = [show_overview, show_mailbox, show_email]
