"""Whether a whole article may be kept: rules about one text and what was ordered, as `checks` are about two texts.

Every rule is a small function that looks at one thing; all of them run, in this order, whatever the others find.
"""

import hashlib
from collections.abc import Callable

from blogqueue.writing import link_checks, place_checks
from blogqueue.writing.cases import Case, Problem, Wanted, case
from blogqueue.writing.commissions import Commission
from blogqueue.writing.edits import AppliedEdit

__all__ = ["SHARED_RULES", "Problem", "article_text", "check_article"]

SHARED_RULES: list[Callable[[Case], list[Problem]]] = [
    link_checks.link_exactly_once,
    link_checks.not_in_emphasis,
    link_checks.no_bare_url,
    place_checks.no_html,
    place_checks.no_image,
    place_checks.no_reference,
    place_checks.no_template,
    place_checks.rel_rendered,
]
"""The rules of an edit that fit an article as well: it is looked at as an edit that wrote everything."""


def article_text(title: str, body: str) -> str:
    """An article's Markdown as it is stored."""
    return f"# {title}\n\n{body}\n"


def check_article(title: str, body: str, commission: Commission) -> list[Problem]:
    """Every rule that an article breaks, against what was ordered; [] if it may be kept."""
    text = article_text(title, body)
    everything = AppliedEdit("", "replace", text, 0, 0, hashlib.sha256(b"").hexdigest(), text)
    looked_at = case("", text, everything, Wanted(commission.link, rel=commission.rel))
    return [problem for rule in SHARED_RULES for problem in rule(looked_at)]
