"""Sign in to the desk, and out of it. The login leads on to the page that was asked for."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from blogqueue import editors
from blogqueue.admin import desk, login
from blogqueue.admin.second_factor import AUTHENTICATOR
from blogqueue.api import auth
from blogqueue.errors import ForbiddenError, TooManyError
from blogqueue.pages import labels
from blogqueue.pages.forms import Form
from blogqueue.pages.responses import page, see_other

WRONG = "The name, the password or the code is wrong."
"""It does not say which: that would help an attacker."""

CODE_NEEDED = "Enter the code that your authenticator app shows, or one of your recovery codes."


@get("/admin/login", include_in_schema=False)
async def login_form(
    request: Request[Any, Any, Any], asked: Annotated[str, QueryParameter(name="next")] = ""
) -> Template | Redirect:
    """Show the login; an editor who is signed in goes straight on."""
    if await editors.get_by_session(auth.session(request)) is not None:
        return see_other(desk.check_next(asked))
    return _show(asked)


@post("/admin/login", include_in_schema=False)
async def sign_in(request: Request[Any, Any, Any], data: Form) -> Template | Redirect:
    """Sign in with a name, a password and, where one is set up, a code; then open the page that was asked for."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError
    name, asked = data.get("username", "").strip(), data.get("next", "")
    login.validate({field: data[field] for field in ("username", "password", "code") if field in data})
    try:
        await login.count(auth.address(request), name)
    except TooManyError as error:
        return _show(asked, name, f"Too many attempts. Please try again {labels.format_wait(error.retry_after)}.", 429)
    editor = await editors.check_password(name, data.get("password", ""))
    if editor is None:
        return _show(asked, name, WRONG, 401)
    if await editors.has_second_factor(editor.id):
        code = data.get("code", "").replace(" ", "")
        if not code:
            return _show(asked, name, CODE_NEEDED, 401)
        if not await AUTHENTICATOR.authenticate_user(editor, code):
            return _show(asked, name, WRONG, 401)
    session = await editors.open_session(editor.id)
    return see_other(desk.check_next(asked), _make_cookie(session, int(editors.LONGEST_SESSION.total_seconds())))


@post("/admin/logout", include_in_schema=False)
async def sign_out(request: Request[Any, Any, Any], data: Form) -> Redirect:
    """End the session of this browser."""
    await auth.form_sender(request, data.get("form", ""))
    await editors.close_session(auth.session(request))
    return see_other(desk.LOGIN, _make_cookie("", 0))


def _show(asked: str, name: str = "", error: str = "", status_code: int = 200) -> Template:
    return page("login.html", status_code=status_code, next=desk.check_next(asked), username=name, error=error)


def _make_cookie(session: str, seconds: int) -> Cookie:
    """Return the cookie that Piccolo Admin's own login sets."""
    return Cookie(
        key=auth.SESSION_COOKIE,
        value=session,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=auth.is_secure(),
    )


HANDLERS = [login_form, sign_in, sign_out]
