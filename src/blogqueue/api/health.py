"""Whether this process lives, and whether the parts it needs answer."""

from typing import Any

from litestar import Response, get

from blogqueue import parts


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, Any]:
    """This process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[dict[str, Any]]:
    """PostgreSQL (migrated) and the broker answer; 503 with the part that does not. Orders are taken without a broker."""
    found = {"postgres": await parts.postgres(), "broker": await parts.broker()}
    return Response(
        {name: problem or "ok" for name, problem in found.items()}, status_code=503 if found["postgres"] else 200
    )


HANDLERS = [live, ready]
