"""The errors that a caller sees; each has its HTTP status, and one handler renders them."""

from typing import Annotated

import msgspec
from msgspec import Meta


def make_storable(text: str) -> str:
    """Return a text of another party as PostgreSQL stores it: without NUL, and with ? for half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class FieldError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of the input, and the rule that it breaks."""

    field: Annotated[str, Meta(description="The field's name in the request; “body” for the body as a whole.")]
    rule: Annotated[str, Meta(description="A stable name of the rule, for programs.", max_length=40)]
    message: Annotated[str, Meta(description="What is wrong, in a sentence for people.")]


class ProblemError(Exception):
    """An expected refusal: HTTP status, a stable `code` for programs, a sentence for people, and details of fields."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, details: list[FieldError] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []
        if code is not None:
            self.code = code


class InvalidError(ProblemError):
    """Fields of the input break rules; every one is named."""

    status = 422
    code = "invalid"

    def __init__(self, details: list[FieldError]) -> None:
        names = ", ".join(dict.fromkeys(detail.field for detail in details))
        super().__init__(f"Please check: {names}.", details=details)


class UnauthorizedError(ProblemError):
    """The credentials are missing or unknown."""

    status = 401
    code = "unauthorized"


class ForbiddenError(ProblemError):
    """The caller may not do this; the answer does not reveal what exists."""

    status = 403
    code = "forbidden"

    def __init__(self) -> None:
        super().__init__("You do not have permission to do this.")


class NotFoundError(ProblemError):
    """It does not exist, or this caller may not know that it does."""

    status = 404
    code = "not_found"

    def __init__(self, noun: str, *, field: str | None = None, which: str = "") -> None:
        message = f"There is no such {noun}: {which}." if which else f"There is no such {noun}."
        super().__init__(message, details=[FieldError(field, "exists", message)] if field else None)


class GoneError(ProblemError):
    """It existed, and will not return at this address."""

    status = 410
    code = "gone"


class ConflictError(ProblemError):
    """Its state does not allow the call, perhaps because somebody else acted first."""

    status = 409
    code = "conflict"


class TooManyError(ProblemError):
    """A rate limit is reached; `retry_after` is the number of seconds to wait."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ProblemError):
    """A service that is needed does not answer; nothing was changed, and a later try may succeed."""

    status = 503
    code = "unavailable"
    retry_after = 5
