"""Traces: one from the payment to the model's answer, only where OpenTelemetry's settings ask for them."""

import subprocess
import sys
from collections.abc import Generator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from blogqueue import traces
from blogqueue.traces import _tracing  # pyright: ignore[reportPrivateUsage] - the tests keep the spans that it sends
from tests.stage import Stage


@pytest.fixture
def spans() -> Generator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    _tracing.provider = TracerProvider()
    _tracing.provider.add_span_processor(SimpleSpanProcessor(kept))
    yield kept
    traces.shut_down()


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def identify(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


async def test_one_trace_leads_from_the_payment_over_the_broker_to_the_models_answers(
    stage: Stage, spans: InMemorySpanExporter
) -> None:
    order = await stage.delivered(await stage.article())

    (webhook,) = named(spans, "POST /api/v1/purchase/webhook")
    (run,) = named(spans, "job run")
    calls = named(spans, "model call")
    assert webhook.attributes is not None and webhook.attributes["http.response.status_code"] == 200
    assert run.attributes is not None and run.attributes["blogqueue.job"] == f"backlink-int-{order.id}"
    assert run.parent is not None and (run.parent.trace_id, run.parent.span_id) == identify(webhook)
    assert len(calls) >= 2
    assert {call.parent.span_id for call in calls if call.parent} == {identify(run)[1]}
    assert "@" not in str([dict(span.attributes or {}) for span in spans.get_finished_spans()])


def test_without_the_settings_nothing_is_imported() -> None:
    code = (
        "from blogqueue import traces; import sys; traces.configure('web'); print('opentelemetry.sdk' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_with_the_settings_spans_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    traces.configure("web")
    try:
        with traces.span("job run", job="one") as running:
            assert running is not None and running.is_recording()
            assert traces.get_parent()["traceparent"].startswith("00-")
        assert _tracing.provider is not None
        assert _tracing.provider.resource.attributes["service.name"] == "blogqueue-web"
    finally:
        _tracing.provider = None  # nobody listens there: shutting down would wait for it
