"""What a page's form sends."""

from typing import Annotated
from uuid import UUID

from litestar.enums import RequestEncodingType
from litestar.params import Body

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def as_uuid(value: str) -> UUID | None:
    """The id that a hidden field carries; None for anything else."""
    try:
        return UUID(value)
    except ValueError:
        return None
