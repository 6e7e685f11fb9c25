"""Whether this process lives, and whether the parts it needs answer."""

from typing import Any

from litestar import Response, get

from blogqueue.api import health_checks


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, Any]:
    """This process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[dict[str, Any]]:
    """503 while PostgreSQL is away or not migrated. A broker that is away is named, but orders are taken without it."""
    found = {"postgres": await health_checks.postgres(), "broker": await health_checks.broker()}
    return Response(
        {name: problem or "ok" for name, problem in found.items()}, status_code=503 if found["postgres"] else 200
    )


HANDLERS = [live, ready]
