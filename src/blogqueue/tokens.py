"""Secret tokens of mailed links: derived from the secret key, so that they lie nowhere at rest; rows hold their hash.

A letter's links carry the placeholder `{token}`; the mail worker fills it in while sending. So neither the database
nor the writers ever hold a token. 256 bits of HMAC-SHA256 (RFC 2104) are above the 128 that ASVS 4.0.3 V3.2.2 asks of a
session token.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from blogqueue.settings import settings

PLACEHOLDER = "{token}"


def order_access(order_id: UUID) -> str:
    """The token that opens an order's page and API."""
    return _derived("order", order_id)


def purchase_token(purchase_id: UUID) -> str:
    """The token of the magic link that confirms a purchase."""
    return _derived("purchase", purchase_id)


def form(session: str) -> str:
    """What a form of a signed-in editor carries, so that only our own pages can send it."""
    return _derived("form", session)


def hashed(token: str) -> str:
    """What a row keeps of a token (hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(purpose: str, row_id: UUID | str) -> str:
    key = settings.secret_key.get_secret_value()
    if not key:
        raise RuntimeError("BLOGQUEUE_SECRET_KEY is not set: this process makes no tokens")
    digest = hmac.new(key.encode(), f"{purpose}:{row_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
