import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from blogqueue.writing.link_edit.edits import AppliedEdit, Edit, EditRefused, apply, differs_only_by_edit, reapply
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import Link, format_link
from tests.writing.garden import GARDEN, turned

ELIGIBLE = find_eligible_blocks(GARDEN)
BLOCK = ELIGIBLE[0]


def test_append_joins_with_one_blank_and_touches_nothing_else() -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "append", "\n  And so on.  \n"), ELIGIBLE)

    assert after == GARDEN[: BLOCK.end] + " And so on." + GARDEN[BLOCK.end :]
    assert applied.new_text == BLOCK.text + " And so on."


def test_replace_puts_the_text_where_the_block_was() -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "replace", "All new."), ELIGIBLE)

    assert after == GARDEN[: BLOCK.start] + "All new." + GARDEN[BLOCK.end :]
    assert (applied.start, applied.end, applied.sha256) == (BLOCK.start, BLOCK.end, BLOCK.sha256)


def test_trailing_blanks_stay_behind_an_appended_sentence() -> None:
    article = "First.  \n\nSecond.\n"

    after, _ = apply(article, Edit("p01", "append", "More."), find_prose_blocks(article))

    assert after == "First. More.  \n\nSecond.\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("text", ["One\ntwo", "One\r\ntwo", "One\rtwo"])
@pytest.mark.parametrize("old", ["A\nb", "A\nb\nc", "A"])
def test_line_ends_become_the_blocks_own(line_end: str, text: str, old: str) -> None:
    article = turned(f"Lead.\n\n{old}\n", line_end)

    _, applied = apply(article, Edit("p02", "replace", text), find_prose_blocks(article))

    assert applied.new_text == f"One{line_end}two"


def test_mixed_line_ends_stay_each_as_it_was() -> None:
    article = "A\r\nb\nc\rd\n"

    _, applied = apply(article, Edit("p01", "replace", "E\nf\ng\nh"), find_prose_blocks(article))

    assert applied.new_text == "E\r\nf\ng\rh"


def test_appended_lines_take_the_first_line_end_of_a_mixed_paragraph() -> None:
    article = "A\r\nb\nc\n"

    _, applied = apply(article, Edit("p01", "append", "E\nf\ng"), find_prose_blocks(article))

    assert applied.new_text == "A\r\nb\nc E\r\nf\r\ng"


def test_a_single_line_takes_the_line_end_behind_it() -> None:
    article = "A\r\rB\r\n\r\nC"

    _, applied = apply(article, Edit("p02", "replace", "D\ne"), find_prose_blocks(article))

    assert applied.new_text == "D\r\ne"


@pytest.mark.parametrize("around", ["", " ", "\u3000", "\n\u00a0 "])
@pytest.mark.parametrize(("lead", "end"), [("", ""), ("\u3000", ""), ("\u00a0\u00a0", "\u2003")])
def test_a_replaced_paragraph_keeps_its_own_blanks_around_it(lead: str, end: str, around: str) -> None:
    article = f"{lead}One, two.{end}\n\nLast.\n"

    after, _ = apply(article, Edit("p01", "replace", f"{around}Three.{around}"), find_prose_blocks(article))

    assert after == f"{lead}Three.{end}\n\nLast.\n"


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (Edit("p99", "append", "x"), "unknown_block"),
        (Edit("p01", "append", "x"), "unknown_block"),
        (Edit(BLOCK.id, "append", " \n\t "), "empty_text"),
        (Edit(BLOCK.id, "append", "x" * 10_001), "too_long"),
        (Edit(BLOCK.id, "append", "\ud800"), "not_text"),
        (Edit(BLOCK.id, "append", "half \udfff"), "not_text"),
    ],
)
def test_what_cannot_be_applied_is_refused_by_name(edit: Edit, rule: str) -> None:
    with pytest.raises(EditRefused) as refused:
        apply(GARDEN, edit, ELIGIBLE)

    assert refused.value.rule == rule
    assert str(refused.value) == refused.value.message


def test_a_text_may_have_ten_thousand_characters() -> None:
    _, applied = apply(GARDEN, Edit(BLOCK.id, "replace", "x" * 10_000), ELIGIBLE)

    assert applied.new_text == "x" * 10_000


def test_the_refusal_of_an_unknown_block_repeats_the_first_twenty_characters_of_its_id() -> None:
    with pytest.raises(EditRefused, match=f"no block '{'x' * 20}' to edit"):
        apply(GARDEN, Edit("x" * 30, "append", "More."), ELIGIBLE)


def test_an_unknown_mode_is_refused_even_past_the_types() -> None:
    with pytest.raises(EditRefused) as refused:
        apply(GARDEN, replace(Edit(BLOCK.id, "append", "x"), mode="insert"), ELIGIBLE)  # pyright: ignore[reportArgumentType] - as JSON might bring it

    assert refused.value.rule == "unknown_mode"


def test_a_block_of_another_text_is_refused() -> None:
    with pytest.raises(EditRefused) as refused:
        apply("x" + GARDEN, Edit(BLOCK.id, "append", "x"), ELIGIBLE)

    assert refused.value.rule == "stale_block"


