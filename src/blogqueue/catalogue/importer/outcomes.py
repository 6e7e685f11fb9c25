"""What becomes of each file of an import."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Outcome(StrEnum):
    """What became of a file."""

    PUBLISHED = "published"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    """The site generator would not publish it either."""
    REFUSED = "refused"
    """Something about it has to be changed first."""


class UnusableError(Exception):
    """A file cannot be imported; the message says why. `outcome` is REFUSED or SKIPPED."""

    def __init__(self, reason: str, outcome: Outcome = Outcome.REFUSED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome

    def __reduce__(self) -> tuple[type["UnusableError"], tuple[str, Outcome]]:
        """Let the error pass from one process to another."""
        return UnusableError, (self.reason, self.outcome)


def skip(reason: str) -> UnusableError:
    """Return the error of a file that its site generator would not publish."""
    return UnusableError(reason, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result for one file, or for a `domain.toml` or a folder.

    `reason` says why the file was not used. `notes` are remarks about a file that was, and `unshown` is the template
    syntax in it that pages leave out. `room` is how many paid links a text that was published can take.
    """

    path: Path
    outcome: Outcome
    reason: str = ""
    notes: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    room: int | None = None

    @property
    def used(self) -> bool:
        """Return whether the file is the text of an article now."""
        return self.outcome in {Outcome.PUBLISHED, Outcome.UPDATED, Outcome.UNCHANGED}
