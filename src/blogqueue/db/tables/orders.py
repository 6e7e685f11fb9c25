"""Purchases, paid orders, and the history of orders and articles."""

from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.states import FailureReason, OrderKind, OrderStatus, PurchaseState, RefundState


class Purchase(Table, tablename="purchases", db=DB):
    """A purchase request and its frozen quote: price, currency, `rel` and the live version.

    A link is requested in an article, a new article on a domain; the other of the two is null. `subject` is the name of
    the purchase on the payment page. `stripe_checked_at` is when Stripe was last asked about the Checkout Session.
    `slot_held_until` is null until the emailed link is opened: nobody holds a link slot with an unconfirmed address.
    """

    id = UUID(primary_key=True, default=UUID4())
    kind = Varchar(20, choices=OrderKind, default=OrderKind.BACKLINK)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict)
    domain_id = ForeignKey(Domain, on_delete=OnDelete.restrict)
    base_version_id = ForeignKey(ArticleVersion, on_delete=OnDelete.restrict)
    details: Any = JSONB(default="{}")
    subject = Text(default="")
    email = Varchar(254)
    address_hash = Varchar(64, default="", secret=True)
    token_hash = Varchar(64, unique=True, secret=True)
    token_expires_at = Timestamptz()
    session_id = Varchar(255, null=True, default=None, unique=True)
    session_url = Text(default="")
    session_started_at = Timestamptz(null=True, default=None)
    session_expires_at = Timestamptz(null=True, default=None)
    session_number = Integer(default=0)
    payment_pending = Boolean(default=False)
    stripe_checked_at = Timestamptz(null=True, default=None)
    price = BigInt()
    currency = Varchar(3)
    rel = Varchar(20)
    state = Varchar(20, choices=PurchaseState, default=PurchaseState.OPEN)
    held_reason = Text(default="")
    slot_held_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())

    names_its_subject = Check(
        "(kind = 'backlink') = (article_id IS NOT NULL) AND (kind = 'article') = (domain_id IS NOT NULL)"
    )


class Order(Table, tablename="orders", db=DB):
    """A paid order. Only `orders.lifecycle.move` changes its status.

    `number` is what people call the order by, with the prefix of `orders.numbers`.
    `access_number` is raised when the access token is revoked; `access_given_at` is when a link was last asked for.
    `link_dropped_at` is when an editor published a text without the link of this COMPLETED order, giving a reason.
    """

    id = UUID(primary_key=True, default=UUID4())
    number = BigSerial(unique=True)
    session_id = Varchar(255, null=True, default=None, unique=True)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict, unique=True)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict, null=False)
    version_id = ForeignKey(ArticleVersion, on_delete=OnDelete.restrict)
    kind = Varchar(20, choices=OrderKind, default=OrderKind.BACKLINK)
    customer_email = Varchar(254)
    backlink_data: Any = JSONB(default="{}")
    payment_data: Any = JSONB(default="{}")
    price = BigInt()
    currency = Varchar(3)
    rel = Varchar(20)
    status = Varchar(20, choices=OrderStatus, default=OrderStatus.PROCESSING)
    failure_reason = Varchar(30, choices=FailureReason, null=True, default=None)
    failure_detail = Text(default="")
    failed_at_step = Integer(null=True, default=None)
    refund_state = Varchar(20, choices=RefundState, default=RefundState.NONE)
    refund_due_at = Timestamptz(null=True, default=None)
    on_hold = Boolean(default=False)
    access_token_hash = Varchar(64, unique=True, secret=True)
    access_number = Integer(default=0)
    access_given_at = Timestamptz(null=True, default=None)
    regeneration_count = Integer(default=0)
    model_calls = Integer(default=0)
    model_tokens = BigInt(default=0)
    created_at = Timestamptz(default=PostgresNow())
    updated_at = Timestamptz(default=PostgresNow())
    completed_at = Timestamptz(null=True, default=None)
    link_dropped_at = Timestamptz(null=True, default=None)


class CustomerSignIn(Table, tablename="customer_sign_ins", db=DB):
    """An emailed link that signs a customer in once, and the session that began with it: null until it is used."""

    id = UUID(primary_key=True, default=UUID4())
    email = Varchar(254)
    token_hash = Varchar(64, unique=True, secret=True)
    token_expires_at = Timestamptz()
    session_hash = Varchar(64, null=True, default=None, unique=True, secret=True)
    session_expires_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())


class OrderEvent(Table, tablename="order_events", db=DB):
    """A line of history: who did what to which order or article, and from which status to which."""

    id = BigSerial(primary_key=True)
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict)
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=PostgresNow())
    actor = Varchar(200)
    action = Varchar(100)
    from_status = Varchar(20, default="")
    to_status = Varchar(20, default="")
    detail = Text(default="")
