"""The envelope of every JSON answer, and the one place where errors become one."""

import re
from typing import Any

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException

from blogqueue.db.engine import AWAY
from blogqueue.errors import FieldError, ProblemError, UnavailableError
from blogqueue.log import logger

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
SERVER_ERROR = 500
NO_FIT = "The request does not fit this call."

# msgspec's sentences that name what broke the schema (jcristharif.com/msgspec, "Usage").
_UNKNOWN_FIELD = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING_FIELD = re.compile(r"missing required field `(?P<field>[^`]*)`")
_NO_BODY = "'data'"
"""Litestar's word for a body that is needed and empty."""
_PATH = re.compile(r"\$\.(?P<field>[\w.]+)")


class JSONRequest(Request[Any, Any, Any]):
    """A request whose body is no JSON in any way that msgspec may find: it has two that are no DecodeError."""

    async def json(self) -> Any:  # noqa: ANN401 - the base's
        """The decoded body. Raises SerializationException."""
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            raise SerializationException(str(error)) from error


def success(data: Any, message: str = "") -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The envelope of what went well."""
    return {"success": True, **({"message": message} if message else {}), "data": data}


def failure(error: ProblemError) -> dict[str, Any]:
    """The envelope of a refusal."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.details:
        body["details"] = error.details
    return {"success": False, "error": body}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Any error as an envelope: expected ones say what is wrong, the others only that it is our fault."""
    problem = as_problem(request, error)
    return Response(
        failure(problem), status_code=problem.status, headers=headers(error, problem), media_type="application/json"
    )


def headers(error: Exception, problem: ProblemError) -> dict[str, str]:
    """What an error's answer says beside its body: the methods that are allowed, the limits, when to come again."""
    own = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    retry_after = getattr(problem, "retry_after", None) or own.get("RateLimit-Reset")
    return own | {"Retry-After": str(retry_after)} if retry_after else own


def as_problem(request: Request[Any, Any, Any], error: Exception) -> ProblemError:
    """The expected refusal that an error stands for; an unexpected one is logged with its traceback."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)):
        return ProblemError("Text has no NUL character.", code="bad_request")
    if isinstance(error, AWAY):
        logger.warning("database away", path=request.url.path, error=str(error))
        return UnavailableError("Please try again in a moment.")
    if isinstance(error, HTTPException) and error.status_code < SERVER_ERROR:
        problem = ProblemError(error.detail, code=CODES.get(error.status_code, "bad_request"))
        problem.status = error.status_code
        if isinstance(error, ValidationException):
            problem.message = NO_FIT
            problem.details = [detail for entry in error.extra or [] for detail in _details(request, entry)]
        elif error.status_code == 400:  # noqa: PLR2004 - a body that is no JSON
            problem.message = "The body is not JSON."
            problem.details = [FieldError("body", "json", "Send one JSON object.")]
        return problem
    logger.error("unexpected error", path=request.url.path, exc_info=error)
    problem = ProblemError("Something went wrong on our side.", code="internal")
    problem.status = SERVER_ERROR
    return problem


def _details(request: Request[Any, Any, Any], entry: Any) -> list[FieldError]:  # noqa: ANN401 - Litestar's extra
    """The fields and rules in what Litestar and msgspec say of a value that does not fit."""
    message = str(entry.get("message", entry)) if isinstance(entry, dict) else str(entry)
    if message == _NO_BODY:
        wanted = request.route_handler.parsed_data_field
        fields = msgspec.structs.fields(wanted.annotation) if wanted else ()
        return [_missing(field.encode_name) for field in fields if field.required]
    if found := _UNKNOWN_FIELD.search(message):
        return [FieldError(found["field"], "unknown_field", "This call has no such field.")]
    if found := _MISSING_FIELD.search(message):
        return [_missing(found["field"])]
    field = str(entry.get("key") or "").removeprefix("data") if isinstance(entry, dict) else ""
    if not field and (found := _PATH.search(message)):
        field = found["field"]
    # Litestar says our own parameter's name; callers know it as camelCase.
    field = re.sub("_([a-z])", lambda email: email[1].upper(), field)
    return [FieldError(field or "body", "type", message.partition(" - at")[0])]


def _missing(field: str) -> FieldError:
    return FieldError(field, "required", "This field is required.")
