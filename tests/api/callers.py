"""What schemathesis cannot know: ids that exist, and Stripe's signature. It loads this module as its hooks.

`BLOGQUEUE_FUZZ` holds JSON: `order`, `version`, `article`, `domain` and `session` are ids that exist; `secret` is the
webhook's.
"""

import json
import os
from typing import Any
from uuid import uuid4

import schemathesis
import stripe
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis.core.parameters import ParameterLocation

KNOWN: dict[str, str] = json.loads(os.environ.get("BLOGQUEUE_FUZZ", "{}"))

IN_PATH = {"order_id": "order", "article_id": "article", "session_id": "session"}
IN_BODY = {"orderId": "order", "articleId": "article", "domainId": "domain", "versionId": "version"}
ENDLESS = "/events"


class SignedByStripe(AuthBase):
    """Signs the body that is sent, as only Stripe can."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body or "")
        request.headers["Stripe-Signature"] = stripe.WebhookSignature.generate_signature_header(text, KNOWN["secret"])
        return request


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001 - schemathesis's signature
    """Have every second valid call name something that exists, and Stripe's calls signed."""
    meta = case.meta
    if meta is None:
        return
    path: str = case.operation.path
    if path.endswith(ENDLESS):
        # The stream of an order that exists has no end, and schemathesis reads answers to their end.
        if case.path_parameters.get("order_id") == KNOWN["order"]:
            case.path_parameters["order_id"] = str(uuid4())
        return
    if path.endswith("/webhook"):
        if not meta.is_negative_at(ParameterLocation.HEADER):
            kwargs["auth"] = SignedByStripe()
        return
    if not meta.is_negative_at(ParameterLocation.PATH) and case.path_parameters:
        _replace(case.path_parameters, IN_PATH)
    if not meta.is_negative_at(ParameterLocation.BODY) and isinstance(case.body, dict):
        _replace(case.body, IN_BODY)


def _replace(values: Any, known: dict[str, str]) -> None:
    for name, what in known.items():
        if isinstance(values.get(name), str) and sum(values[name].encode()) % 2:
            values[name] = KNOWN[what]
