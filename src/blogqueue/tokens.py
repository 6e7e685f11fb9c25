"""Secret tokens of emailed links: derived from the secret key and never stored; rows store their hash.

The links of a stored email contain the placeholder `{token}`, which the mail worker fills in while sending. So neither
the database nor the workers that write texts ever see a token. A token has 256 bits (HMAC-SHA256, RFC 2104); OWASP ASVS
4.0.3 V3.2.2 asks for at least 64 bits of entropy.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from blogqueue.settings import settings

PLACEHOLDER = "{token}"


def derive_order_token(order_id: UUID, number: int = 0) -> str:
    """Return the token that opens an order's page and API; `number` is that of the order's valid token."""
    return _derive("order", f"{order_id}:{number}" if number else order_id)


def derive_purchase_token(purchase_id: UUID) -> str:
    """Return the token of the magic link that confirms a purchase."""
    return _derive("purchase", purchase_id)


def derive_sign_in_token(sign_in_id: UUID | str) -> str:
    """Return the token of the emailed link that signs a customer in."""
    return _derive("sign-in", sign_in_id)


def derive_return_token(session_id: str) -> str:
    """Return what the browser keeps that goes to pay in a Checkout Session: with it, the return opens the order."""
    return _derive("return", session_id)


def derive_form_token(session: str) -> str:
    """Return the token in the forms of a signed-in editor, so that only our own pages can send them (CSRF)."""
    return _derive("form", session)


def hash_token(token: str) -> str:
    """Return the hash of a token (SHA-256 in hex), which rows store."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derive(purpose: str, row_id: UUID | str) -> str:
    key = settings.secret_key.get_secret_value()
    if not key:
        raise RuntimeError("BLOGQUEUE_SECRET_KEY is not set: this process makes no tokens")
    digest = hmac.new(key.encode(), f"{purpose}:{row_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
