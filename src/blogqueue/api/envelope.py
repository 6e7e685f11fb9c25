"""The envelope of every JSON answer."""

from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from blogqueue.errors import FieldError, ProblemError

T = TypeVar("T")


class Envelope(msgspec.Struct, Generic[T], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a call that succeeded."""

    success: Annotated[bool, Meta(extra_json_schema={"const": True})]
    message: Annotated[str | UnsetType, Meta(description="What was done, in a sentence for people.")] = UNSET
    data: T


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a call was refused."""

    code: Annotated[str, Meta(description="A stable name of the problem, for programs.", max_length=40)]
    message: Annotated[str, Meta(description="The problem in a sentence for people.")]
    details: Annotated[list[FieldError] | UnsetType, Meta(description="The fields that are wrong.")] = UNSET


class ErrorEnvelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a call that was refused or failed."""

    success: Annotated[bool, Meta(extra_json_schema={"const": False})]
    error: Problem


def success(data: T, message: str = "") -> Envelope[T]:
    """Wrap the data of a call that succeeded."""
    return Envelope(success=True, message=message or UNSET, data=data)


def failure(error: ProblemError) -> ErrorEnvelope:
    """Wrap a refusal."""
    return ErrorEnvelope(
        success=False, error=Problem(code=error.code, message=error.message, details=error.details or UNSET)
    )
