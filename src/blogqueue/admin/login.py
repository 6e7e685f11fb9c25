"""The login of Piccolo Admin: what is sent to it is checked and counted before a password is compared."""

import json
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.types import Receive, Scope
from piccolo_api.rate_limiting.middleware import RateLimitProvider

from blogqueue import limits
from blogqueue.api.bodies import replay
from blogqueue.errors import FieldError, InvalidError
from blogqueue.limits import Limit
from blogqueue.log import logger

BY_ACCOUNT_AND_NETWORK = Limit("login", 10, 15 * 60)
"""A person who has forgotten a password tries a few; OWASP ASVS 4.0.3 V2.2.1 asks for at most 100 an hour."""

BY_ACCOUNT = Limit("login_account", 50, 60 * 60)
"""From anywhere. An editor whom somebody else locked out waits an hour at most, and open sessions go on."""

BY_NETWORK = Limit("login_network", 60, 15 * 60)
"""An office with several editors is one network."""

PASSWORD_BY_EDITOR = Limit("editor_password", 20, 15 * 60)
"""The pages that set up a second factor and change a password compare a password, too."""

FIRST_ERROR_STATUS = 400

FIELDS = ("username", "password", "mfa_code", "mfa_provider_name", "format", "csrftoken")
LONGEST = 200
"""Names have at most 100 characters, passwords 128, codes 6 to 32."""


class Uncounted(RateLimitProvider):
    """Piccolo's own limit, which this module replaces: that one never ends, counts views, and is per process."""

    def increment(self, identifier: str) -> None:
        """Count nothing."""


async def check(scope: Scope, receive: Receive) -> Receive:
    """Check and count a login, and return it for Piccolo Admin. Raises InvalidError and TooManyError.

    Piccolo gets the values that were counted, as JSON: it would read some bodies in another way, and find in them
    another name.
    """
    message = await receive()
    values = _read(message["body"] if message["type"] == "http.request" else b"")
    await count(scope["client"][0] if scope["client"] else "", values.get("username", ""))
    body = msgspec.json.encode(values)
    kept = [(name, value) for name, value in scope["headers"] if name not in {b"content-type", b"content-length"}]
    about = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if form_token := values.get("csrftoken"):  # a form may carry it in its body
        about.append((b"x-csrftoken", form_token.encode()))
    scope["headers"] = [*kept, *about]
    return replay(body, receive)


async def count(address: str, name: str) -> None:
    """Count a login by where it comes from and whose it is. Raises TooManyError."""
    network, account = limits.to_network(address), name.casefold()
    await limits.take(BY_NETWORK, network)
    await limits.take(BY_ACCOUNT_AND_NETWORK, f"{network} {account}")
    await limits.take(BY_ACCOUNT, account)


def log_failure(scope: Scope, status: int) -> None:
    """Log a login that was refused, without the name, as some people type their password there."""
    if status >= FIRST_ERROR_STATUS:
        client = scope["client"][0] if scope["client"] else ""
        logger.warning("login failed", by="password", client=client)


def _read(body: bytes) -> dict[str, str]:
    """Return the values of a login, sent as JSON or as a form. Raises InvalidError unless all are short texts."""
    try:
        sent: Any = json.loads(body)
    except json.JSONDecodeError:
        sent = dict(parse_qsl(body.decode(errors="replace"), max_num_fields=100))
    except (ValueError, RecursionError):  # not UTF-8, a number of thousands of digits, or thousands of brackets
        sent = None
    if not isinstance(sent, dict):
        raise InvalidError([FieldError("body", "type", "Send one JSON object, or a form.")])
    return validate({name: sent[name] for name in FIELDS if name in sent})


def validate(values: dict[str, Any]) -> dict[str, str]:
    """Return the values of a login. Raises InvalidError unless all are short texts."""
    wrong = [
        FieldError(name, "text", f"Must be text of at most {LONGEST} characters.")
        for name, value in values.items()
        if not isinstance(value, str) or len(value) > LONGEST or not _is_storable(value)
    ]
    if wrong:
        raise InvalidError(wrong)
    return values


def _is_storable(text: str) -> bool:
    """Return whether PostgreSQL can be asked for a text: it stores neither NUL nor half of a surrogate pair."""
    return "\0" not in text and text.isprintable()
