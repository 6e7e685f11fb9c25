"""Structured log lines for people (console) or programs (JSON), of our modules and of the libraries.

An event is a noun and what happened to it ("email sent", "job attempt failed"). The keys are the same everywhere: job,
order, email, refund, attempt, queue, actor, args, reason, error, retry_ms.
"""

import logging
import sys

import structlog

from blogqueue.settings import settings

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("blogqueue")


def configure() -> None:
    """Write every log line of this process to standard error, in one form."""
    final: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings.log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                final,
            ],
        ),
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Our own line per request is enough, and these would log URLs, which contain ids and tokens.
    for noisy in ("httpx", "httpx2", "stripe", "openai"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
