"""Answers that are not sent again while nothing has changed (RFC 9110 §13)."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec
from litestar.status_codes import HTTP_304_NOT_MODIFIED

NOT_MODIFIED = {
    HTTP_304_NOT_MODIFIED: ResponseSpec(None, description="Nothing has changed since the answer with this ETag.")
}
"""For a handler's `responses`."""


def answer_unless_known(request: Request[Any, Any, Any], content: Any, *, etag: str) -> Response[Any]:  # noqa: ANN401 - any content
    """Return the answer as JSON with its ETag, or 304 if If-None-Match says that the caller has it already."""
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or etag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(None, status_code=HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
    return Response(msgspec.json.encode(content), media_type="application/json", headers={"ETag": etag})
