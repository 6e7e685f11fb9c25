"""Your orders: all orders of an email address, for a browser that is signed in with an emailed link."""

import re
from typing import Any
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from blogqueue.api import auth
from blogqueue.errors import ProblemError
from blogqueue.orders import customer_orders, sign_ins
from blogqueue.pages.forms import Form, parse_uuid
from blogqueue.pages.responses import page, see_other
from blogqueue.states import OrderStatus

MOST_PAGES = 10_000


@get("/orders", include_in_schema=False)
async def your_orders(
    request: Request[Any, Any, Any], q: FromQuery[str] = "", status: FromQuery[str] = "", number: FromQuery[str] = "1"
) -> Template:
    """Show the orders of the address that is signed in; else those that this browser opened, and the way to sign in."""
    email = await sign_ins.get_email(request.cookies.get(auth.SIGN_IN_COOKIE, ""))
    if email is None:
        opened = await customer_orders.find_opened(_find_tokens(request))
        return page("your_orders_signed_out.html", orders=opened)
    q = q.strip()[:200]
    status = status if status in set(OrderStatus) else ""
    number_asked = min(max(int(number), 1), MOST_PAGES) if re.fullmatch("[0-9]{1,6}", number) else 1
    orders, total = await customer_orders.search(email, q=q, status=status, page=number_asked)
    return page(
        "your_orders.html",
        email=email,
        orders=orders,
        total=total,
        is_cut_off=total == customer_orders.MOST_COUNTED,
        q=q,
        status=status,
        number=number_asked,
        pages=-(-total // customer_orders.PAGE_SIZE),
        days=sign_ins.SESSION_DAYS,
    )


@get("/orders/sign-in", include_in_schema=False)
async def confirm_sign_in(token: FromQuery[str] = "") -> Template:
    """Show a button that signs in. Opening the link alone does nothing: programs that scan emails open links too."""
    try:
        await sign_ins.check_link(token)
    except ProblemError as problem:
        return _show_refusal(problem)
    return page("sign_in.html", token=token, days=sign_ins.SESSION_DAYS)


@post("/orders/sign-in", include_in_schema=False, guards=[auth.limited(auth.ORDER_LINKS)])
async def sign_in(data: Form) -> Redirect | Template:
    """Use up the emailed link, and show the orders."""
    try:
        session = await sign_ins.sign_in(data.get("token", ""))
    except ProblemError as problem:
        return _show_refusal(problem)
    return see_other("/orders", _make_cookie(session, sign_ins.SESSION_DAYS * 24 * 3600))


@post("/orders/sign-out", include_in_schema=False)
async def sign_out(request: Request[Any, Any, Any], data: Form) -> Redirect:
    """End this browser's session, or all sessions of its address."""
    session = request.cookies.get(auth.SIGN_IN_COOKIE, "")
    if data.get("where") == "everywhere" and (email := await sign_ins.get_email(session)):
        await sign_ins.sign_out_everywhere(email)
    elif session:
        await sign_ins.sign_out(session)
    return see_other("/orders", _make_cookie("", 0))


def _find_tokens(request: Request[Any, Any, Any]) -> dict[UUID, str]:
    """Return the order tokens in a browser's cookies, by order."""
    found = {parse_uuid(name.removeprefix("order_")): value for name, value in request.cookies.items()}
    return {
        order_id: value
        for order_id, value in found.items()
        if order_id and request.cookies.get(auth.cookie_name(order_id))
    }


def _show_refusal(problem: ProblemError) -> Template:
    return page("sign_in_refused.html", status_code=410 if problem.status == 409 else problem.status, code=problem.code)  # noqa: PLR2004 - conflict


def _make_cookie(session: str, seconds: int) -> Cookie:
    return Cookie(
        key=auth.SIGN_IN_COOKIE, value=session, max_age=seconds, httponly=True, samesite="lax", secure=auth.is_secure()
    )


HANDLERS = [your_orders, confirm_sign_in, sign_in, sign_out]
