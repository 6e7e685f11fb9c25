"""The slug of each new article of a domain: of its file's name, with folders in front where two files share it."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

from blogqueue.catalogue.domain_rules import RESERVED_SLUG, SLUG_LENGTH, to_slug

_INDEX = re.compile(r"_?index(?:\.([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?))?", re.IGNORECASE)
"""The name of a folder's own page, in Hugo with its language: `index`, `_index`, `index.fr`."""

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}))?|zh-(?:hans|hant)(?:-[a-z]{2})?", re.IGNORECASE)
"""The name of a folder that holds the articles of one language: de, pt-br, zh_Hant."""


def name_page(source: PurePosixPath) -> str:
    """Return what a file is called, for slug and title: a folder's own page takes the folder's name."""
    match = _INDEX.fullmatch(source.stem)
    if not match or not source.parent.name:
        return source.stem
    return f"{source.parent.name}.{match[1]}" if match[1] else source.parent.name


def list_slugs(source: PurePosixPath, written: str) -> list[str]:
    """Return the slugs that a file may have, the best first; `written` is the one in its front matter, or "".

    A written slug is taken as it is, except that the folder of a language may be put in front of it.
    """
    folders = [to_slug(name) for name in source.parts[:-1]]
    languages = [to_slug(name) for name in source.parts[:-1] if _LANGUAGE.fullmatch(name)]
    base = to_slug(written or name_page(source))
    if not written and name_page(source) != source.stem:
        folders = folders[:-1]
    found = [base, *(f"{language}-{base}" for language in reversed(languages))]
    if not written:
        found += ["-".join([*folders[-depth:], base]) for depth in range(1, len(folders) + 1)]
    usable = [slug for slug in found if slug and slug != RESERVED_SLUG and len(slug) <= SLUG_LENGTH]
    return list(dict.fromkeys(usable))


def choose_slugs(
    wanted: Mapping[PurePosixPath, Sequence[str]], taken: Collection[str]
) -> tuple[dict[PurePosixPath, str], dict[PurePosixPath, str]]:
    """Return the slug of each file, and for each file that can have none the last slug that it tried.

    Files that would share a slug all take a longer one, so that it does not matter which was read first. The last
    resort is the order of their paths: then the first file has the slug.
    """
    levels = dict.fromkeys(wanted, 0)
    while True:
        current = {source: slugs[levels[source]] for source, slugs in wanted.items()}
        users = Counter(current.values())
        rising = [
            source
            for source, slug in current.items()
            if (users[slug] > 1 or slug in taken) and levels[source] + 1 < len(wanted[source])
        ]
        if not rising:
            break
        for source in rising:
            levels[source] += 1
    chosen: dict[PurePosixPath, str] = {}
    refused: dict[PurePosixPath, str] = {}
    used = set(taken)
    for source, slug in sorted(current.items()):
        (refused if slug in used else chosen)[source] = slug
        used.add(slug)
    return chosen, refused
