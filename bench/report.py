"""Prints the tables of the benchmarks, and stores them: as JSON, and a picture of each that compares something."""

import json
from html import escape
from pathlib import Path
from typing import Any

from bench import Table

WIDTH, ROW, LABELS, BARS = 720, 22, 330, 300
"""In pixels: of a picture, the height of a bar's row, and the widths of the labels and the longest bar."""

DRAWN = {
    "Whole backlink jobs": "jobs/s",
    "Order status": "requests/s",
    "Growth": "ratio",
    "Pick-up": "p50 ms",
}
"""The column that is drawn of the tables whose titles begin so."""


def show(title: str, table: Table) -> None:
    """Print a table with aligned columns, numbers to the right."""
    header, rows = table
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    print(f"\n{title}\n")
    for row in (header, *rows):
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells))


def store(folder: Path, machine: str, tables: list[tuple[str, Table]], plans: dict[str, Any]) -> None:
    """Write `results.json`, `plans.json` where there are any, and the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    results = {
        "machine": machine,
        "tables": {title: [dict(zip(header, row, strict=True)) for row in rows] for title, (header, rows) in tables},
    }
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    if plans:
        (folder / "plans.json").write_text(json.dumps(plans, indent=1) + "\n")
    for title, table in tables:
        column = next((column for begin, column in DRAWN.items() if title.startswith(begin)), "")
        if column in table[0]:
            name = title.split(",")[0].lower().replace(" ", "-")
            (folder / f"{name}.svg").write_text(draw(title, table, column))


def draw(title: str, table: Table, column: str) -> str:
    """Return a bar chart of a column, as SVG; its rows are named by what is left of the first figure."""
    header, rows = table
    at = header.index(column)
    bars = [(" · ".join(row[: 2 if header[1] == "at once" else 1]), _read(row[at]), row[at]) for row in rows if row[at]]
    most = max((value for _, value, _ in bars), default=0) or 1
    height = ROW * len(bars) + 40
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
            f'<text x="8" y="20" font-weight="bold">{escape(title)}: {escape(column)}</text>'
        )
    ]
    for number, (name, value, shown) in enumerate(bars):
        y = 36 + ROW * number
        length = max(1, round(BARS * value / most))
        lines.append(
            f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LABELS}" y="{y}" width="{length}" height="{ROW - 6}" fill="#2f6f4f"/>'
            f'<text x="{LABELS + length + 6}" y="{y + 13}">{escape(shown)}</text>'
        )
    return "\n".join([*lines, "</svg>\n"])


def _read(cell: str) -> float:
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return 0
