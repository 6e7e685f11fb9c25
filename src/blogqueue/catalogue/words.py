"""How the words that somebody searches for become conditions, which tolerate typing errors where PostgreSQL can."""

from typing import Any

from blogqueue.db import fuzzy_search
from blogqueue.db.fuzzy_search import WORDS

MOST_WORDS = 6
"""Words of a search that count; each makes the query longer."""

SHORTEST_FUZZY = 4
"""In shorter words a typing error leaves too little to recognize."""

_EXACT = f"""({WORDS} ILIKE {{}} OR a.domain_id IN (SELECT id FROM domains WHERE host ILIKE {{}} OR name ILIKE {{}}))"""  # noqa: S608 - constants, no input

_FUZZY = f"""({WORDS} ILIKE {{}} OR {{}}::text <% {WORDS} OR a.domain_id IN (
    SELECT id FROM domains WHERE host ILIKE {{}} OR name ILIKE {{}} OR {{}}::text <% (host || ' ' || name)))"""  # noqa: S608 - constants, no input
"""By pg_trgm's word similarity, of at least the threshold that `db.engine` sets."""


class _Known:
    """Whether the extension is there, once this process has asked."""

    fuzzy: bool | None = None


async def find_conditions(typed: str) -> list[tuple[str, list[Any]]]:
    """Return a condition for each word that was typed, with its values."""
    found = typed.split()[:MOST_WORDS]
    if not found:
        return []
    if _Known.fuzzy is None:
        _Known.fuzzy = await fuzzy_search.is_available()
    return [_find_condition(word, fuzzy=_Known.fuzzy and len(word) >= SHORTEST_FUZZY) for word in found]


def _find_condition(word: str, *, fuzzy: bool) -> tuple[str, list[Any]]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return (_FUZZY, [pattern, word, pattern, pattern, word]) if fuzzy else (_EXACT, [pattern] * 3)
