"""Emails to customers and to the operator."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from blogqueue.db.engine import DB, PostgresNow
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.states import EmailState


class Email(Table, tablename="emails", db=DB):
    """An email, rendered once. `{token}` in its links is filled in while sending, so that no token is stored.

    `attempts_before` of its attempts were made before the operator sent it again.
    """

    id = UUID(primary_key=True, default=UUID4())
    order_id = ForeignKey(Order, on_delete=OnDelete.restrict)
    purchase_id = ForeignKey(Purchase, on_delete=OnDelete.restrict)
    job_id = Varchar(120, default="")
    kind = Varchar(40)
    to = Varchar(254)
    subject = Varchar(500)
    html = Text()
    text = Text()
    state = Varchar(20, choices=EmailState, default=EmailState.WAITING)
    attempts = Integer(default=0)
    attempts_before = Integer(default=0)
    error = Text(default="")
    lease_until = Timestamptz(null=True, default=None)
    run_at = Timestamptz(default=PostgresNow())
    sent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=PostgresNow())

    once_per_order = Unique([order_id, kind, job_id])
    once_per_purchase = Unique([purchase_id, kind, job_id])
