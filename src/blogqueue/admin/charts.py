"""Draw a queue's timeline as SVG: colours come from the style sheet, and the same numbers are beside it as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from blogqueue.jobs.timelines import Span, Timeline, Values

WIDTH, HEIGHT = 320, 104
LEFT, RIGHT, TOP, BOTTOM = 44, 316, 8, 84
"""The plot's edges inside the drawing, in its own units: numbers are on its left, times below it."""

TABLE_ROWS = 12

STARTS = {Span.HOUR: "1 h ago", Span.DAY: "24 h ago"}
SLOT_NAMES = {Span.HOUR: "minute", Span.DAY: "15 minutes"}
SPAN_MINUTES = {Span.HOUR: 60, Span.DAY: 24 * 60}

Format = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one set of bars; `total` is what the legend says of it."""

    name: str
    values: Values
    total: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a chart's table: how long ago, and the value of each series, formatted."""

    ago: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, its legend, and the table with its numbers; `key` makes its ids unique on the page."""

    key: str
    title: str
    series: list[Series]
    svg: Markup
    rows: list[Row]


def draw_all(queue: str, timeline: Timeline) -> list[Chart]:
    """Return the charts of a queue: its runs, how long they took, and how long jobs waited."""
    span, slot = timeline.span, SLOT_NAMES[timeline.span]
    runs = [
        Series("Completed", timeline.completed, _sum(timeline.completed)),
        Series("Failed", timeline.failed, _sum(timeline.failed)),
    ]
    durations = [
        Series("p50", timeline.run_ms_p50, _newest(timeline.run_ms_p50)),
        Series("p95", timeline.run_ms_p95, _newest(timeline.run_ms_p95)),
    ]
    waits = [
        Series("Pick-up, p95", timeline.pickup_ms_p95, _newest(timeline.pickup_ms_p95)),
        Series("Oldest that waits", timeline.oldest_ms, _newest(timeline.oldest_ms)),
    ]
    return [
        _draw(f"{queue}-runs", f"Runs per {slot}", runs, span, format_number, bars=True),
        _draw(f"{queue}-duration", "Duration of a run", durations, span, format_ms),
        _draw(f"{queue}-wait", "Waiting for a worker", waits, span, format_ms),
    ]


def format_ms(ms: float) -> str:
    """Format a duration: 340 ms, 14.2 s, 3.4 min, 2.5 h, 3.1 d."""
    for unit, length, below in (("ms", 1, 1000), ("s", 1000, 60_000), ("min", 60_000, 3_600_000)):
        if ms < below:
            return f"{ms / length:.3g} {unit}"
    return f"{ms / 3_600_000:.3g} h" if ms < 2 * 86_400_000 else f"{ms / 86_400_000:.3g} d"


def format_number(number: float) -> str:
    """Format a count."""
    return f"{number:,.0f}"


def _draw(key: str, title: str, series: list[Series], span: Span, form: Format, *, bars: bool = False) -> Chart:
    rows = _tabulate(series, span, form, add=bars)
    values = [series.values for series in series]
    top = _find_top([sum(filter(None, at)) for at in zip(*values, strict=True)] if bars else _known(*values), form)
    marks = _draw_bars(values, top) if bars else "".join(_draw_line(line, top, at) for at, line in enumerate(values))
    summary = "; ".join(f"{one.name}: {one.total}" for one in series)
    svg = (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{key}-t {key}-d">'
        f'<title id="{key}-t">{title}</title><desc id="{key}-d">{STARTS[span]} until now. {summary}.</desc>'
        f'<path class="grid" d="M{LEFT} {TOP}H{RIGHT}M{LEFT} {(TOP + BOTTOM) / 2}H{RIGHT}M{LEFT} {BOTTOM}H{RIGHT}"/>'
        f'<text class="tick end" x="{LEFT - 4}" y="{TOP + 4}">{form(top)}</text>'
        f'<text class="tick end" x="{LEFT - 4}" y="{BOTTOM + 4}">0</text>'
        f'<text class="tick" x="{LEFT}" y="{HEIGHT - 4}">{STARTS[span]}</text>'
        f'<text class="tick end" x="{RIGHT}" y="{HEIGHT - 4}">now</text>{marks}</svg>'
    )
    return Chart(key, title, series, Markup(svg), rows)  # noqa: S704 - built from constants, numbers and our names


def _draw_bars(values: Sequence[Values], top: float) -> str:
    """Return the bars of all series, one on top of the other."""
    width = (RIGHT - LEFT) / len(values[0])
    marks: list[str] = []
    for slot, at in enumerate(zip(*values, strict=True)):
        base = float(BOTTOM)
        for number, value in enumerate(at):
            if value:
                height = (BOTTOM - TOP) * value / top
                base -= height
                marks.append(
                    f'<rect class="s{number}" x="{LEFT + slot * width:.1f}" y="{base:.1f}" '
                    f'width="{max(1.0, width - 1):.1f}" height="{height:.1f}"/>'
                )
    return "".join(marks)


def _draw_line(values: Values, top: float, number: int) -> str:
    """Return a line that breaks where nothing is known; a value alone between gaps is a dot."""
    width = (RIGHT - LEFT) / len(values)
    path, dots, drawing = "", "", False
    for slot, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        x, y = LEFT + (slot + 0.5) * width, BOTTOM - (BOTTOM - TOP) * value / top
        path += f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}"
        alone = not drawing and (slot + 1 == len(values) or values[slot + 1] is None)
        dots += f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="1.8"/>' if alone else ""
        drawing = True
    return (f'<path class="line s{number}" d="{path}"/>' if path else "") + dots


def _find_top(values: Sequence[float], form: Format) -> float:
    """Return the number at the top of the plot: a round one, not below any value."""
    highest = max(values, default=0) or 1.0
    unit = 1.0
    if form is format_ms:
        unit = next(
            length for length in (86_400_000.0, 3_600_000.0, 60_000.0, 1000.0, 1.0) if highest >= length or length == 1
        )
    magnitude = 1.0
    while magnitude * 10 <= highest / unit:
        magnitude *= 10
    return next(step * magnitude * unit for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * magnitude * unit >= highest)


def _tabulate(series: list[Series], span: Span, form: Format, *, add: bool) -> list[Row]:
    """Return TABLE_ROWS lines of the numbers, newest first: sums, or the largest values."""
    number = len(series[0].values) // TABLE_ROWS
    minutes = SPAN_MINUTES[span] // TABLE_ROWS
    combine: Callable[[list[float]], float] = sum if add else max
    rows: list[Row] = []
    for row in range(TABLE_ROWS):
        end = len(series[0].values) - row * number
        parts = [_known(one.values[end - number : end]) for one in series]
        ago = f"{row * minutes} to {(row + 1) * minutes} min" if span is Span.HOUR else f"{row * 2} to {row * 2 + 2} h"
        rows.append(Row(ago, [form(combine(part)) if part else "none" for part in parts]))
    return rows


def _known(*values: Values) -> list[float]:
    return [value for line in values for value in line if value is not None]


def _sum(values: Values) -> str:
    return format_number(sum(_known(values)))


def _newest(values: Values) -> str:
    known = _known(values)
    return format_ms(known[-1]) if known else "none"
