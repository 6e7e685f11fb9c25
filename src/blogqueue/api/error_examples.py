"""One example of each error status, with sentences that are sent."""

from blogqueue.api.envelope import Problem
from blogqueue.errors import FieldError

PROBLEMS = {
    400: Problem(
        code="bad_request",
        message="The request does not fit this call.",
        details=[FieldError("email", "required", "This field is required.")],
    ),
    401: Problem(code="unauthorized", message="Send an admin token: Authorization: Bearer …"),
    403: Problem(code="forbidden", message="You do not have permission to do this."),
    404: Problem(
        code="not_found",
        message="There is no such order.",
        details=[FieldError("orderId", "exists", "There is no such order.")],
    ),
    409: Problem(
        code="wrong_state",
        message="The order is COMPLETED; this needs QUALITY_CHECK.",
        details=[FieldError("orderId", "status", "The order's status is COMPLETED.")],
    ),
    408: Problem(code="body_too_slow", message="The body did not arrive in time."),
    413: Problem(code="body_too_large", message="The body is too large."),
    415: Problem(code="unsupported_media_type", message="Send the body as application/json."),
    422: Problem(
        code="invalid",
        message="Please check: anchorText.",
        details=[FieldError("anchorText", "no_url", "An anchor text must be words, not a web or email address.")],
    ),
    429: Problem(code="too_many_requests", message="You have sent too many requests."),
    503: Problem(code="unavailable", message="Please try again in a moment."),
}
"""An error for each status."""
