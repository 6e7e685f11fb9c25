"""The operator's commands about orders: what there is, and those on hold; `cli.decisions` has the other decisions.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database
from blogqueue.states import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blogqueue.orders.listing import OrderItem
    from blogqueue.reviews.queue import ReviewDetails


class OrderName(click.ParamType[UUID]):
    """An order's id, or its number, such as BQ-1042, which is looked up."""

    name = "order"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        """Return the order's id; wrong usage for what is neither."""
        name = str(value)
        with suppress(ValueError):
            return UUID(name)
        if not any(one.isdigit() for one in name):
            self.fail(f"{name} is neither the number nor the id of an order.", param, ctx)
        from blogqueue.orders import search

        return with_database(search.find_id(name))


ORDER_ID = click.argument("order_id", type=OrderName(), metavar="ORDER")


@click.group("orders")
def orders_group() -> None:
    """List and show orders, and decide on them."""


@orders_group.command("list")
@click.option("--status", type=click.Choice(OrderStatus, case_sensitive=False), help="Only this status.")
@click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="Show at most this many.")
@click.option("--cursor", default="", help="Continue where an earlier list ended.")
@output.JSON
def list_orders(status: OrderStatus | None, limit: int, cursor: str, as_json: bool) -> None:
    """List the orders, oldest first."""
    from blogqueue.orders import listing

    page = with_database(listing.list_orders(status, cursor=cursor, limit=limit))
    if as_json:
        output.show_json(page)
        return
    _show_orders(page.items)
    if page.next_cursor:
        print(f"There are more: add --cursor {page.next_cursor}", file=sys.stderr)


@orders_group.command("on-hold")
@output.JSON
def list_on_hold(as_json: bool) -> None:
    """List the orders on hold, whose payments are disputed, oldest first."""
    from blogqueue.orders import listing

    orders = with_database(listing.list_on_hold())
    if as_json:
        output.show_json({"items": orders})
    else:
        _show_orders(orders)


def _show_orders(orders: "Sequence[OrderItem]") -> None:
    output.show_table(
        ("ORDER", "KIND", "STATUS", "REFUND", "PRICE", "CUSTOMER", "CREATED", "ANCHOR TEXT"),
        [
            (
                order.order_number,
                order.kind,
                f"{order.status}, on hold" if order.on_hold else order.status,
                "" if order.refund_state == "NONE" else order.refund_state,
                output.format_price(order.price, order.currency),
                order.customer_email,
                order.created_at,
                order.backlink_data.keyword,
            )
            for order in orders
        ],
    )


@orders_group.command("show")
@ORDER_ID
@output.JSON
def show_order(order_id: UUID, as_json: bool) -> None:
    """Show an order with its history; as JSON, its status as its customer's program reads it."""
    if as_json:
        from blogqueue.orders.status import get_status

        output.show_json(with_database(get_status(order_id)))
        return
    from blogqueue.reviews import queue

    _show_details(with_database(queue.get_details(order_id)))


def _show_details(found: "ReviewDetails") -> None:
    from blogqueue.orders.numbers import format_number

    order = found.order
    output.show_fields(
        [
            ("Order", format_number(order.number)),
            ("Id", order.id),
            ("Status", f"{order.status}, on hold" if order.on_hold else order.status),
            ("Reason", order.failure_detail),
            ("Refund", "" if order.refund_state == "NONE" else order.refund_state),
            ("Refund due", order.refund_due_at),
            ("Refund error", found.refund["error"] if found.refund else ""),
            ("Kind", order.kind),
            ("Customer", order.customer_email),
            (
                "Price",
                output.format_price(order.price, order.currency) if order.purchase_id else "none, ordered by an editor",
            ),
            ("Article", f"{found.host}/{found.article.slug}: {found.article.title}"),
            ("Link", f"{order.backlink_data['keyword']} → {order.backlink_data['target_url']}"),
            ("Version", f"{found.version.version_num}, {found.version.last_qc_status}" if found.version else ""),
            ("Approving", found.preview.effect if found.preview else ""),
            ("Created", order.created_at),
            ("Completed", order.completed_at),
        ]
    )
    output.show_heading("History")
    output.show_table(
        ("AT", "WHO", "DID", "FROM", "TO", "DETAIL"),
        [
            (row["created_at"], row["actor"], row["action"], row["from_status"], row["to_status"], row["detail"])
            for row in found.history
        ],
    )


@orders_group.command("release")
@ORDER_ID
@output.JSON
def release_order(order_id: UUID, as_json: bool) -> None:
    """Release an order on hold, which continues from its status."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import lifecycle
    from blogqueue.payments import disputes

    async def release() -> str:
        await nudge(await disputes.release(order_id, actor=OPERATOR))
        return (await lifecycle.get(order_id)).status

    show_status(order_id, with_database(release()), as_json=as_json)


@orders_group.command("end")
@ORDER_ID
@output.JSON
def end_order(order_id: UUID, as_json: bool) -> None:
    """Fail an order on hold, because its payment was reversed; nothing is refunded."""
    from blogqueue.actors.messages import nudge
    from blogqueue.payments import disputes

    async def end() -> None:
        await nudge(await disputes.end(order_id, actor=OPERATOR))

    with_database(end())
    show_status(order_id, OrderStatus.FAILED, as_json=as_json)


@orders_group.command("relink")
@ORDER_ID
@output.JSON
def relink_order(order_id: UUID, as_json: bool) -> None:
    """Revoke the links to an order that were emailed so far, and email its customer a new one."""
    from blogqueue.actors.messages import nudge
    from blogqueue.orders import access

    async def relink() -> None:
        await nudge(await access.replace_link(order_id))

    with_database(relink(), needs=("secret_key",))
    sentence = f"a new link is emailed to the customer of {order_id}; the old links no longer work"
    output.show_result(sentence, {"orderId": order_id, "relinked": True}, as_json=as_json)


def show_status(order_id: UUID, status: str, *, as_json: bool) -> None:
    """Print the status of an order after a decision."""
    output.show_result(f"{order_id} is {status}", {"orderId": order_id, "status": status}, as_json=as_json)
