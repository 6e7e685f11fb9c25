"""Structured log lines for people (console) or programs (JSON), of our modules and of the libraries.

An event is a noun and what happened to it ("email sent", "job attempt failed"). The keys are the same everywhere: job,
order, email, refund, attempt, queue, actor, args, reason, error, retry_ms.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog

from blogqueue.settings import settings

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

_ADDRESS = re.compile(r"[^\s<>()\[\]{}\"',;:=]+@(?=[^\s<>()\[\]{}\"',;:=]*\w)[^\s<>()\[\]{}\"',;:=/]+")
"""An email address. A mail server repeats it in its refusal, and a URL's password before its host looks the same."""

logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("blogqueue")


def configure() -> None:
    """Write every log line of this process to standard error, in one form."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[make_handler(sys.stderr)], level=logging.INFO, force=True)
    # Our own line per request is enough, and these would log URLs, which contain ids and tokens.
    for noisy in ("httpx", "httpx2", "stripe", "openai"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def make_handler(stream: TextIO) -> logging.Handler:
    """Return what writes log lines to a stream, without anybody's email address."""
    final: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings.log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _hide_addresses,
                final,
            ],
        ),
    )
    return handler


def _hide_addresses(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace email addresses in every value, also in what a library logs."""
    return {name: _hide(value) for name, value in event.items()}


def _hide(value: Any) -> Any:  # noqa: ANN401 - any value that is logged
    match value:
        case str():
            return _ADDRESS.sub("(address)", value)
        case None | bool() | int() | float():
            return value
        case dict():
            return {key: _hide(member) for key, member in value.items()}
        case list() | tuple():
            return [_hide(member) for member in value]
        case _:
            return _ADDRESS.sub("(address)", str(value))
