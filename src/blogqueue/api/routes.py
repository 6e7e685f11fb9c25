"""All calls of the JSON API, below /api/v1."""

from litestar import Router

from blogqueue.api import (
    admin,
    bulk_operations,
    catalogue,
    editors_orders,
    job_operations,
    operations,
    orders,
    problems,
    purchases,
    receipts,
    sending_back,
    webhook,
)


def make_router() -> Router:
    """Return the router of the API, whose answers are envelopes also when they are errors."""
    modules = (
        catalogue,
        purchases,
        webhook,
        orders,
        receipts,
        admin,
        sending_back,
        editors_orders,
        operations,
        job_operations,
        bulk_operations,
    )
    return Router(
        path="/api/v1",
        route_handlers=[handler for module in modules for handler in module.HANDLERS],
        exception_handlers={Exception: problems.answer},
        request_class=problems.JSONRequest,
        before_request=problems.refuse_null,
    )
