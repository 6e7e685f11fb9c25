"""How commands print: aligned tables, in colour on a terminal; JSON; and a question before many things change."""

import os
import sys
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime

import click
import msgspec

from blogqueue.errors import ProblemError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, in the form of the admin API.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")

STYLES = {
    "FAILED": "red",
    "HELD": "red",
    "NO WORKER": "red",
    "DELAYED": "yellow",
    "INITIATED": "yellow",
    "ADMIN_REVIEW": "yellow",
    "paused": "yellow",
    "ACTIVE": "cyan",
    "SENDING": "cyan",
    "PROCESSING": "cyan",
    "COMPLETED": "green",
    "SENT": "green",
    "PUBLISHED": "green",
    "alive": "green",
    "running": "green",
    "ok": "green",
}
"""The colours of states on a terminal; other words have none."""

GAP = "  "


def is_terminal() -> bool:
    """Return whether people read the output on a terminal; NO_COLOR, if it is set, makes it plain."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def show_json(value: object) -> None:
    """Print a value as JSON."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode())


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headings: with colours on a terminal, as plain aligned text elsewhere; numbers to the right.

    Without rows nothing is printed but a remark on standard error.
    """
    cells = [[format_cell(cell) for cell in row] for row in rows]
    if not cells:
        print("There are none.", file=sys.stderr)
    elif is_terminal():
        _show_styled(headings, cells)
    else:
        _show_plain(headings, cells)


def show_fields(fields: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line, the values under each other; without a value the line is left out."""
    shown = [(name, format_cell(value)) for name, value in fields if value not in {None, ""}]
    width = max(len(name) for name, _ in shown)
    for name, value in shown:
        label = click.style(f"{name:<{width}}", bold=True) if is_terminal() else f"{name:<{width}}"
        print(f"{label}{GAP}{_paint(value)}")


def show_heading(heading: str) -> None:
    """Print the heading of a part of a screen, after an empty line."""
    print()
    print(click.style(heading, bold=True) if is_terminal() else heading)


def show_text(text: str) -> None:
    """Print a text of several lines, such as a traceback, indented."""
    for line in text.splitlines():
        print(f"{GAP}{format_cell(line.rstrip())}")


def show_result(sentence: str, result: object, *, as_json: bool) -> None:
    """Print what a command has done: as a sentence, or as JSON."""
    if as_json:
        show_json(result)
    else:
        print(sentence)


async def do_each(ids: Sequence[str], act: Callable[[str], Awaitable[None]], done: str, *, as_json: bool) -> None:
    """Do something to each of several things, one after another; say of each that it is `done`, or why it is not.

    One that is refused keeps none of the others back, but the command exits with 1. An outage or Ctrl-C ends it, and
    does not hide what was done before.
    """
    results: list[dict[str, object]] = []
    try:
        for one in ids:
            message = ""
            try:
                await act(one)
            except ProblemError as error:
                message = " ".join(detail.message for detail in error.details) or error.message
            results.append({"id": one, "done": not message, "error": message})
            if message:
                print(f"{one}: {message}", file=sys.stderr)
            elif not as_json:
                print(f"{one} {done}", flush=True)
    finally:
        if as_json:
            show_json({"items": results})
    if not all(result["done"] for result in results):
        sys.exit(1)


def format_cell(value: object) -> str:
    """Return a value as one line: times in UTC to the second, and no character that a terminal would obey."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%F %T}"
    return "".join(one if one.isprintable() else " " for one in str(value))


def format_price(minor_units: int, currency: str) -> str:
    """Return an amount with its currency, in the shop's locale."""
    from blogqueue import localized  # noqa: PLC0415 - it reads the settings, which a command may take from the demo

    return localized.format_price(minor_units, currency)


def format_age(seconds: float | None) -> str:
    """Return a duration in its largest unit, such as "3 min"; "" for None."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is done to many; end with 1 unless the answer is yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        sys.exit(f"{question} Add --yes, as there is nobody to ask.")
    click.confirm(question, abort=True)


@contextmanager
def show_progress(description: str, *, total: int | None = None) -> Generator[Callable[[int, int | None], None]]:
    """Show a progress bar on standard error if it is a terminal; yield the function that sets what is done of how many.

    Elsewhere nothing is shown, and rich is not imported, which takes a tenth of a second.
    """
    if not sys.stderr.isatty():
        yield _show_nothing
        return
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - see above

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show_nothing(_: int, __: int | None) -> None:
    """Show no progress."""


def _paint(text: str) -> str:
    style = STYLES.get(text.partition(" ")[0])
    return click.style(text, fg=style) if style and is_terminal() else text


def _show_plain(headings: Sequence[str], cells: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [all(_is_number(cell) for cell in column) for column in zip(*cells, strict=True)]
    for row in (headings, *cells):
        aligned = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        print(GAP.join(aligned).rstrip())


def _show_styled(headings: Sequence[str], cells: list[list[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second, which a pipe does not need
    from rich.table import Table  # noqa: PLC0415 - the same
    from rich.text import Text  # noqa: PLC0415 - the same

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, len(GAP), 0, 0))
    for heading, column in zip(headings, zip(*cells, strict=True), strict=True):
        right = all(_is_number(cell) for cell in column)
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row in cells:
        # As Text: a customer's words are not markup.
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    Console().print(table)


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(".", "", 1).replace("/", "", 1).isdigit()
