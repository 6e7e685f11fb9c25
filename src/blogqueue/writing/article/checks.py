"""The checks that a whole article must pass: rules about its text and what was ordered.

Each rule is a small function that looks at one thing. All rules run, in this order, whatever the others find. How to
add one: docs/how-to/add-a-check.md.
"""

from collections.abc import Callable

from blogqueue.writing.article import language_checks, markup_checks, shape_checks
from blogqueue.writing.article.brief import ArticleBrief
from blogqueue.writing.article.check_input import ArticleCheckInput, build_article_check_input
from blogqueue.writing.link_edit import link_checks, place_checks
from blogqueue.writing.link_edit.check_input import CheckInput
from blogqueue.writing.questions import Problem

MAX_TITLE_CHARACTERS = 1_000
MAX_BODY_CHARACTERS = 40_000
"""Our choice: 2,500 words, the most that an article may have, of 16 characters each, links included."""

MAX_BRACKETS = 50
"""Our choice: far more than the five links that an article may have."""

SHARED_RULES: list[Callable[[CheckInput], list[Problem]]] = [
    link_checks.link_exactly_once,
    link_checks.not_in_emphasis,
    link_checks.no_bare_url,
    place_checks.no_html,
    place_checks.no_image,
    place_checks.no_reference,
    place_checks.no_template,
    place_checks.rel_rendered,
]
"""The rules of a link edit that also hold for an article, seen as an edit of an empty text that wrote all of it."""

RULES: list[Callable[[ArticleCheckInput], list[Problem]]] = [
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
    markup_checks.no_markup,
    markup_checks.line_starts,
    markup_checks.one_script,
    language_checks.no_control_characters,
    language_checks.no_contact_or_price,
    language_checks.no_assistant_talk,
]
"""A rule's name is the name of its function; each Problem that it finds carries it."""


def check_article(title: str, body: str, brief: ArticleBrief) -> list[Problem]:
    """Check an article against its order; return all problems, [] if it passes."""
    if len(title) > MAX_TITLE_CHARACTERS or len(body) > MAX_BODY_CHARACTERS or body.count("[") > MAX_BRACKETS:
        # Refused without parsing, which takes seconds for a text made to be slow (100,000 characters of "![").
        message = f"The article is too long, or has too many brackets: at most {MAX_BODY_CHARACTERS} characters."
        return [Problem("too_long", message, "")]
    if any("\ud800" <= character <= "\udfff" for character in title + body):
        # Such a text can be neither rendered nor stored, so the rules cannot look at it.
        return [Problem("not_text", "The text contains half a character (a lone surrogate).", "")]
    article = build_article_check_input(title, body, brief)
    shared = [problem for rule in SHARED_RULES for problem in rule(article.whole)]
    return shared + [problem for rule in RULES for problem in rule(article)]
