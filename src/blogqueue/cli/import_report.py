"""What `blogqueue articles import` prints: a progress bar on a terminal, a line for each remark, and the totals."""

import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from blogqueue.catalogue.importer import Imported, Outcome

SHOWN_TAGS = 5
"""How many kinds of template syntax the totals name."""


@contextmanager
def show_progress() -> Generator[Callable[[int, int], None]]:
    """Show a progress bar on standard error if it is a terminal, and yield the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Reading and storing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show(imported: Sequence[Imported], folder: Path) -> int:
    """Print the results and return the exit code: 1 if a file was refused, or if there was none at all.

    What is wrong goes to standard error, each file with its path below the folder.
    """
    for one in imported:
        name = one.path.relative_to(folder) if one.path != folder else folder
        if one.reason:
            print(f"{one.outcome}: {name}: {one.reason}", file=sys.stderr)
        for note in one.notes:
            print(f"{name}: {note}", file=sys.stderr)
    _show_unshown(imported)
    _show_room(imported)
    outcomes = Counter(one.outcome for one in imported if one.path.suffix != ".toml")
    print(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome))
    return 1 if outcomes[Outcome.REFUSED] or not any(one.used for one in imported) else 0


def _show_unshown(imported: Sequence[Imported]) -> None:
    tags = Counter(tag for one in imported for tag in one.unshown)
    if tags:
        files = sum(1 for one in imported if one.unshown)
        usual = ", ".join(f"{tag} ({count})" for tag, count in tags.most_common(SHOWN_TAGS))
        more = f" and {len(tags) - SHOWN_TAGS} more kinds" if len(tags) > SHOWN_TAGS else ""
        print(
            f"Pages leave out the template syntax of {files} file{'s' if files > 1 else ''}: {usual}{more}",
            file=sys.stderr,
        )


def _show_room(imported: Sequence[Imported]) -> None:
    without = [one for one in imported if one.used and one.room == 0]
    if without:
        print(f"No room for a link, so none is sold: {len(without)} of these articles.", file=sys.stderr)
