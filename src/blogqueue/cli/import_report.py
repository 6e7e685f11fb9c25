"""What `blogqueue articles import` prints: a line for each remark, and the totals."""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from blogqueue.catalogue.importer import Imported, Outcome

SHOWN_TAGS = 5
"""How many kinds of template syntax the totals name."""


def show(imported: Sequence[Imported], folder: Path, *, verbose: bool = False) -> int:
    """Print the results and return the exit code of `get_exit_code`.

    What is wrong goes to standard error, each file with its path below the folder. `verbose` also names the files that
    were published or updated.
    """
    for one in imported:
        name = _name(one, folder)
        if verbose and one.outcome in {Outcome.PUBLISHED, Outcome.UPDATED}:
            print(f"{one.outcome}: {name}")
        if one.reason:
            print(f"{one.outcome}: {name}: {one.reason}", file=sys.stderr)
        for note in one.notes:
            print(f"{name}: {note}", file=sys.stderr)
    _show_unshown(imported)
    _show_room(imported)
    outcomes = Counter(one.outcome for one in imported if one.path.suffix != ".toml")
    print(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome))
    return get_exit_code(imported)


def get_exit_code(imported: Sequence[Imported]) -> int:
    """Return the exit code of an import: 1 if a file was refused, or if there was none at all."""
    refused = any(one.outcome is Outcome.REFUSED and one.path.suffix != ".toml" for one in imported)
    return 1 if refused or not any(one.used for one in imported) else 0


def view(imported: Sequence[Imported], folder: Path) -> list[dict[str, object]]:
    """Return the results as they are printed as JSON."""
    return [
        {"file": _name(one, folder), "outcome": one.outcome, "reason": one.reason, "notes": one.notes}
        for one in imported
    ]


def _name(one: Imported, folder: Path) -> str:
    path = one.path.relative_to(folder) if one.path != folder else folder
    return os.fsencode(path).decode(errors="backslashreplace")  # a name may be in any encoding, and JSON is in UTF-8


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
