"""Stripe's invoices of paid sessions, and its pages for customers: an invoice, and the receipt of a charge.

Shapes follow docs.stripe.com/api/invoices/object at version 2026-10-28.endive. There are no PDF files: `invoice_pdf`
leads to the page, too, which browsers print.
"""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Template

from blogqueue.sandbox import forms
from blogqueue.sandbox.calls import answer_call, fetch, paginate
from blogqueue.sandbox.shapes import NEW_INVOICE
from blogqueue.sandbox.state import JSON, Sandbox, get_sandbox

TAX_SETTINGS: JSON = {
    "object": "tax.settings",
    "defaults": {"provider": "stripe", "tax_behavior": None, "tax_code": None},
    "head_office": {"address": {"country": "DE"}},
    "livemode": False,
    "status": "active",
    "status_details": {"active": {}},
}
"""docs.stripe.com/api/tax/settings/object"""


@get("/v1/invoices/{invoice_id:str}")
async def retrieve_invoice(request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> Response[Any]:
    """Return an invoice."""
    return await answer_call(request, lambda sandbox, _: fetch(sandbox, "invoices", invoice_id))


@get("/v1/invoices")
async def list_invoices(request: Request[Any, Any, Any]) -> Response[Any]:
    """List invoices, newest first, filtered by `created`."""
    return await answer_call(
        request, lambda sandbox, asked: paginate(sandbox.store.all("invoices"), asked, "/v1/invoices")
    )


@get("/v1/tax/settings")
async def retrieve_tax_settings(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the settings of Stripe Tax, which is set up."""
    return await answer_call(request, lambda _, __: TAX_SETTINGS)


@get("/invoice/{invoice_id:str}")
async def show_invoice(request: Request[Any, Any, Any], invoice_id: FromPath[str]) -> Template:
    """Show an invoice to its customer."""
    invoice = fetch(get_sandbox(request), "invoices", invoice_id)
    currency = invoice["currency"]
    context = {
        "invoice": invoice,
        "lines": [
            (line["description"], forms.format_price(line["amount"], currency)) for line in invoice["lines"]["data"]
        ],
        "total": forms.format_price(invoice["total"], currency),
        "tax": forms.format_price(sum(tax["amount"] for tax in invoice["total_taxes"]), currency),
        "day": _format_day(invoice["created"]),
    }
    return Template("invoice.html", context=context)


@get("/receipt/{charge_id:str}")
async def show_receipt(request: Request[Any, Any, Any], charge_id: FromPath[str]) -> Template:
    """Show the receipt of a charge, as it is after its refunds."""
    charge = fetch(get_sandbox(request), "charges", charge_id)
    context = {
        "charge": charge,
        "amount": forms.format_price(charge["amount"], charge["currency"]),
        "refunded": forms.format_price(charge["amount_refunded"], charge["currency"]),
        "day": _format_day(charge["created"]),
    }
    return Template("receipt.html", context=context)


def create(sandbox: Sandbox, session: JSON, lines: list[JSON]) -> JSON:
    """Store the paid invoice of a session that has been paid; return it."""
    now, invoice_id = int(time.time()), f"in_{uuid.uuid4().hex[:24]}"
    planned, buyer = session["invoice_creation"]["invoice_data"], session["customer_details"]
    total, tax = session["amount_total"], session["total_details"]["amount_tax"]
    url = f"{sandbox.config.url}/invoice/{invoice_id}"
    invoice: JSON = NEW_INVOICE | {
        "id": invoice_id,
        "number": f"SANDBOX-{sandbox.store.count('invoices') + 1:04d}",
        "amount_due": total,
        "amount_paid": total,
        "automatic_tax": {"disabled_reason": None} | session["automatic_tax"],
        "created": now,
        "currency": session["currency"],
        "customer": session["customer"],
        "customer_address": buyer["address"],
        "customer_email": buyer["email"],
        "customer_name": buyer["name"],
        "customer_tax_ids": buyer["tax_ids"],
        "default_payment_method": None,
        "description": planned["description"],
        "effective_at": now,
        "footer": planned["footer"],
        "hosted_invoice_url": url,
        "invoice_pdf": url,
        "lines": _list_lines(invoice_id, lines),
        "metadata": planned["metadata"],
        "status_transitions": {
            "finalized_at": now,
            "marked_uncollectible_at": None,
            "paid_at": now,
            "voided_at": None,
        },
        "subtotal": sum(line["amount_subtotal"] for line in lines),
        "total": total,
        "total_excluding_tax": total - tax,
        "total_taxes": [_describe_tax(lines, tax)] if session["automatic_tax"]["enabled"] else [],
    }
    sandbox.store.put("invoices", invoice_id, invoice)
    return invoice


def _list_lines(invoice_id: str, lines: list[JSON]) -> JSON:
    data = [
        {
            "id": f"il_{uuid.uuid4().hex[:24]}",
            "object": "line_item",
            "amount": line["amount_subtotal"],
            "currency": line["currency"],
            "description": line["description"],
            "invoice": invoice_id,
            "metadata": {},
            "quantity": line["quantity"],
        }
        for line in lines
    ]
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"}


def _describe_tax(lines: list[JSON], tax: int) -> JSON:
    return {
        "amount": tax,
        "tax_behavior": lines[0]["price"]["tax_behavior"],
        "tax_rate_details": None,
        "taxability_reason": "standard_rated",
        "taxable_amount": sum(line["amount_total"] for line in lines) - tax,
        "type": "tax_rate_details",
    }


def _format_day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


HANDLERS = [retrieve_invoice, list_invoices, retrieve_tax_settings, show_invoice, show_receipt]
