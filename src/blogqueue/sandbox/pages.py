"""What a person sees of the sandbox beside the payment page: the mailbox, and where everything is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

from blogqueue.sandbox import sessions
from blogqueue.sandbox.checkout import price
from blogqueue.sandbox.state import JSON, of

TEMPLATES = TemplateConfig(directory=Path(__file__).parent / "templates", engine=JinjaTemplateEngine)
SHOWN = 50


@get("/")
async def index(request: Request[Any, Any, Any]) -> Template:
    """Where everything is."""
    sandbox = of(request)
    shown: list[JSON] = []
    for kept in sandbox.store.last("sessions", SHOWN):
        session = await sessions.current(sandbox, kept)
        lines = (sandbox.store.get("line_items", session["id"]) or {"data": []})["data"]
        titles = ", ".join(str(line["description"]) for line in lines) or "(nothing)"
        shown.append(session | {"title": titles, "price": price(session["amount_total"], session["currency"])})
    counts = {kind: sandbox.store.count(kind) for kind in ("sessions", "mails", "calls", "deliveries", "refunds")}
    pending = len(sandbox.store.where("events", "pending_webhooks", 1))
    faults = {party: queue for party, queue in sandbox.faults.queues.items() if queue}
    context = {"sessions": shown, "counts": counts, "pending": pending, "faults": faults, "url": sandbox.config.url}
    return Template("index.html", context=context)


@get("/mailbox")
async def mailbox(request: Request[Any, Any, Any]) -> Template:
    """The newest letters, newest first."""
    store = of(request).store
    mails = [mail | {"date": _date(mail)} for mail in store.last("mails", SHOWN * 10)]
    return Template("mailbox.html", context={"mails": mails, "more": store.count("mails") - len(mails)})


@get("/mailbox/{mail_id:str}")
async def letter(request: Request[Any, Any, Any], mail_id: FromPath[str]) -> Response[Any] | Template:
    """One letter: as HTML, as text, and its headers."""
    mail = of(request).store.get("mails", mail_id)
    if mail is None:
        return Template("missing.html", context={"what": "There is no such letter."}, status_code=404)
    return Template("letter.html", context={"mail": mail, "date": _date(mail)})


def _date(mail: JSON) -> str:
    return datetime.fromtimestamp(mail["at"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


HANDLERS = [index, mailbox, letter]
