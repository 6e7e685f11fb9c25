"""The sentence that carries an order's link, as plain text: what an email quotes of a version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blogqueue.writing.link_edit.comparison import ChangeKind, TextRun

LONGEST = 300
"""The most characters that are quoted on either side of the link."""

_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’»)]*(\s+|$)")  # noqa: RUF001 - marks of other scripts


@dataclass(frozen=True, slots=True)
class Quote:
    """The words before the link, the link's own, and those behind it, up to the ends of the sentence."""

    before: str
    link: str
    behind: str


def quote(runs: Sequence[TextRun]) -> Quote | None:
    """Return the sentence around the paid link in the runs of a changed paragraph; None if they have no link."""
    shown = [run for run in runs if run.kind != ChangeKind.REMOVED]
    at = next((number for number, run in enumerate(shown) if run.link), None)
    if at is None:
        return None
    before = "".join(run.text for run in shown[:at])
    behind = "".join(run.text for run in shown[at + 1 :])
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    end = _SENTENCE_END.search(behind)
    before = before[ends[-1] if ends else 0 :].lstrip()
    behind = behind[: end.end() if end else len(behind)].rstrip()
    return Quote(
        before if len(before) <= LONGEST else f"…{before[-LONGEST:]}",
        shown[at].text,
        behind if len(behind) <= LONGEST else f"{behind[:LONGEST]}…",
    )
