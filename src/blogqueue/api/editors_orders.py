"""An editor orders an article, for programs with an admin token."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Router, post
from litestar.params import JSONBody
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import refusals
from blogqueue.api.purchases import AnchorText, Keyword, Niche, TargetUrl, Topic, bounds
from blogqueue.orders import opening
from blogqueue.orders.requests import ArticleRequest
from blogqueue.orders.status_view import View
from blogqueue.states import OrderStatus

TAGS = ["Reviews"]


class EditorsArticle(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """An article that an editor orders, with a link in it."""

    domain_id: UUID
    topic: Topic
    target_url: TargetUrl
    anchor_text: AnchorText
    niche: Niche = ""
    keyword: Keyword = ""
    email: Annotated[
        str,
        Meta(
            description="Who reviews the versions and gets the emails; if left out, the editor or the operator.",
            extra_json_schema=bounds(254),
        ),
    ] = ""

    def to_request(self) -> ArticleRequest:
        """Return the request as the shop knows it."""
        return ArticleRequest(
            domain_id=self.domain_id,
            topic=self.topic,
            niche=self.niche,
            keyword=self.keyword,
            target_url=self.target_url,
            anchor_text=self.anchor_text,
            email=self.email,
        )


class EditorsOrder(View, frozen=True, kw_only=True):
    """An order of an editor, whose job waits."""

    order_id: UUID
    status: OrderStatus
    job_id: Annotated[str, Meta(max_length=120)]


@post(
    "/articles",
    status_code=201,
    operation_id="order_article",
    summary="Order an article",
    tags=TAGS,
    responses=refusals(404, 422),
)
async def order_article(request: Request[Any, Any, Any], data: JSONBody[EditorsArticle]) -> Envelope[EditorsOrder]:
    """Order an article as an editor: it is written, checked, reviewed and published like a customer's, unpaid."""
    order_id = uuid4()
    outbox = await opening.order_article(data.to_request(), actor=request.user, order_id=order_id)
    await nudge(outbox)
    return success(
        EditorsOrder(order_id=order_id, status=OrderStatus.PROCESSING, job_id=outbox.jobs[0].id),
        "The article is being written",
    )


HANDLERS = [Router(path="/admin", guards=[auth.editors_only], security=auth.EDITOR, route_handlers=[order_article])]
"""The guard runs before a body is read; then `request.user` is the editor's name."""
