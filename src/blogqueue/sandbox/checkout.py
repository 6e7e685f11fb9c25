"""Stripe's payment page: what its buttons do, for a browser and for a program alike."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from blogqueue.sandbox import intents, sessions, webhooks
from blogqueue.sandbox.state import JSON, Sandbox, of

# docs.stripe.com/currencies#zero-decimal
ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf")
)


@get("/checkout/{session_id:str}")
async def checkout(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Template:
    """The payment page."""
    return await _page(request, session_id)


@post("/checkout/{session_id:str}/pay")
async def pay(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Pay: the signed webhook is sent before the answer."""
    return await _complete(request, session_id, paid=True)


@post("/checkout/{session_id:str}/pay-delayed")
async def pay_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Pay with a method that takes its time: completed, but unpaid until settled."""
    return await _complete(request, session_id, paid=False)


@post("/checkout/{session_id:str}/settle-delayed")
async def settle_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """The delayed payment arrives."""
    return await _end_delayed(request, session_id, paid=True)


@post("/checkout/{session_id:str}/fail-delayed")
async def fail_delayed(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """The delayed payment fails."""
    return await _end_delayed(request, session_id, paid=False)


@post("/checkout/{session_id:str}/decline")
async def decline(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """The card is declined: the session stays open, and another try may follow."""
    sandbox, session = of(request), await sessions.by_id(of(request), session_id)
    if session["status"] != "open":
        return await _refused(request, session)
    intent = intents.declined(sandbox, session)
    sandbox.store.put("sessions", session_id, session | {"payment_intent": intent["id"]})
    said = await _emitted(sandbox, session, "payment_intent.payment_failed", intent)
    if _is_browser(request):
        return await _page(request, session_id, "The card was declined. Nothing was paid; try again.", status=402)
    return Response(said | {"error": intents.DECLINED["message"]}, status_code=402)


@post("/checkout/{session_id:str}/cancel")
async def cancel(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any]:
    """Go back: the session stays open."""
    session = await sessions.by_id(of(request), session_id)
    url = session["cancel_url"] or "/"
    return _on(request, url, {"sessionId": session_id, "cancelUrl": url})


@post("/checkout/{session_id:str}/expire")
async def expire(request: Request[Any, Any, Any], session_id: FromPath[str]) -> Response[Any] | Template:
    """Let the session's time run out."""
    sandbox, session = of(request), await sessions.by_id(of(request), session_id)
    if session["status"] != "open":
        return await _refused(request, session)
    said = await _emitted(sandbox, session, "checkout.session.expired", sessions.ended(sandbox, session))
    return _on(request, f"/checkout/{session_id}", said)


def price(minor_units: int, currency: str) -> str:
    """An amount as people read it: 49.00 EUR, 5000 JPY."""
    amount = str(minor_units) if currency in ZERO_DECIMAL else f"{minor_units / 100:.2f}"
    return f"{amount} {currency.upper()}"


async def _complete(request: Request[Any, Any, Any], session_id: str, *, paid: bool) -> Response[Any] | Template:
    sandbox, session = of(request), await sessions.by_id(of(request), session_id)
    if session["status"] != "open":
        return await _refused(request, session)
    session = sessions.complete(sandbox, session, paid=paid)
    return _on_to_shop(request, session, await _emitted(sandbox, session, "checkout.session.completed", session))


async def _end_delayed(request: Request[Any, Any, Any], session_id: str, *, paid: bool) -> Response[Any] | Template:
    sandbox, session = of(request), await sessions.by_id(of(request), session_id)
    intent = _under_way(sandbox, session)
    if intent is None:
        return await _refused(request, session, "No payment is under way.")
    if paid:
        intents.succeeded(sandbox, intent)
        session["payment_status"] = "paid"
        sandbox.store.put("sessions", session_id, session)
    else:
        intents.declined(sandbox, session)
    kind = "checkout.session.async_payment_succeeded" if paid else "checkout.session.async_payment_failed"
    return _on_to_shop(request, session, await _emitted(sandbox, session, kind, session))


def _under_way(sandbox: Sandbox, session: JSON) -> JSON | None:
    """The payment intent of a payment that has neither arrived nor failed."""
    intent = sandbox.store.get("payment_intents", session["payment_intent"] or "")
    return intent if intent and intent["status"] == "processing" else None


async def _emitted(sandbox: Sandbox, session: JSON, kind: str, subject: JSON) -> JSON:
    """Tell the webhook, and what a program is told of it."""
    event, status = await webhooks.emit(sandbox, kind, subject)
    return {
        "sessionId": session["id"],
        "eventId": event["id"],
        "webhookStatus": status,
        "delivered": webhooks.taken(status),
    }


def _on_to_shop(request: Request[Any, Any, Any], session: JSON, said: JSON) -> Response[Any]:
    url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return _on(request, url, said | {"successUrl": url})


async def _refused(request: Request[Any, Any, Any], session: JSON, why: str = "") -> Response[Any] | Template:
    said = why or f"The session is {session['status']}."
    if _is_browser(request):
        return await _page(request, session["id"], said, status=409)
    return Response({"error": said}, status_code=409)


async def _page(request: Request[Any, Any, Any], session_id: str, notice: str = "", status: int = 200) -> Template:
    sandbox = of(request)
    session = await sessions.by_id(sandbox, session_id)
    lines = (sandbox.store.get("line_items", session_id) or {"data": []})["data"]
    context = {
        "session": session,
        "lines": [
            (line["description"], line["quantity"], price(line["amount_total"], line["currency"])) for line in lines
        ],
        "amount": price(session["amount_total"], session["currency"]),
        "notice": notice,
        "is_under_way": _under_way(sandbox, session) is not None,
        "success_url": session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id),
    }
    return Template("checkout.html", context=context, status_code=status)


def _on(request: Request[Any, Any, Any], url: str, said: JSON) -> Response[Any]:
    """Where a browser goes next; what a program is told."""
    return Redirect(url, status_code=303) if _is_browser(request) else Response(said, status_code=200)


def _is_browser(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("accept", "")


HANDLERS = [checkout, pay, pay_delayed, settle_delayed, fail_delayed, decline, cancel, expire]
