"""What of Stripe's objects is about a person, and is not stored: no decision needs it."""

from typing import Any

PERSONAL = frozenset(
    {
        "billing_details",
        "collected_information",
        "custom_fields",
        "customer_address",
        "customer_details",
        "customer_email",
        "customer_name",
        "customer_phone",
        "customer_shipping",
        "customer_tax_ids",
        "evidence",
        "payment_method_details",
        "receipt_email",
        "shipping",
        "shipping_details",
    }
)
"""Members with names, addresses, telephone numbers, tax ids and the like (docs.stripe.com/api)."""


def drop_personal(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON of Stripe's without the members that are about a person."""
    if isinstance(value, dict):
        return {name: drop_personal(member) for name, member in value.items() if name not in PERSONAL}
    return [drop_personal(member) for member in value] if isinstance(value, list) else value
