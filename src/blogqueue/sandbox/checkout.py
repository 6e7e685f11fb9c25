"""Stripe's payment page and its buttons, for browsers and for programs."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.sandbox import billing, forms, intents, sessions, webhooks
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox


@get("/checkout/{session_id:str}")
async def show_checkout(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Template:
    """Show the payment page."""
    return await _render_page(request, session_id)


@post("/checkout/{session_id:str}/pay")
async def pay(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Pay at once; the signed webhook is sent before the answer."""
    return await _complete(request, session_id, paid=True)


@post("/checkout/{session_id:str}/pay-delayed")
async def pay_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Pay with a method that takes days: the session is complete, but unpaid until the payment succeeds."""
    return await _complete(request, session_id, paid=False)


@post("/checkout/{session_id:str}/settle-delayed")
async def settle_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Let a delayed payment succeed."""
    return await _end_delayed(request, session_id, paid=True)


@post("/checkout/{session_id:str}/fail-delayed")
async def fail_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Let a delayed payment fail."""
    return await _end_delayed(request, session_id, paid=False)


@post("/checkout/{session_id:str}/decline")
async def decline(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Decline the card; the session stays open for another attempt."""
    sandbox, session = get_sandbox(request), await sessions.get_current(get_sandbox(request), session_id)
    if session["status"] != "open":
        return await _refuse(request, session)
    intent = intents.mark_declined(sandbox, session)
    sandbox.store.put("sessions", session_id, session | {"payment_intent": intent["id"]})
    sent = await _send_event(sandbox, session, "payment_intent.payment_failed", intent)
    if _is_browser(request):
        return await _render_page(
            request, session_id, "The card was declined. Nothing was paid; try again.", status=402
        )
    return Response(sent | {"error": intents.DECLINED["message"]}, status_code=402)


@post("/checkout/{session_id:str}/cancel")
async def cancel(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Go back to the shop; the session stays open."""
    session = await sessions.get_current(get_sandbox(request), session_id)
    url = session["cancel_url"] or "/"
    return _continue(request, url, {"sessionId": session_id, "cancelUrl": url})


@post("/checkout/{session_id:str}/expire")
async def expire(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Expire the session."""
    sandbox, session = get_sandbox(request), await sessions.get_current(get_sandbox(request), session_id)
    if session["status"] != "open":
        return await _refuse(request, session)
    sent = await _send_event(sandbox, session, "checkout.session.expired", sessions.mark_expired(sandbox, session))
    return _continue(request, f"/checkout/{session_id}", sent)


async def _complete(request: Request[Any, Any, Any], session_id: str, *, paid: bool) -> Response[Any] | Template:
    sandbox, session = get_sandbox(request), await sessions.get_current(get_sandbox(request), session_id)
    if session["status"] != "open":
        return await _refuse(request, session)
    buyer = {name: value.strip() for name, value in parse_qsl((await request.body()).decode())}
    if mistake := billing.find_mistake(session, buyer):
        return await _refuse(request, session, mistake, status=400)
    session = sessions.complete(sandbox, session, buyer, paid=paid)
    return _return_to_shop(request, session, await _send_event(sandbox, session, "checkout.session.completed", session))


async def _end_delayed(request: Request[Any, Any, Any], session_id: str, *, paid: bool) -> Response[Any] | Template:
    sandbox, session = get_sandbox(request), await sessions.get_current(get_sandbox(request), session_id)
    intent = _get_processing_intent(sandbox, session)
    if intent is None:
        return await _refuse(request, session, "No payment is being processed.")
    if paid:
        intents.mark_succeeded(sandbox, intent)
        session = sessions.mark_paid(sandbox, session)
    else:
        intents.mark_declined(sandbox, session)
    kind = "checkout.session.async_payment_succeeded" if paid else "checkout.session.async_payment_failed"
    return _return_to_shop(request, session, await _send_event(sandbox, session, kind, session))


def _get_processing_intent(sandbox: Sandbox, session: JSON) -> JSON | None:
    """Return the payment intent of a payment that has neither succeeded nor failed, or None."""
    intent = sandbox.store.get("payment_intents", session["payment_intent"] or "")
    return intent if intent and intent["status"] == "processing" else None


async def _send_event(sandbox: Sandbox, session: JSON, kind: str, subject: JSON) -> JSON:
    """Send an event to the webhook; return the result for programs."""
    event, status = await webhooks.emit(sandbox, kind, subject)
    return {
        "sessionId": session["id"],
        "eventId": event["id"],
        "webhookStatus": status,
        "delivered": webhooks.is_accepted(status),
    }


def _return_to_shop(request: Request[Any, Any, Any], session: JSON, result: JSON) -> Response[Any]:
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return _continue(request, url, result | {"successUrl": url})


async def _refuse(
    request: Request[Any, Any, Any], session: JSON, reason: str = "", status: int = 409
) -> Response[Any] | Template:
    message = reason or f"The session is {session['status']}."
    if _is_browser(request):
        return await _render_page(request, session["id"], message, status=status)
    return Response({"error": message}, status_code=status)


async def _render_page(
    request: Request[Any, Any, Any], session_id: str, notice: str = "", status: int = 200
) -> Template:
    sandbox = get_sandbox(request)
    session = await sessions.get_current(sandbox, session_id)
    lines = (sandbox.store.get("line_items", session_id) or {"data": []})["data"]
    context = {
        "session": session,
        "lines": [
            (line["description"], line["quantity"], forms.format_price(line["amount_total"], line["currency"]))
            for line in lines
        ],
        "amount": forms.format_price(session["amount_total"], session["currency"]),
        "notice": notice,
        "is_processing": _get_processing_intent(sandbox, session) is not None,
        "success_url": session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id),
    }
    return Template("checkout.html", context=context, status_code=status)


def _continue(request: Request[Any, Any, Any], url: str, result: JSON) -> Response[Any]:
    """Redirect a browser to a URL; answer a program with the result."""
    return Redirect(url, status_code=303) if _is_browser(request) else Response(result, status_code=200)


def _is_browser(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("accept", "")


HANDLERS = [show_checkout, pay, pay_delayed, settle_delayed, fail_delayed, decline, cancel, expire]
