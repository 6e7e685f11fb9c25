"""The checks that an edited article must pass: rules about two texts, which no prompt can weaken.

Each rule is a small function that looks at one thing. All rules run, in this order, whatever the others find. How to
add one: docs/how-to/add-a-check.md.
"""

from collections.abc import Callable

from blogqueue.writing.link_edit import fact_checks, link_checks, markup_checks, place_checks, word_checks
from blogqueue.writing.link_edit.check_input import CheckInput, LinkRequirements, build_check_input
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.questions import Problem

RULES: list[Callable[[CheckInput], list[Problem]]] = [
    place_checks.outside_unchanged,
    place_checks.plain_paragraph,
    place_checks.structure,
    link_checks.link_exactly_once,
    link_checks.link_set,
    link_checks.not_in_emphasis,
    link_checks.no_bare_url,
    place_checks.paid_links_kept,
    place_checks.not_beside_paid_link,
    place_checks.paid_links_bound,
    place_checks.no_html,
    place_checks.no_image,
    place_checks.no_reference,
    place_checks.no_template,
    place_checks.not_enclosed,
    place_checks.line_ends,
    place_checks.blanks_kept,
    markup_checks.no_markup,
    markup_checks.no_emphasis,
    markup_checks.one_script,
    word_checks.words_kept,
    fact_checks.facts_unchanged,
    word_checks.words_added,
    word_checks.length,
    word_checks.no_control_characters,
    word_checks.no_notes_copied,
    word_checks.no_contact_or_price,
    word_checks.no_assistant_talk,
    place_checks.rel_rendered,
]
"""A rule's name is the name of its function; each Problem that it finds carries it."""


def check_link_edit(before: str, after: str, applied: AppliedEdit, requirements: LinkRequirements) -> list[Problem]:
    """Check an article with a link worked in against its base text; return all problems, [] if it passes."""
    given = build_check_input(before, after, applied, requirements)
    return [problem for rule in RULES for problem in rule(given)]
