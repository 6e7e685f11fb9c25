"""Structured log lines for people (console) or programs (JSON), of our modules and of the libraries.

An event is a noun and what happened to it ("email sent", "job attempt failed"). The keys are the same everywhere: job,
order, email, refund, attempt, queue, actor, args, reason, error, retry_ms. What is bound (`begin`, `bind`) is part of
every later line of the same request or message: its `request_id`, and the `editor` who sent it. The messages that a
request sends carry its id, so that the lines of all processes about it can be found by it.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog

from blogqueue.settings import settings

REQUEST_ID = "request_id"
"""The name of a request's id: in its lines, and among the options of the messages that it sends."""

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

_ADDRESS = re.compile(r"[^\s<>()\[\]{}\"',;:=]+@(?=[^\s<>()\[\]{}\"',;:=]*\w)[^\s<>()\[\]{}\"',;:=/]+")
"""An email address. A mail server repeats it in its refusal, and a URL's password before its host looks the same."""

_SECRET = re.compile(
    r"(?i)\b(?:sk|rk|pk|whsec|bq)_\w[\w-]{7,}"  # keys of Stripe, its webhooks, and programs
    r"|\bsk-[\w-]{16,}"  # keys of the model's provider
    r"|(?<=\bbearer )\S+"
    r"|(?<=[?&]access=)[^\s&\"']+|(?<=[?&]token=)[^\s&\"']+|(?<=[?&]code=)[^\s&\"']+"
)
"""A key or a token. None is logged on purpose; another party may repeat one in its refusal.

Each of the forms contains one of the signs that `hide` looks for first.
"""

logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("blogqueue")


def begin(request_id: str) -> None:
    """Begin the lines about a request, or about a message that a request has sent: they have its id."""
    structlog.contextvars.clear_contextvars()
    if request_id:
        structlog.contextvars.bind_contextvars(**{REQUEST_ID: request_id})


def bind(**values: str) -> None:
    """Add values to all later lines of this request or message."""
    structlog.contextvars.bind_contextvars(**values)


def get_bound(name: str) -> str:
    """Return a value that is part of this request's or message's lines, or ""."""
    return str(structlog.contextvars.get_contextvars().get(name, ""))


def configure(level: int = logging.INFO) -> None:
    """Write the log lines of this process to standard error, in one form, from a level on."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = make_handler(sys.stderr)
    handler.setLevel(level)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Our own line per request is enough, and these would log URLs, which contain ids and tokens.
    for noisy in ("httpx", "httpx2", "stripe", "openai"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def make_handler(stream: TextIO) -> logging.Handler:
    """Return what writes log lines to a stream, without anybody's email address, and without keys and tokens."""
    terminal = stream.isatty()
    final: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=terminal, pad_event_to=30)
        if settings.log_format == "console" or (settings.log_format == "auto" and terminal)
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _hide_private,
                final,
            ],
        ),
    )
    return handler


def _hide_private(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace email addresses, keys and tokens in every value, also in what a library logs."""
    return {name: _hide(value) for name, value in event.items()}


def hide(text: str) -> str:
    """Return a text without the email addresses, keys and tokens in it.

    Most texts have no sign of either, which is found out in a tenth of the time: this runs for each value of each line.
    """
    if "@" in text:
        text = _ADDRESS.sub("(address)", text)
    lowered = text.lower()
    if "_" in text or "=" in text or "sk-" in lowered or "bearer " in lowered:
        text = _SECRET.sub("(secret)", text)
    return text


def _hide(value: Any) -> Any:  # noqa: ANN401 - any value that is logged
    match value:
        case str():
            return hide(value)
        case None | bool() | int() | float():
            return value
        case dict():
            return {key: _hide(member) for key, member in value.items()}
        case list() | tuple():
            return [_hide(member) for member in value]
        case _:
            return hide(str(value))
