"""What Stripe sent, refunds, and payments that have no order."""

from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.states import HeldState, RefundState


class StripeEvent(Table, tablename="stripe_events", db=DB):
    """A webhook event as Stripe sent it. Its primary key keeps a second delivery from being handled again."""

    id = Varchar(255, primary_key=True)
    type = Varchar(100)
    payload: Any = JSONB()
    outcome = Text(default="")
    received_at = Timestamptz(default=PostgresNow())
    handled_at = Timestamptz(null=True, default=None)


class Refund(Table, tablename="refunds", db=DB):
    """The refund of an order; an order never has a second one.

    `request_number` grows when Stripe is asked again after a failure.
    """

    id = UUID(primary_key=True, default=UUID4())
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict, null=False, unique=True)
    amount = BigInt()
    currency = Varchar(3)
    state = Varchar(20, choices=RefundState, default=RefundState.INITIATED)
    stripe_refund_id = Varchar(255, null=True, default=None, unique=True)
    request_number = Integer(default=1)
    attempts = Integer(default=0)
    error = Text(default="")
    run_at = Timestamptz(default=PostgresNow())
    created_at = Timestamptz(default=PostgresNow())
    updated_at = Timestamptz(default=PostgresNow())


class HeldPayment(Table, tablename="held_payments", db=DB):
    """A paid Checkout Session that made no order: it does not match its purchase, or is a duplicate.

    `session` is Stripe's object. `request_number` grows when Stripe is asked again to refund it after a failure.
    """

    session_id = Varchar(255, primary_key=True)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict, null=False)
    session: Any = JSONB()
    reason = Text()
    state = Varchar(20, choices=HeldState, default=HeldState.HELD)
    stripe_refund_id = Varchar(255, null=True, default=None)
    request_number = Integer(default=1)
    error = Text(default="")
    decided_by = Varchar(200, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())
