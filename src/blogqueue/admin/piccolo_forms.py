"""The form in Piccolo Admin that confirms an editor's second factor.

An error that the editor should read is raised as ValueError.
"""

from piccolo_admin.endpoints import FormConfig
from pydantic import BaseModel, Field
from starlette.requests import Request

from blogqueue.admin.second_factor import AUTHENTICATOR


class CodeForm(BaseModel):
    """A code of the editor's own authenticator app."""

    code: str = Field(title="The six digits that the app shows")


async def _confirm_second_factor(request: Request, form: CodeForm) -> str:
    if not await AUTHENTICATOR.authenticate_user(request.user.user, form.code.replace(" ", "")):
        raise ValueError("The code does not fit: set up the second factor first, or wait for the app's next code.")
    return "From now on, the login asks for a code."


FORMS = [
    FormConfig(
        "Confirm the second factor",
        CodeForm,
        _confirm_second_factor,
        "After the set-up, enter a code from your authenticator app. From then on, the login asks for one.",
    ),
]
