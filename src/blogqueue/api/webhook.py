"""Take Stripe's events."""

from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.exceptions import ValidationException
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import BODY_TYPES, answer
from blogqueue.orders.status_view import View
from blogqueue.payments import stripe_api, webhook

BODY_BYTES = 1_000_000
"""Far above Stripe's events, which are some kB; other bodies have the app's own, smaller limit."""

Signature = Annotated[
    str,
    HeaderParameter(
        name="Stripe-Signature",
        description="Stripe's signature over the raw body, at most five minutes old.",
        examples=[Example(value="t=1795000000,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd")],
    ),
]


class StripeEventData(msgspec.Struct):
    """What an event is about."""

    object: Annotated[dict[str, Any], Meta(description="The object, as Stripe describes it for the event's type.")]


class StripeEventBody(msgspec.Struct):
    """An event as Stripe sends it; only these fields are needed."""

    id: Annotated[str, Meta(min_length=1, max_length=webhook.LONGEST_ID)]
    type: Annotated[str, Meta(min_length=1, max_length=webhook.LONGEST_TYPE)]
    data: StripeEventData


class EventReceived(View, frozen=True):
    """Nothing: Stripe reads only the status."""


def _refuse_unsigned(request: Request[Any, Any, Any], _: ValidationException) -> Any:  # noqa: ANN401 - Response
    """Answer a call without a signature header: the header is all that Litestar checks here."""
    return answer(request, stripe_api.BadSignatureError("The Stripe-Signature header is missing."))


@post(
    "/purchase/webhook",
    status_code=200,
    operation_id="receive_stripe_event",
    summary="Receive an event from Stripe",
    tags=["Stripe"],
    request_max_body_size=BODY_BYTES,
    opt={BODY_TYPES: (StripeEventBody,)},
    exception_handlers={ValidationException: _refuse_unsigned},
)
async def receive_stripe_event(request: Request[Any, Any, Any], signature: Signature) -> Envelope[EventReceived]:
    """Receive an event from Stripe; one that was received before changes nothing.

    The signature is checked over the raw body, so only Stripe can call this.
    """
    await nudge(await webhook.receive(await request.body(), signature))
    return success(EventReceived())


HANDLERS = [receive_stripe_event]
