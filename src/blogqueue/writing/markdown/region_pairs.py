"""Tags that open and close a region of a text, and how they find each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import NamedTuple


class TagKind(Enum):
    """What a tag does to the region of its name."""

    OPEN = "open"
    CLOSE = "close"
    TOGGLE = "toggle"
    """Opens a region, or closes the one that is open."""


class Tag(NamedTuple):
    """A tag at `text[start:end]`; only tags of one family close each other. A closing tag without name closes any.

    What is between harmless tags is as much prose as it would be without them.
    """

    start: int
    end: int
    kind: TagKind
    family: str
    name: str
    harmless: bool = False


@dataclass(slots=True)
class _Family:
    """The tags of one family that are still open, and for each name their places among them."""

    opened: list[Tag] = field(default_factory=list[Tag])
    places: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def open(self, tag: Tag) -> None:
        self.places.setdefault(tag.name, []).append(len(self.opened))
        self.opened.append(tag)

    def close(self, name: str) -> Tag | None:
        """Return the nearest open tag of a name, or of any if it is "", and forget it and those opened since."""
        place = self._find(name)
        if place is None:
            return None
        tag = self.opened[place]
        del self.opened[place:]
        return tag

    def _find(self, name: str) -> int | None:
        if not name:
            return len(self.opened) - 1 if self.opened else None
        places = self.places.get(name, [])
        while places:
            place = places.pop()
            if place < len(self.opened) and self.opened[place].name == name:
                return place
        return None


def pair_tags(tags: Iterable[Tag]) -> tuple[list[tuple[int, int]], list[Tag]]:
    """Return the ranges from each opening tag to the tag that closes it, and the tags that nothing closes.

    A closing tag closes the nearest opening tag of its name. The time is linear, whatever the tags.
    """
    families: dict[str, _Family] = {}
    ranges: list[tuple[int, int]] = []
    for tag in sorted(tags, key=itemgetter(0, 1)):
        family = families.setdefault(tag.family, _Family())
        opening = None if tag.kind is TagKind.OPEN else family.close(tag.name)
        if opening and not opening.harmless:
            ranges.append((opening.start, tag.end))
        elif not opening and tag.kind is not TagKind.CLOSE:
            family.open(tag)
    return ranges, [tag for family in families.values() for tag in family.opened]


def merge_ranges(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
