"""Whether a whole article may be kept: rules about one text and what was ordered, as `checks` are about two texts.

Every rule is a small function that looks at one thing; all of them run, in this order, whatever the others find.
"""

from collections.abc import Callable

from blogqueue.writing.article import language_checks, shape_checks
from blogqueue.writing.article.brief import Commission
from blogqueue.writing.article.check_input import ArticleCase, article_case
from blogqueue.writing.link_edit import link_checks, place_checks
from blogqueue.writing.link_edit.check_input import Case
from blogqueue.writing.questions import Problem

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
    shape_checks.title,
    shape_checks.links,
    shape_checks.link_place,
    language_checks.length,
    shape_checks.structure,
    shape_checks.headings,
    shape_checks.paragraph_length,
    language_checks.keyword,
    language_checks.no_repetition,
    shape_checks.line_ends,
    language_checks.no_control_characters,
    language_checks.no_contact_or_price,
    language_checks.no_assistant_talk,
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
