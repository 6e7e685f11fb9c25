"""Whether an edited article may be kept. No model can talk its way past these: they are rules about two texts.

Every rule is a small function that looks at one thing; all of them run, in this order, whatever the others find.
"""

from collections.abc import Callable

from blogqueue.writing.link_edit import link_checks, place_checks, word_checks
from blogqueue.writing.link_edit.check_input import Case, Wanted, case
from blogqueue.writing.link_edit.edits import AppliedEdit
from blogqueue.writing.questions import Problem

RULES: list[Callable[[Case], list[Problem]]] = [
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
    place_checks.line_ends,
    word_checks.words_kept,
    word_checks.words_added,
    word_checks.length,
    word_checks.no_control_characters,
    word_checks.no_notes_copied,
    word_checks.no_contact_or_price,
    word_checks.no_assistant_talk,
    place_checks.rel_rendered,
]
"""A rule's name is its function's name, and stands in each Problem that it finds."""


def check_integration(before: str, after: str, applied: AppliedEdit, wanted: Wanted) -> list[Problem]:
    """Every rule that a text with a link worked in breaks, against the text it was made from; [] if it may be kept."""
    looked_at = case(before, after, applied, wanted)
    return [problem for rule in RULES for problem in rule(looked_at)]
