"""The few errors that a caller is meant to see; each carries its HTTP status, and one handler renders them."""

from typing import Annotated

import msgspec
from msgspec import Meta


class FieldError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of the input, and the rule that it breaks."""

    field: Annotated[str, Meta(description="The field's name in the request; “body” for the body as a whole.")]
    rule: Annotated[str, Meta(description="A stable name of the rule, for programs.", max_length=40)]
    message: Annotated[str, Meta(description="What is wrong, in a sentence for people.")]


class ProblemError(Exception):
    """An expected refusal: `status` (HTTP), `code` (stable, for programs), a sentence for people, and field details."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str, *, details: list[FieldError] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []
        if code is not None:
            self.code = code


class InvalidError(ProblemError):
    """The input was understood, but a field breaks a rule; every broken field is named."""

    status = 422
    code = "invalid"

    def __init__(self, details: list[FieldError]) -> None:
        names = ", ".join(dict.fromkeys(detail.field for detail in details))
        super().__init__(f"Please check: {names}.", details=details)


class UnauthorizedError(ProblemError):
    """No, or no known, credentials."""

    status = 401
    code = "unauthorized"


class ForbiddenError(ProblemError):
    """The caller is known, or came from elsewhere, and may not do this; no word of what would be there."""

    status = 403
    code = "forbidden"

    def __init__(self) -> None:
        super().__init__("This is not for you.")


class NotFoundError(ProblemError):
    """There is no such thing, or none that this caller may know of."""

    status = 404
    code = "not_found"

    def __init__(self, noun: str, *, field: str | None = None) -> None:
        details = [FieldError(field, "exists", f"There is no such {noun}.")] if field else None
        super().__init__(f"There is no such {noun}.", details=details)


class GoneError(ProblemError):
    """There was such a thing, and it is not coming back under this address."""

    status = 410
    code = "gone"


class ConflictError(ProblemError):
    """The thing is in another state than the call needs: moved on, used up, or moved by somebody else first."""

    status = 409
    code = "conflict"


class TooManyError(ProblemError):
    """A rate limit is reached; `retry_after` says in how many seconds it is worth trying again."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ProblemError):
    """A part that we need does not answer; nothing was changed, and trying again later is right."""

    status = 503
    code = "unavailable"
    retry_after = 5
