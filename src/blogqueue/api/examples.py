"""One example of each body and answer, in the types that are sent, so that the type checker finds outdated ones."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from blogqueue.api import admin, catalogue, orders, purchases, webhook
from blogqueue.orders import status_view as view
from blogqueue.orders.listing import BacklinkData, OrderItem, OrderPage
from blogqueue.payments.held_payments import HeldPaymentView
from blogqueue.payments.receipts import ReceiptView
from blogqueue.states import (
    FailureReason,
    HeldState,
    JobState,
    Milestone,
    OrderKind,
    OrderStatus,
    QcStatus,
    RefundState,
)
from blogqueue.writing.link_edit.comparison import ChangeKind

ORDER = UUID("7b1f0a8e-55f1-4d0e-9f6b-0f3c1f6f8a10")
ARTICLE = UUID("0c9f6f0e-3a4e-4c57-9d35-3f3f8f3c2a11")
DOMAIN = UUID("5d0e2f41-8c3b-4a52-9a53-6a3d3c1b7e20")
VERSION = UUID("f2a7c0d4-1b7e-4c58-8f4e-2d9b5a6c3e31")
PURCHASE = UUID("a3c5e7f9-2b4d-4f60-8a7c-9e1d3b5f7a42")
SESSION = "cs_test_a1b2c3"
URL = "https://www.anasgarden.example/mulch-guide"
ANCHOR = "a guide to mulching"
EMAIL = "ana@customers.example"
ASKED, DONE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 3, tzinfo=UTC)
JOB = f"backlink-int-{ORDER}"

STATUS = view.OrderStatusView(
    order_id=ORDER,
    order_number="BQ-1042",
    kind=OrderKind.BACKLINK,
    status=OrderStatus.QUALITY_CHECK,
    status_message="Content ready for review",
    progress=view.ProgressView(step=3, total=5, description="Your review"),
    version=view.VersionView(
        version_id=VERSION,
        version_num=4,
        number=1,
        created_at=DONE,
        change=[
            view.TextRunView(kind=ChangeKind.SAME, text="Cover the beds in autumn", link=False),
            view.TextRunView(kind=ChangeKind.ADDED, text=", as in ", link=False),
            view.TextRunView(kind=ChangeKind.ADDED, text=ANCHOR, link=True),
            view.TextRunView(kind=ChangeKind.SAME, text=".", link=False),
        ],
        html=f'<p>Cover the beds in autumn, as in <a href="{URL}" rel="sponsored">{ANCHOR}</a>.</p>',
        content=f"Cover the beds in autumn, as in [{ANCHOR}]({URL}).\n",
        qc_status=QcStatus.APPROVED_BY_AI,
    ),
    version_count=1,
    earlier_versions=[],
    queue=view.QueueView(
        has_active_job=False,
        jobs=[
            view.JobView(
                job_id=JOB,
                queue="backlink-integration",
                state=JobState.COMPLETED,
                progress="second_opinion",
                attempts=1,
                max_attempts=3,
                created_at=ASKED,
                started_at=ASKED,
                finished_at=DONE,
            )
        ],
    ),
    can_regenerate_backlink=True,
    can_regenerate_article=False,
    can_submit_for_review=True,
    estimated_time=None,
    estimated_seconds=None,
    regeneration_count=0,
    failure_reason=None,
    failure_detail="",
    refund_state=RefundState.NONE,
    refund_due_at=None,
    on_hold=False,
    article=view.OrderedArticleView(
        id=ARTICLE,
        slug="soil-that-lasts",
        title="Soil that lasts",
        domain_name="Green Bench",
        host="greenbench.example",
        language="en",
        url="https://shop.example/articles/soil-that-lasts",
        is_live=True,
    ),
    can_cancel=False,
    editor_seconds=None,
    timeline=[view.MilestoneView(at=ASKED, what=Milestone.RECEIVED), view.MilestoneView(at=DONE, what=Milestone.READY)],
    editor_reason=None,
    link_dropped_at=None,
    target_url=URL,
    anchor_text=ANCHOR,
    price=4900,
    currency="EUR",
    has_receipt=True,
    has_invoice=True,
    created_at=ASKED,
    updated_at=DONE,
    completed_at=None,
)

_ARTICLE = catalogue.ArticleDetail(
    id=ARTICLE,
    slug="soil-that-lasts",
    url="https://shop.example/articles/soil-that-lasts",
    title="Soil that lasts",
    topic="Soil",
    niche="gardening",
    keyword="healthy soil",
    domain="greenbench.example",
    domain_name="Green Bench",
    language="en",
    price=4900,
    currency="EUR",
    rel="sponsored",
    country="GB",
    domain_rating=catalogue.MeasureView(value=41, source="Ahrefs", measured_on=date(2026, 11, 12)),
    monthly_visits=None,
    guaranteed_months=24,
    note="Read by gardeners.",
    links_free=2,
    word_count=812,
    published_at=ASKED,
    content="# Soil that lasts\n\nHealthy soil is alive …\n",
)
_LISTED = catalogue.ArticleView(**{name: getattr(_ARTICLE, name) for name in catalogue.ArticleView.__struct_fields__})

_LINK = purchases.LinkPurchase(
    article_id=ARTICLE, target_url=URL, anchor_text=ANCHOR, email=EMAIL, notes="Near the part about mulch, please."
)
_WANTED = purchases.ArticlePurchase(
    kind="article",
    domain_id=DOMAIN,
    topic="Growing tomatoes on a balcony",
    niche="gardening",
    keyword="balcony tomatoes",
    target_url="https://www.anasgarden.example/pots",
    anchor_text="pots that hold water",
    email=EMAIL,
)

BODIES: dict[str, dict[str, msgspec.Struct]] = {
    "ask_for_link": {"link": _LINK, "article": _WANTED},
    "open_checkout": {"token": purchases.CheckoutRequest(token="kJ8vZ0n3Qm5x")},  # noqa: S106 - an example
    "receive_stripe_event": {
        "paid": webhook.StripeEventBody(
            id="evt_1Example",
            type="checkout.session.completed",
            data=webhook.StripeEventData(object={"id": SESSION, "payment_status": "paid", "metadata": {}}),
        )
    },
    "regenerate_backlink": {"order": orders.OrderRequest(order_id=ORDER)},
    "regenerate_article": {"order": orders.OrderRequest(order_id=ORDER)},
    "submit_for_review": {"version": orders.SubmitRequest(order_id=ORDER, version_id=VERSION)},
    "approve_order": {"version": admin.ApproveRequest(version_id=VERSION)},
    "reject_order": {
        "reason": admin.RejectRequest(reason="The page that the link leads to sells tobacco.", version_id=VERSION)
    },
}
"""Bodies by operation."""

_DECIDED = HeldState.ACCEPTED, HeldState.RETURNED, HeldState.DISMISSED

ANSWERS: dict[str, msgspec.Struct] = {
    "list_domains": catalogue.DomainList(
        items=[
            catalogue.DomainView(
                id=DOMAIN,
                host="greenbench.example",
                name="Green Bench",
                niche="gardening",
                language="en",
                article_price=14900,
                exclusive_price=9900,
                currency="EUR",
                rel="sponsored",
            )
        ]
    ),
    "list_articles": catalogue.ArticlePage(items=[_LISTED], next_cursor=None),
    "get_article": _ARTICLE,
    "ask_for_link": purchases.PurchaseRequested(),
    "open_checkout": purchases.CheckoutView(
        checkout_url=f"https://checkout.stripe.com/c/pay/{SESSION}", session_id=SESSION
    ),
    "receive_stripe_event": webhook.EventReceived(),
    "get_order_status": STATUS,
    "get_receipt": ReceiptView(
        invoice_number="9F2A41C7-0001",
        invoice_url="https://invoice.stripe.com/i/acct_1Example/live_YWNjdF8x?s=ap",
        invoice_pdf_url="https://pay.stripe.com/invoice/acct_1Example/live_YWNjdF8x/pdf?s=ap",
        receipt_url="https://pay.stripe.com/receipts/invoices/CAcaFwoVYWNjdF8x?s=ap",
    ),
    "regenerate_backlink": orders.RegenerationView(
        job_id=f"{JOB}-regen-1795000000000",
        estimated_time="2-4 minutes",
        note="The AI will re-integrate your backlink into the current published version.",
    ),
    "regenerate_article": orders.RegenerationView(
        job_id=f"article-gen-{ORDER}-regen-1795000000000",
        estimated_time="10-30 minutes",
        note="The AI will write your article again from your order, not from this version.",
    ),
    "submit_for_review": STATUS,
    "list_orders": OrderPage(
        items=[
            OrderItem(
                order_id=ORDER,
                order_number="BQ-1042",
                kind=OrderKind.BACKLINK,
                status=OrderStatus.QUALITY_CHECK,
                article_id=ARTICLE,
                version_id=VERSION,
                customer_email=EMAIL,
                backlink_data=BacklinkData(target_url=URL, keyword=ANCHOR, notes=""),
                price=4900,
                currency="EUR",
                failure_reason=None,
                refund_state=RefundState.NONE,
                on_hold=False,
                created_at=ASKED,
                completed_at=None,
            )
        ],
        next_cursor=None,
    ),
    "approve_order": admin.ApprovalView(order_id=ORDER, status=OrderStatus.COMPLETED, version_id=VERSION),
    "reject_order": admin.RejectionView(
        order_id=ORDER,
        status=OrderStatus.FAILED,
        failure_reason=FailureReason.REJECTED,
        refund_state=RefundState.INITIATED,
    ),
    "refund_order": admin.RefundView(order_id=ORDER, refund_state=RefundState.INITIATED),
    "retry_order": admin.RetryView(order_id=ORDER, job_id=JOB),
    "release_order": admin.DecisionView(order_id=ORDER, status=OrderStatus.QUALITY_CHECK),
    "end_order": admin.EndView(
        order_id=ORDER, status=OrderStatus.FAILED, failure_reason=FailureReason.PAYMENT_REVERSED
    ),
    "list_held_payments": admin.HeldPaymentList(
        items=[
            HeldPaymentView(
                session_id=SESSION,
                purchase_id=PURCHASE,
                payment_intent="pi_1Example",
                amount=4900,
                currency="EUR",
                email=EMAIL,
                reason="its purchase was paid before",
                state=HeldState.HELD,
                error="",
                created_at=ASKED,
            )
        ]
    ),
    **{
        f"{decision}_payment": admin.HeldPaymentDecision(session_id=SESSION, state=state)
        for decision, state in zip(("accept", "return", "dismiss"), _DECIDED, strict=True)
    },
}
"""The data of each operation's answer."""

EVENT = f"id: 0f6a2c4e8b1d3f57\nretry: 2000\ndata: {msgspec.json.encode(STATUS).decode()}\n\n"
"""One event of `watch_order_status`."""
