"""Ask for a link or a new article, and open its payment page."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, post
from litestar.exceptions import ValidationException
from litestar.params import JSONBody
from msgspec import Meta

from blogqueue.actors.messages import nudge
from blogqueue.api import auth
from blogqueue.api.envelope import Envelope, success
from blogqueue.api.problems import BODY_TYPES, refusals
from blogqueue.catalogue import link_rules
from blogqueue.orders import purchases
from blogqueue.orders.requests import ArticleRequest, LinkRequest, PurchaseRequest
from blogqueue.orders.status_view import View
from blogqueue.payments import checkout

TAGS = ["Purchases"]


def bounds(longest: int, shortest: int = 0) -> dict[str, Any]:
    """Return a text's bounds for its description only: `catalogue.link_rules` enforces them, with a better message."""
    return {"maxLength": longest} | ({"minLength": shortest} if shortest else {})


TargetUrl = Annotated[
    str,
    Meta(
        description="The address that the link leads to: http or https, on a public host.",
        extra_json_schema=bounds(link_rules.URL_LENGTH, 1),
    ),
]
AnchorText = Annotated[
    str,
    Meta(
        description="The words of the link: one line, without markup or addresses.",
        extra_json_schema=bounds(link_rules.ANCHOR_LENGTH, 1),
    ),
]
Topic = Annotated[
    str,
    Meta(description="What the article is about.", extra_json_schema=bounds(link_rules.TOPIC_LENGTH, 3)),
]
Niche = Annotated[
    str,
    Meta(
        description="The article's subject; the domain's niche if left out.",
        extra_json_schema=bounds(link_rules.NICHE_LENGTH),
    ),
]
Keyword = Annotated[
    str,
    Meta(description="Words that the article must use.", extra_json_schema=bounds(link_rules.KEYWORD_LENGTH)),
]
Email = Annotated[
    str, Meta(description="The email address that gets the link to confirm.", extra_json_schema=bounds(254, 3))
]


class LinkPurchase(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A request for a link in a published article."""

    target_url: TargetUrl
    anchor_text: AnchorText
    email: Email
    article_id: UUID
    kind: Literal["backlink"] = "backlink"
    notes: Annotated[
        str,
        Meta(
            description="Preferences, such as where the link should be.",
            extra_json_schema=bounds(link_rules.NOTES_LENGTH),
        ),
    ] = ""

    def to_request(self) -> PurchaseRequest:
        """Return the request as the shop knows it."""
        return LinkRequest(
            article_id=self.article_id,
            notes=self.notes,
            target_url=self.target_url,
            anchor_text=self.anchor_text,
            email=self.email,
        )


class ArticlePurchase(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A request for a new article with a link in it."""

    target_url: TargetUrl
    anchor_text: AnchorText
    email: Email
    domain_id: UUID
    kind: Literal["article"]
    topic: Topic
    niche: Niche = ""
    keyword: Keyword = ""
    exclusive: Annotated[
        bool, Meta(description="Whether no other links are sold in the article; adds the domain's `exclusivePrice`.")
    ] = False

    def to_request(self) -> PurchaseRequest:
        """Return the request as the shop knows it."""
        return ArticleRequest(
            domain_id=self.domain_id,
            topic=self.topic,
            exclusive=self.exclusive,
            niche=self.niche,
            keyword=self.keyword,
            target_url=self.target_url,
            anchor_text=self.anchor_text,
            email=self.email,
        )


class CheckoutRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The token of the link that was sent by email."""

    token: Annotated[str, Meta(extra_json_schema=bounds(200, 1))]


class PurchaseRequested(View, frozen=True):
    """Nothing: the answer is the same whether or not the address is known."""


class CheckoutView(View, frozen=True, kw_only=True):
    """An open payment page."""

    checkout_url: Annotated[str, Meta(description="Stripe's payment page, to be opened by the customer.")]
    session_id: Annotated[str, Meta(max_length=255, description="Stripe's id of the Checkout Session.")]


@post(
    "/purchase",
    status_code=202,
    operation_id="ask_for_link",
    summary="Ask for a link or an article",
    tags=TAGS,
    responses=refusals(404, 409, 422, 429),
    opt={BODY_TYPES: (LinkPurchase, ArticlePurchase)},
)
async def ask_for_link(request: Request[Any, Any, Any], data: JSONBody[Any]) -> Envelope[PurchaseRequested]:
    """Ask for a link in an article, or for a new article; the customer confirms it by a link sent by email.

    Nothing is charged yet. The answer is the same for every email address.
    """
    await nudge(await purchases.create(_read(data).to_request(), address=auth.address(request)))
    return success(PurchaseRequested(), "Check your email and open the link in it to continue to the payment.")


@post(
    "/purchase/checkout",
    status_code=200,
    operation_id="open_checkout",
    summary="Open the payment page",
    tags=TAGS,
    guards=[auth.limited(auth.CHECKOUTS)],
    responses=refusals(404, 409, 422, 429),
)
async def open_checkout(data: JSONBody[CheckoutRequest]) -> Envelope[CheckoutView]:
    """Open the Stripe Checkout Session of a confirmed purchase; as long as it is open, the same one is returned."""
    session = await checkout.open_session(data.token)
    return success(CheckoutView(checkout_url=session.url, session_id=session.id))


def _read(data: Any) -> LinkPurchase | ArticlePurchase:  # noqa: ANN401 - JSON
    """Read a purchase by its kind; without one it is of a link. Raises ValidationException."""
    wanted = ArticlePurchase if isinstance(data, dict) and data.get("kind") == "article" else LinkPurchase
    try:
        return msgspec.convert(data, wanted)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[{"message": str(error)}]) from error


HANDLERS = [ask_for_link, open_checkout]
