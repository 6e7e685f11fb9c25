"""What a checkout session says of language, customer, invoice and taxes, and what becomes of it when it is paid.

Parameters follow docs.stripe.com/api/checkout/sessions/create. The sandbox's account has no default tax behavior, and
its only tax is TAX_PERCENT everywhere.
"""

import re
import uuid
from typing import Any

from blogqueue.sandbox import forms
from blogqueue.sandbox.forms import StripeError
from blogqueue.sandbox.state import JSON, Sandbox

_NAMES = """
auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk
sl sv th tr vi zh zh-HK zh-TW
"""

LOCALES = tuple(_NAMES.split())

TAX_PERCENT = 20

INVOICE_DATA = {
    "account_tax_ids", "custom_fields", "description", "footer", "issuer", "metadata", "rendering_options",
}  # fmt: skip

TAX_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*.]{2,12}")
"""The numbers of the European Union and Great Britain, which are the only ones that the sandbox knows."""


def read_params(asked: JSON) -> JSON:
    """Return what a new session keeps of these parameters. Raises StripeError."""
    creation = forms.get_choice(asked, "customer_creation", ("always", "if_required"))
    address = forms.get_choice(asked, "billing_address_collection", ("auto", "required"))
    tax_ids = _read_switch(asked, "tax_id_collection", {"enabled", "required"})
    required = forms.get_choice(tax_ids, "required", ("if_supported", "never"))
    tax = _read_switch(asked, "automatic_tax", {"enabled", "liability"})["enabled"]
    invoice = _read_switch(asked, "invoice_creation", {"enabled", "invoice_data"})
    planned = forms.get_object(invoice, "invoice_data")
    forms.refuse_unknown(planned, INVOICE_DATA)
    if tax:
        _require_tax_behavior(asked)
    status = "requires_location_inputs" if tax else None
    return {
        "locale": forms.get_choice(asked, "locale", LOCALES),
        "customer_creation": creation or "if_required",
        "billing_address_collection": address,
        "tax_id_collection": {"enabled": tax_ids["enabled"], "required": required or "never"},
        "automatic_tax": {"enabled": tax, "liability": {"type": "self"} if tax else None, "provider": None}
        | {"status": status},
        "invoice_creation": {
            "enabled": invoice["enabled"],
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": planned.get("description"),
                "footer": planned.get("footer"),
                "issuer": None,
                "metadata": forms.get_metadata(planned),
                "rendering_options": None,
            },
        },
    }


def find_mistake(session: JSON, buyer: dict[str, str]) -> str:
    """Say what is wrong with what a buyer typed on the payment page; "" if nothing is."""
    tax_id = buyer.get("tax_id", "")
    if tax_id and not session["tax_id_collection"]["enabled"]:
        return "This session collects no tax ids."
    return "" if not tax_id or TAX_ID.fullmatch(tax_id) else "Your tax ID is not valid: it is like DE123456789."


def read_buyer(session: JSON, buyer: dict[str, str]) -> JSON:
    """Return what the buyer typed, as `customer_details`."""
    tax_id = buyer.get("tax_id", "")
    kind = "gb_vat" if tax_id.startswith("GB") else "eu_vat"
    business = buyer.get("business_name") or None
    return {
        "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
        "business_name": business,
        "email": session["customer_email"] or "customer@sandbox.example",
        "individual_name": None,
        "name": business or "A. Customer",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [{"type": kind, "value": tax_id}] if tax_id else [],
    }


def apply_tax(sandbox: Sandbox, session: JSON) -> JSON:
    """Return a session with the tax that its payment contains, or that is added to it; its line items, too."""
    added = sandbox.faults.take("stripe", "tax_added")["kind"]
    if not session["automatic_tax"]["enabled"] and not added:
        return session
    stored = sandbox.store.get("line_items", session["id"]) or {"data": []}
    for line in stored["data"]:
        net, is_inclusive = line["amount_subtotal"], line["price"]["tax_behavior"] == "inclusive" and not added
        tax = round(net * TAX_PERCENT / (100 + TAX_PERCENT) if is_inclusive else net * TAX_PERCENT / 100)
        line |= {"amount_tax": tax, "amount_total": net if is_inclusive else net + tax}
    sandbox.store.put("line_items", session["id"], stored)
    return session | {
        "amount_total": sum(line["amount_total"] for line in stored["data"]),
        "automatic_tax": session["automatic_tax"] | {"status": "complete"},
        "total_details": session["total_details"] | {"amount_tax": sum(line["amount_tax"] for line in stored["data"])},
    }


def name_customer(session: JSON) -> str | None:
    """Return the id of the customer that a paid session creates, or None."""
    is_created = session["customer_creation"] == "always" or session["invoice_creation"]["enabled"]
    return f"cus_{uuid.uuid4().hex[:14]}" if is_created else None


def _require_tax_behavior(asked: JSON) -> None:
    """Refuse automatic tax for prices that do not say whether they contain it. Raises StripeError."""
    for number, item in enumerate(forms.get_list(asked, "line_items")):
        if item["price_data"].get("tax_behavior") not in {"inclusive", "exclusive"}:
            message = (
                "When `automatic_tax[enabled]=true`, each price needs a `tax_behavior`, "
                "because your tax settings have no default."
            )
            raise StripeError(400, message, param=f"line_items[{number}][price_data][tax_behavior]")


def _read_switch(asked: JSON, name: str, members: set[str]) -> JSON:
    """Return a parameter that turns something on, with `enabled` as a bool: False without it. Raises StripeError."""
    switch: dict[str, Any] = forms.get_object(asked, name)
    for member in switch:
        if member not in members:
            message = f"Received unknown parameter: {name}[{member}]"
            raise StripeError(400, message, code="parameter_unknown", param=f"{name}[{member}]")
    if switch:
        forms.require_params(switch, "enabled", within=name)
    if switch.get("enabled", "false") not in {"true", "false"}:
        raise StripeError(400, f"Invalid boolean: {switch['enabled']}", param=f"{name}[enabled]")
    return switch | {"enabled": switch.get("enabled") == "true"}
