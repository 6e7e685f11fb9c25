"""The files of a folder that may be articles."""

import os
from pathlib import Path

from blogqueue.catalogue.importer.outcomes import Imported, Outcome

SUFFIXES = frozenset({".md", ".markdown"})

_PACKAGES = frozenset({"node_modules", "bower_components"})
_PARTS = frozenset({"_includes", "_layouts", "_data", "_sass", "_site"})
"""Jekyll's and Eleventy's folders of parts and results; `_posts` and other collections hold articles."""


def find_files(folder: Path) -> tuple[list[Path], list[Imported]]:
    """Return the Markdown files below a folder, sorted, and what was left out, with the reasons."""
    files: list[Path] = []
    left: list[Imported] = []
    inside = folder.resolve()
    for name, folders, names in os.walk(folder):
        at = Path(name)
        folders.sort()
        for child in list(folders):
            reason, outcome = _judge_folder(at / child, inside)
            if reason:
                folders.remove(child)
                if outcome is Outcome.REFUSED or _has_markdown(at / child):
                    left.append(Imported(at / child, outcome, reason))
        for child in sorted(names):
            path = at / child
            # A README describes its folder.
            if path.suffix.lower() not in SUFFIXES or path.stem.lower() == "readme":
                continue
            reason, outcome = _judge_file(path, inside)
            if reason:
                left.append(Imported(path, outcome, reason))
            elif path.is_file():  # reading a pipe or a device would block
                files.append(path)
    return sorted(files), left


def _judge_folder(path: Path, inside: Path) -> tuple[str, Outcome]:
    if path.is_symlink():
        # os.walk does not follow it.
        return _judge_link(path, inside, "is a symbolic link to a folder within; its files are imported there")
    if path.name.startswith("."):
        return "is a hidden folder: site generators do not publish it", Outcome.SKIPPED
    if path.name in _PACKAGES:
        return "holds installed packages: site generators do not publish it", Outcome.SKIPPED
    if path.name in _PARTS:
        return "holds parts of pages and no articles", Outcome.SKIPPED
    return "", Outcome.SKIPPED


def _judge_file(path: Path, inside: Path) -> tuple[str, Outcome]:
    if path.is_symlink():
        return _judge_link(path, inside, "")
    if path.name.startswith("."):
        return "is a hidden file: site generators do not publish it", Outcome.SKIPPED
    if path.name.startswith("_") and not path.name.startswith("_index"):
        return "is a part of other pages: its name begins with _", Outcome.SKIPPED
    return "", Outcome.SKIPPED


def _judge_link(path: Path, inside: Path, reason_within: str) -> tuple[str, Outcome]:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "is a symbolic link that leads nowhere", Outcome.REFUSED
    if not target.is_relative_to(inside):
        return "is a symbolic link that leaves the folder; only files within it are published", Outcome.REFUSED
    return reason_within, Outcome.SKIPPED


def _has_markdown(folder: Path) -> bool:
    return any(Path(child).suffix.lower() in SUFFIXES for _, _, names in os.walk(folder) for child in names)
