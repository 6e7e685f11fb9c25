"""How the words that somebody searches for become conditions, which tolerate typing errors where PostgreSQL can.

The index of `db.fuzzy_search` knows three characters in a row. So a word of one or two is compared with the
beginnings of words: by the index if there is no longer word, which finds fewer articles.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from blogqueue.db import fuzzy_search
from blogqueue.db.engine import fetch
from blogqueue.db.fuzzy_search import SHORTEST, WORDS, contain

MOST_WORDS = 6
"""Words of a search that count; each makes the query longer."""

SHORTEST_FUZZY = 4
"""In shorter words a typing error leaves too little to recognize."""

_CONTAINS = f"{WORDS} ILIKE {{}}"
_BEGINS = f"{WORDS} ~* {{}}"
_LIKE = f"{{}}::text <% {WORDS}"
"""By pg_trgm's word similarity, of at least the threshold that `db.engine` sets."""

_DOMAINS = """
SELECT typed.number::int - 1 AS number, d.id
FROM unnest({}::text[], {}::text[]) WITH ORDINALITY AS typed (word, pattern, number)
JOIN domains d ON d.host ILIKE typed.pattern OR d.name ILIKE typed.pattern
"""

_DOMAINS_LIKE = f"""{_DOMAINS}
    OR (length(typed.word) >= {SHORTEST_FUZZY} AND typed.word <% (d.host || ' ' || d.name))
"""
"""The domains whose host or name contains each word, or one that is much like it."""

_SCORE = f"CASE WHEN a.title ~* {{}} THEN 4 WHEN a.title ILIKE {{}} THEN 3 WHEN {WORDS} ILIKE {{}} THEN 2 ELSE 1 END"
"""How well an article matches a word: as a whole word of the title, inside one, in topic or keyword, or otherwise."""

_PHRASE = "CASE WHEN a.title ~* {} THEN 4 ELSE 0 END"

Condition = tuple[str, list[Any]]
"""SQL with a `{}` for each value, and the values."""


class _Known:
    """Whether the extension is there, once this process has asked."""

    fuzzy: bool | None = None


def split(typed: str) -> list[str]:
    """Return the words of a search that count."""
    return typed.split()[:MOST_WORDS]


async def find_conditions(typed: str) -> list[Condition]:
    """Return a condition on an article `a` for each word that was typed."""
    found = split(typed)
    if not found:
        return []
    if _Known.fuzzy is None:
        _Known.fuzzy = await fuzzy_search.is_available()
    rows = await fetch(_DOMAINS_LIKE if _Known.fuzzy else _DOMAINS, found, [contain(word) for word in found])
    alone = all(len(word) < SHORTEST for word in found)
    return [
        _find_condition(word, [row["id"] for row in rows if row["number"] == number], fuzzy=_Known.fuzzy, alone=alone)
        for number, word in enumerate(found)
    ]


def score(typed: str) -> Condition:
    """Return how well an article `a` matches a search, as a sum over its words; those of the title count most."""
    found = split(typed)
    parts: list[Condition] = [(_SCORE, [_match_whole(word), contain(word), contain(word)]) for word in found]
    if len(found) > 1:
        parts.append((_PHRASE, [_match_whole(" ".join(found))]))
    return " + ".join(f"({sql})" for sql, _ in parts), [value for _, values in parts for value in values]


def _find_condition(word: str, domain_ids: Sequence[UUID], *, fuzzy: bool, alone: bool) -> Condition:
    parts: list[Condition] = []
    # Scripts without spaces have no beginnings of words, and are looked for anywhere.
    if not fuzzy or len(word) >= SHORTEST or not word.isascii():
        parts.append((_CONTAINS, [contain(word)]))
    elif not alone:
        parts.append((_BEGINS, [_match_beginning(word)]))
    if fuzzy and (len(word) >= SHORTEST_FUZZY or not parts):
        parts.append((_LIKE, [word]))
    if domain_ids:
        parts.append(("a.domain_id = ANY ({}::uuid[])", [list(domain_ids)]))
    return f"({' OR '.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]


def _match_whole(words: str) -> str:
    """Return a regular expression for a text with these words, whole and in this order."""
    return rf"{_match_beginning(words)}\M"


def _match_beginning(word: str) -> str:
    """Return a regular expression for a text with a word that begins with this one."""
    return rf"\m{re.sub(r'([^a-zA-Z0-9_])', _escape, word)}"


def _escape(found: re.Match[str]) -> str:
    """Escape a character that may mean something in a regular expression; those of other scripts never do."""
    return f"\\{found[0]}" if found[0].isascii() else found[0]
