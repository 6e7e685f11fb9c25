"""Turn any error into a refusal with a status, a code and a sentence, and into the JSON that says so."""

import re
from typing import Any

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter

from blogqueue.api.envelope import ErrorEnvelope, failure
from blogqueue.db.engine import UNAVAILABLE
from blogqueue.errors import FieldError, ProblemError, UnavailableError
from blogqueue.log import logger

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
SERVER_ERROR = 500
NO_FIT = "The request does not fit this call."

MEANINGS = {
    400: "The request does not fit this call; `details` name the fields.",
    401: "Credentials are missing or unknown.",
    403: "The caller is known, but may not do this.",
    404: "It does not exist, or the caller may not see it.",
    408: "The body did not arrive in time.",
    409: "Its state does not allow this call.",
    413: "The body is too large.",
    415: "A call with an order's cookie must send JSON.",
    422: "A field breaks a rule; `details` name every such field.",
    429: "Too many calls; `Retry-After` says in how many seconds to try again.",
    503: "A part of the service does not answer. Nothing was changed; try again after `Retry-After` seconds.",
}
"""What an operation means by an error status, for the description of the API.

405 is missing: a method that a path does not have is not an operation, so no operation answers with it.
"""

BODY_TYPES = "body"
"""The key in a handler's `opt` for the types of a body that the handler decodes itself."""

# msgspec's sentences that name what does not fit the schema (jcristharif.com/msgspec, "Usage").
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]*)`")
_NO_BODY = "'data'"
"""What Litestar says when a body is needed and empty."""
_PATH = re.compile(r"\$\.(?P<field>[\w.]+)")
_NULL = "got `null`"


class JSONRequest(Request[Any, Any, Any]):
    """A request that raises SerializationException for every body that is not JSON; msgspec has two other errors."""

    async def json(self) -> Any:  # noqa: ANN401 - the base class's type
        """Return the decoded body. Raises SerializationException."""
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            raise SerializationException(str(error)) from error


async def refuse_null(request: Request[Any, Any, Any]) -> None:
    """Refuse the text “null” for a parameter that may be left out: msgspec would take it for None.

    Raises ValidationException.
    """
    for name, field in request.route_handler.parsed_fn_signature.parameters.items():
        kwarg = field.kwarg_definition
        if not (field.is_optional and isinstance(kwarg, QueryParameter)):
            continue
        if "null" in request.query_params.getall(kwarg.name or name, []):
            raise ValidationException(extra=[{"key": kwarg.name or name, "message": _NULL}])


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the description of the errors that a call answers with, for a handler's `responses`."""
    return {
        status: ResponseSpec(ErrorEnvelope, description=MEANINGS[status], generate_examples=False)
        for status in statuses
    }


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorEnvelope]:
    """Answer any error with an envelope: expected ones say what is wrong, others only that the fault is ours."""
    problem = as_problem(request, error)
    return Response(
        failure(problem), status_code=problem.status, headers=headers(error, problem), media_type="application/json"
    )


def headers(error: Exception, problem: ProblemError) -> dict[str, str]:
    """Return the headers of an error's answer: the allowed methods, when to try again."""
    own = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    retry_after = getattr(problem, "retry_after", None)
    return own | {"Retry-After": str(retry_after)} if retry_after else own


def as_problem(request: Request[Any, Any, Any], error: Exception) -> ProblemError:
    """Return the refusal that an error means to the caller; log an unexpected error with its traceback."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)):
        return ProblemError("Text must not contain a NUL character.", code="bad_request")
    if isinstance(error, UNAVAILABLE):
        logger.warning("database unavailable", path=request.url.path, error=str(error))
        return UnavailableError("Please try again in a moment.")
    if isinstance(error, HTTPException) and error.status_code < SERVER_ERROR:
        problem = ProblemError(error.detail, code=CODES.get(error.status_code, "bad_request"))
        problem.status = error.status_code
        if isinstance(error, ValidationException):
            problem.message = NO_FIT
            problem.details = [detail for entry in error.extra or [] for detail in _details(request, entry)]
        elif error.status_code == 400:  # noqa: PLR2004 - a body that is not JSON
            problem.message = "The body is not JSON."
            problem.details = [FieldError("body", "json", "Send one JSON object.")]
        return problem
    logger.error("unexpected error", path=request.url.path, exc_info=error)
    problem = ProblemError("Something went wrong on our side.", code="internal")
    problem.status = SERVER_ERROR
    return problem


def _details(request: Request[Any, Any, Any], entry: Any) -> list[FieldError]:  # noqa: ANN401 - Litestar's extra
    """Return the fields and rules that Litestar or msgspec names in its message about a value that does not fit."""
    message = str(entry.get("message", entry)) if isinstance(entry, dict) else str(entry)
    if message == _NO_BODY:
        return [_missing(name) for name in _required_fields(request)]
    if found := _UNKNOWN_FIELD.search(message):
        return [FieldError(found["field"], "unknown_field", "This call has no such field.")]
    if found := _MISSING_FIELD.search(message):
        return [_missing(found["field"])]
    field = str(entry.get("key") or "").removeprefix("data") if isinstance(entry, dict) else ""
    if not field and (found := _PATH.search(message)):
        field = found["field"]
    # Litestar names our parameters as Python does; callers know them in camelCase.
    field = re.sub("_([a-z])", lambda letter: letter[1].upper(), field)
    if field and _NULL in message:
        return [FieldError(field, "required", "This field must not be null.")]
    return [FieldError(field or "body", "type", message.partition(" - at")[0])]


def _required_fields(request: Request[Any, Any, Any]) -> list[str]:
    """Return the names of the fields that a call's body must have."""
    handler = request.route_handler
    types = handler.opt.get(BODY_TYPES) or [field.annotation for field in [handler.parsed_data_field] if field]
    return [field.encode_name for field in msgspec.structs.fields(types[0]) if field.required] if types else []


def _missing(field: str) -> FieldError:
    return FieldError(field, "required", "This field is required.")
