"""Whether a whole article may be kept: rules about one text and what was ordered, as `checks` are about two texts.

Every rule is a small function that looks at one thing; all of them run, in this order, whatever the others find.
"""

from collections.abc import Callable

from blogqueue.writing import article_shape_checks, article_word_checks, link_checks, place_checks
from blogqueue.writing.article_cases import ArticleCase, article_case, article_text
from blogqueue.writing.cases import Case, Problem
from blogqueue.writing.commissions import Commission

__all__ = ["RULES", "SHARED_RULES", "Problem", "article_text", "check_article"]

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
"""The rules of an edit that say of an article what they say of an edit that wrote all of it."""

RULES: list[Callable[[ArticleCase], list[Problem]]] = [
    article_shape_checks.title,
    article_shape_checks.links,
    article_shape_checks.link_place,
    article_word_checks.length,
    article_shape_checks.structure,
    article_shape_checks.headings,
    article_shape_checks.paragraph_length,
    article_word_checks.keyword,
    article_word_checks.no_repetition,
    article_shape_checks.line_ends,
    article_word_checks.no_control_characters,
    article_word_checks.no_contact_or_price,
    article_word_checks.no_assistant_talk,
]
"""A rule's name is its function's name, and stands in each Problem that it finds."""


def check_article(title: str, body: str, commission: Commission) -> list[Problem]:
    """Every rule that an article breaks, against what was ordered; [] if it may be kept."""
    if any("\ud800" <= character <= "\udfff" for character in title + body):
        # It can be neither rendered nor stored, so no rule could look at it.
        return [Problem("not_text", "The text holds half a character (a lone surrogate).", "")]
    article = article_case(title, body, commission)
    shared = [problem for rule in SHARED_RULES for problem in rule(article.whole)]
    return shared + [problem for rule in RULES for problem in rule(article)]
