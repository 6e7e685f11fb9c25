"""Traces by OpenTelemetry: a span for each web request, job run and call of the model, which belong together.

They need the extra `traces` and its standard settings, such as OTEL_EXPORTER_OTLP_ENDPOINT. Without them nothing is
imported, and a span costs one comparison. Attributes are ids, names and numbers: never an address or a text.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blogqueue.log import logger

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

PARENT = "traceparent"
"""The name of the span that a message continues, among its options (w3.org/TR/trace-context)."""


class _Tracing:
    """The spans' provider of this process; None without traces."""

    provider: "TracerProvider | None" = None


_tracing = _Tracing()


def configure(process: str) -> None:
    """Send this process's spans from now on, if the environment says where to."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        logger.warning("no traces", reason="the extra is not installed: pip install -c constraints.txt '.[traces]'")
        return
    name = os.environ.get("OTEL_SERVICE_NAME") or f"blogqueue-{process}"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracing.provider = provider


def shut_down() -> None:
    """Send what is left, and no spans from now on."""
    if _tracing.provider is not None:
        _tracing.provider.shutdown()
        _tracing.provider = None


@contextmanager
def span(name: str, **attributes: str | int) -> Generator["Span | None"]:
    """Run a block as a span, below the one that is running; an error of the block is part of it."""
    if _tracing.provider is None:
        yield None
        return
    with _tracing.provider.get_tracer("blogqueue").start_as_current_span(
        name, attributes={f"blogqueue.{key}": value for key, value in attributes.items()}
    ) as running:
        yield running


def get_parent() -> dict[str, str]:
    """Return the message options by which what a message leads to continues this span."""
    carrier: dict[str, str] = {}
    if _tracing.provider is not None:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an extra
            TraceContextTextMapPropagator,
        )

        TraceContextTextMapPropagator().inject(carrier)
    return {PARENT: carrier[PARENT]} if PARENT in carrier else {}


def continue_from(parent: str) -> None:
    """Let later spans of this thread, and of what it starts, continue a span of another process, or none."""
    if _tracing.provider is None:
        return
    from opentelemetry import context  # noqa: PLC0415 - an extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - an extra

    context.attach(TraceContextTextMapPropagator().extract({PARENT: parent}, context=context.Context()))