def test_an_applied_edit_survives_json() -> None:
    _, applied = apply(GARDEN, Edit(BLOCK.id, "append", "\u00e9\n\U0001f331"), ELIGIBLE)

    assert AppliedEdit(**json.loads(json.dumps(asdict(applied)))) == applied


def test_a_declared_edit_is_all_that_differs() -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)

    assert differs_only_by_edit(GARDEN, after, applied)
    assert not differs_only_by_edit(GARDEN, after + "\n", applied)
    assert not differs_only_by_edit(GARDEN, "x" + after, applied)
    assert not differs_only_by_edit(GARDEN, GARDEN, applied)
    assert not differs_only_by_edit(after, after, applied)
    assert not differs_only_by_edit(GARDEN, after.replace("More.", "Less."), applied)


@pytest.mark.parametrize(
    "change",
    [{"sha256": "0" * 64}, {"start": -1}, {"end": 10**6}, {"new_text": "x"}, {"start": BLOCK.start + 1}],
)
def test_a_wrong_declaration_is_detected(change: dict[str, Any]) -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)

    assert not differs_only_by_edit(GARDEN, after, AppliedEdit(**(asdict(applied) | change)))


@pytest.mark.parametrize(
    ("start", "end", "declared"),
    [(0, 0, True), (0, 5, True), (5, 5, True), (4, 5, True), (-1, 5, False), (4, 6, False)],
)
def test_a_declared_range_is_within_the_text(start: int, end: int, declared: bool) -> None:  # noqa: FBT001 - as the test says
    before = "Words"
    digest = hashlib.sha256(before[start:end].encode()).hexdigest()
    applied = AppliedEdit("p01", "replace", "new", start, end, digest, "new")

    assert differs_only_by_edit(before, f"{before[:start]}new{before[end:]}", applied) == declared


def test_an_append_that_rewrote_the_paragraph_is_detected() -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "replace", "All new."), ELIGIBLE)

    assert differs_only_by_edit(GARDEN, after, applied)
    assert not differs_only_by_edit(GARDEN, after, replace(applied, mode="append"))


def test_an_edit_is_made_again_where_its_paragraph_is_unchanged() -> None:
    _, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)
    newer = GARDEN.replace("# Soil that lasts", "# Soil\n\nA new paragraph before all.")

    content, again = reapply(newer, applied, base=GARDEN)

    assert content == newer.replace(BLOCK.text, f"{BLOCK.text} More.")
    assert again.block == "p03"
    assert differs_only_by_edit(newer, content, again)


LAST = GARDEN[: GARDEN.index(BLOCK.text)] + BLOCK.text + "\n"
LEAD = "\n\n".join([BLOCK.text, *(f"Paragraph {n}." for n in range(5))])
COMMENTED = GARDEN.replace(BLOCK.text, f"{{% comment %}}\n\n{BLOCK.text}\n\n{{% endcomment %}}")


@pytest.mark.parametrize(
    ("newer", "rule"),
    [
        (GARDEN.replace(BLOCK.text, BLOCK.text[:-1]), "stale_block"),
        ("", "stale_block"),
        (f"> {BLOCK.text}", "stale_block"),
        (f"{GARDEN}\n{BLOCK.text}\n", "twin_block"),
        (LAST, "unfit_block"),
        (LEAD, "unfit_block"),
        (COMMENTED, "unfit_block"),
    ],
    ids=["changed", "gone", "quoted", "doubled", "last", "lead", "in a comment"],
)
def test_an_edit_is_not_made_again_in_a_changed_or_ineligible_paragraph(newer: str, rule: str) -> None:
    _, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)

    with pytest.raises(EditRefused) as refused:
        reapply(newer, applied, base=GARDEN)

    assert refused.value.rule == rule


def test_an_edit_of_one_of_two_identical_paragraphs_is_not_made_again_in_the_other() -> None:
    # Given a text with two paragraphs alike, and an edit of the first
    base = f"{GARDEN}\n{BLOCK.text}\n\nThe end.\n"
    _, applied = apply(base, Edit(BLOCK.id, "append", "More."), find_eligible_blocks(base))

    # When the first is changed, so that only the other is what the edited one was
    newer = base.replace(BLOCK.text, "Something else.", 1)

    with pytest.raises(EditRefused, match="more than once"):
        reapply(newer, applied, base=base)


def test_an_edit_is_not_made_again_beside_a_paid_link() -> None:
    paid = Link("https://paid.example/", "paid")
    newer = GARDEN.replace(BLOCK.text, f"{format_link(paid)}\n\n{BLOCK.text}")
    _, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)

    content, _ = reapply(newer, applied, base=GARDEN)
    assert "More." in content
    with pytest.raises(EditRefused):
        reapply(newer, applied, base=GARDEN, paid_links=[paid])


def test_an_edit_made_already_is_not_made_twice() -> None:
    after, applied = apply(GARDEN, Edit(BLOCK.id, "append", "More."), ELIGIBLE)

    with pytest.raises(EditRefused):
        reapply(after, applied, base=GARDEN)
