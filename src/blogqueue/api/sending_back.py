"""Send an order back, for programs: another version is made, with a reason that the model and the customer read."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, post
from litestar.params import JSONBody
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.admin import REVIEWS, DecisionView
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.orders import OrderId
from blogqueue.api.problems import refusals
from blogqueue.reviews import sending_back
from blogqueue.states import OrderStatus


class SendBackRequest(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What should be different, which the customer reads too, and the version that the editor read."""

    reason: Annotated[
        str,
        Meta(
            description="Plain text for the model and the customer.",
            extra_json_schema={"minLength": 1, "maxLength": sending_back.REASON_LENGTH},
        ),
    ]
    version_id: UUID | None = None


@post(
    "/orders/{order_id:uuid}/send-back",
    status_code=202,
    operation_id="send_back_order",
    summary="Send an order back for another version",
    tags=REVIEWS,
    responses=refusals(404, 409, 422),
)
async def send_back_order(
    request: Request[Any, Any, Any], order_id: OrderId, data: JSONBody[SendBackRequest]
) -> Envelope[DecisionView]:
    """Send an order back for another version, with a reason, at most three times."""
    decision = await sending_back.send_back(
        order_id, actor=request.user, reason=data.reason, version_id=data.version_id
    )
    await nudge(decision.outbox)
    return success(
        DecisionView(order_id=order_id, status=OrderStatus(decision.order.status)), "Another version is being made"
    )


HANDLERS = [Router(path="/admin", guards=[auth.editors_only], security=auth.EDITOR, route_handlers=[send_back_order])]
