"""What a person sees of the sandbox: the payment page, the mailbox, and where everything is."""

from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template.config import TemplateConfig

from blogqueue.sandbox import stripe, webhooks
from blogqueue.sandbox.state import JSON, Sandbox, of

TEMPLATES = TemplateConfig(directory=Path(__file__).parent / "templates", engine=JinjaTemplateEngine)
SHOWN = 20


@get("/")
async def index(request: Request[Any, Any, Any]) -> Template:
    """Where everything is."""
    sandbox = of(request)
    sessions = [await stripe.current(sandbox, session) for session in sandbox.store.all("sessions")[-SHOWN:]]
    return Template(
        "index.html",
        context={
            "sessions": sessions[::-1],
            "mails": len(sandbox.store.all("mails")),
            "calls": len(sandbox.store.all("calls")),
            "faults": sandbox.faults.queues,
        },
    )


@get("/checkout/{session_id:str}")
async def checkout(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Template:
    """The payment page."""
    session = await _session(request, session_id)
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    return Template("checkout.html", context={"session": session, "amount": amount})


@post("/checkout/{session_id:str}/pay")
async def pay(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Pay: the signed webhook is sent before the answer."""
    return await _complete(request, session_id, paid=True)


@post("/checkout/{session_id:str}/pay-delayed")
async def pay_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Pay with a method that takes its time: completed, but unpaid until settled."""
    return await _complete(request, session_id, paid=False)


@post("/checkout/{session_id:str}/settle-delayed")
async def settle_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """The delayed payment arrives."""
    return await _end_delayed(request, session_id, "checkout.session.async_payment_succeeded", "paid")


@post("/checkout/{session_id:str}/fail-delayed")
async def fail_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """The delayed payment fails."""
    return await _end_delayed(request, session_id, "checkout.session.async_payment_failed", "unpaid")


@post("/checkout/{session_id:str}/cancel")
async def cancel(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Go back: the session stays open."""
    session = await _session(request, session_id)
    return _on(request, session["cancel_url"] or "/", {"sessionId": session_id})


@post("/checkout/{session_id:str}/expire")
async def expire(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Let the session's time run out."""
    session = await _session(request, session_id)
    if session["status"] != "open":
        return Response({"error": f"The session is {session['status']}."}, status_code=409)
    await stripe.expire(of(request), session)
    return _on(request, "/", {"sessionId": session_id})


@post("/disputes")
async def dispute(request: Request[Any, Any, Any]) -> JSON:
    """The customer's bank disputes a payment: `{paymentIntent}`."""
    asked = await request.json()
    subject = {"id": "dp_1", "object": "dispute", "payment_intent": asked["paymentIntent"], "status": "needs_response"}
    event = await webhooks.emit(of(request), "charge.dispute.created", subject)
    return {"eventId": event["id"], "webhookStatus": event["sandbox_status"]}


@get("/mailbox")
async def mailbox(request: Request[Any, Any, Any]) -> Template:
    """All letters, newest first."""
    return Template("mailbox.html", context={"mails": of(request).store.all("mails")[::-1]})


@get("/mailbox/{mail_id:str}")
async def letter(request: Request[Any, Any, Any], mail_id: FromPath[str]) -> Response[Any] | Template:
    """One letter: as HTML, as text, and its headers."""
    mail = of(request).store.get("mails", mail_id)
    if mail is None:
        return Response("There is no such letter.", status_code=404)
    return Template("letter.html", context={"mail": mail})


async def _session(request: Request[Any, Any, Any], session_id: str) -> JSON:
    return await stripe.find_session(of(request), session_id)


async def _complete(request: Request[Any, Any, Any], session_id: str, *, paid: bool) -> Response[Any]:
    sandbox, session = of(request), await _session(request, session_id)
    if session["status"] != "open":
        return Response({"error": f"The session is {session['status']}."}, status_code=409)
    event = await stripe.complete(sandbox, session, paid=paid)
    return _paid(request, sandbox, session, event)


async def _end_delayed(request: Request[Any, Any, Any], session_id: str, kind: str, status: str) -> Response[Any]:
    sandbox, session = of(request), await _session(request, session_id)
    if (session["status"], session["payment_status"]) != ("complete", "unpaid"):
        return Response({"error": "No payment is under way."}, status_code=409)
    session["payment_status"] = status
    sandbox.store.put("sessions", session_id, session)
    event = await webhooks.emit(sandbox, kind, session)
    return _paid(request, sandbox, session, event)


def _paid(request: Request[Any, Any, Any], _sandbox: Sandbox, session: JSON, event: JSON) -> Response[Any]:
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    said = {
        "sessionId": session["id"],
        "eventId": event["id"],
        "webhookStatus": event["sandbox_status"],
        "delivered": event["sandbox_status"] == 200,  # noqa: PLR2004 - taken
        "successUrl": url,
    }
    return _on(request, url, said)


def _on(request: Request[Any, Any, Any], url: str, said: JSON) -> Response[Any]:
    """Where a browser goes next; what a program is told."""
    if "text/html" in request.headers.get("accept", ""):
        return Redirect(url, status_code=303)
    return Response(said, status_code=200)


HANDLERS = [
    index,
    checkout,
    pay,
    pay_delayed,
    settle_delayed,
    fail_delayed,
    cancel,
    expire,
    dispute,
    mailbox,
    letter,
]
