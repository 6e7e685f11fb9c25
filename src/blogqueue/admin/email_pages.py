"""The emails: what was sent to whom, what failed and why, and sending a failed one again."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.emails import resending
from blogqueue.errors import ProblemError
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other
from blogqueue.states import EmailState

PATH = "/admin/emails"
SHOWN = 100


@get(PATH, include_in_schema=False)
async def list_emails(request: Request[Any, Any, Any], q: FromQuery[str] = "", notice: FromQuery[str] = "") -> Template:
    """List the newest emails, of one state and to one address if asked for; an unknown state is ignored."""
    named = request.query_params.get("state", "")
    return await _show(q=q, state=named if named in set(EmailState) else "", notice=notice[:200])


@get("/admin/emails/{email_id:uuid}", include_in_schema=False)
async def show_email(email_id: FromPath[UUID]) -> Template:
    """Show one email as plain text; its links have no token."""
    return page("admin_email.html", email=await resending.get(email_id))


@post("/admin/emails/{email_id:uuid}/resend", include_in_schema=False)
async def resend(request: Request[Any, Any, Any], email_id: FromPath[UUID], data: Form) -> Redirect | Template:
    """Send a failed email again; one that may have arrived only if the editor says so."""
    actor = await auth.form_sender(request, data.get("form", ""))
    try:
        outbox = await resending.resend(email_id, actor=actor, although_unknown=data.get("although") == "unknown")
    except ProblemError as error:
        template = await _show(state=EmailState.FAILED, refusal=error.message)
        template.status_code = error.status
        return template
    await nudge(outbox)
    return see_other(PATH, notice="The email is on its way again.")


async def _show(*, q: str = "", state: str = "", notice: str = "", refusal: str = "") -> Template:
    return page(
        "admin_emails.html",
        emails=await resending.find(q, state=state, limit=SHOWN),
        q=q,
        state=state,
        states=list(EmailState),
        shown=SHOWN,
        notice=notice,
        refusal=refusal,
    )


HANDLERS = [list_emails, show_email, resend]
