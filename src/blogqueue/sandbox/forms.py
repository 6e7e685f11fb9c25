"""Stripe's requests, forms with names like a[b][0][c], and the errors that Stripe answers for wrong ones."""

from typing import Any, cast

from blogqueue.sandbox.state import JSON

# docs.stripe.com/metadata
METADATA_KEYS = 50
METADATA_NAME_LENGTH = 40
METADATA_LENGTH = 500

ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))


class StripeError(Exception):
    """An error in Stripe's shape (docs.stripe.com/api/errors)."""

    def __init__(self, status: int, message: str, *, kind: str = "invalid_request_error", **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


def parse_form(pairs: list[tuple[str, str]]) -> JSON:
    """Parse a form into JSON: a[b][0]=c becomes {"a": {"b": {"0": "c"}}}. Raises StripeError."""
    whole: JSON = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        inner = whole
        for part in path:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise StripeError(400, f"Invalid object: {name}", param=name)
        inner[last or str(len(inner))] = value
    return whole


def refuse_unknown(asked: JSON, names: set[str]) -> None:
    """Refuse a parameter that the call does not have. Raises StripeError."""
    for name in asked:
        if name not in names | {"expand"}:
            raise StripeError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def require_params(asked: JSON, *names: str, within: str = "") -> None:
    """Refuse a call without these parameters. Raises StripeError."""
    for name in names:
        if name not in asked:
            param = f"{within}[{name}]" if within else name
            raise StripeError(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def get_choice(asked: JSON, name: str, values: tuple[str, ...]) -> str | None:
    """Return a parameter that must be one of some values. Raises StripeError."""
    value = asked.get(name)
    if value is not None and value not in values:
        raise StripeError(400, f"Invalid {name}: must be one of {', '.join(values)}", param=name)
    return value


def get_integer(asked: JSON, name: str, default: int, *, param: str = "") -> int:
    """Return a whole number. Raises StripeError."""
    value = asked.get(name, default)
    try:
        return int(value)
    except (TypeError, ValueError):
        message = f"Invalid integer: {value}"
        raise StripeError(400, message, code="parameter_invalid_integer", param=param or name) from None


def get_object(asked: JSON, name: str, *, param: str = "") -> JSON:
    """Return a parameter that has members. Raises StripeError."""
    value = asked.get(name, {})
    if not isinstance(value, dict):
        raise StripeError(400, "Invalid object", param=param or name)
    return cast("JSON", value)


def get_list(asked: JSON, name: str) -> list[Any]:
    """Return a list parameter. Raises StripeError."""
    return list(get_object(asked, name).values())


def get_metadata(asked: JSON) -> dict[str, str]:
    """Return the caller's metadata, within Stripe's limits. Raises StripeError."""
    found: dict[str, str] = get_object(asked, "metadata")
    if len(found) > METADATA_KEYS:
        raise StripeError(400, f"Metadata can have up to {METADATA_KEYS} keys.", param="metadata")
    for name, value in found.items():
        param = f"metadata[{name}]"
        if len(name) > METADATA_NAME_LENGTH:
            message = f"Metadata keys can have up to {METADATA_NAME_LENGTH} characters, but you passed {name!r}."
            raise StripeError(400, message, param=param)
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - the type is what a right form holds
            raise StripeError(400, "Metadata values must be strings.", param=param)
        if len(value) > METADATA_LENGTH:
            message = f"Metadata values can have up to {METADATA_LENGTH} characters, but you passed in {len(value)}."
            raise StripeError(400, message, param=param)
    return found


def get_url(asked: JSON, name: str) -> str | None:
    """Return a web address. Raises StripeError."""
    value = asked.get(name)
    if value is not None and not str(value).startswith(("http://", "https://")):
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise StripeError(400, message, code="url_invalid", param=name)
    return value


def count_decimals(currency: str) -> int:
    """Return how many decimals Stripe's amounts in a currency have (docs.stripe.com/currencies)."""
    if currency.lower() in ZERO_DECIMAL:
        return 0
    return 3 if currency.lower() in THREE_DECIMAL else 2


def format_price(minor_units: int, currency: str) -> str:
    """Format an amount for people: 49.00 EUR, 5000 JPY, 5.120 KWD."""
    decimals = count_decimals(currency)
    return f"{minor_units / 10**decimals:.{decimals}f} {currency.upper()}"
