"""The checks on one article with everything in it; the catalogue of wrong edits is in mutants.py."""

from dataclasses import replace

import pytest

from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import RULES
from blogqueue.writing.link_edit.edits import Edit
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import Link, format_link
from tests.writing.garden import GARDEN, LINK, PAID, turned, wrapped
from tests.writing.link_edit.mutants import MUTANTS, Mutant
from tests.writing.link_edit.scenes import LITERAL, REQUIREMENTS, SENTENCE, Scene

ELIGIBLE = find_eligible_blocks(GARDEN)


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_wrong_edit_is_refused_by_its_rule(mutant: Mutant) -> None:
    tried = [made for block in ELIGIBLE if (made := mutant.make(Scene(GARDEN, block)))]

    assert tried, "this article is meant to have what every mutant needs"
    for made in tried:
        assert mutant.rule in {problem.rule for problem in made.problems()}


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_a_wrong_line_is_refused_whatever_the_line_ends(line_end: str) -> None:
    article = turned(GARDEN, line_end)
    block = next(block for block in find_eligible_blocks(article) if block.text.startswith("Digging"))
    mutants = [mutant for mutant in MUTANTS if mutant.rule == "line_ends"]

    passed: list[str] = []
    for mutant in mutants:
        made = mutant.make(Scene(article, block))
        if made and mutant.rule not in {problem.rule for problem in made.problems()}:
            passed.append(mutant.name)

    assert passed == []


def test_every_rule_has_a_mutant_that_it_catches() -> None:
    assert {mutant.rule for mutant in MUTANTS} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_appended_sentence_and_a_wrapped_phrase_pass_in_every_paragraph(line_end: str, mark: str) -> None:
    article = mark + turned(GARDEN, line_end)

    for block in find_eligible_blocks(article):
        scene = Scene(article, block)
        found = wrapped(article, block.start, block.end)
        assert found is not None
        text, link = found
        assert scene.append(SENTENCE).problems() == []
        assert scene.replace(text)._replace(requirements=replace(REQUIREMENTS, link=link)).problems() == []


def test_problems_name_the_rule_the_bound_and_the_text() -> None:
    made = Scene(GARDEN, ELIGIBLE[0]).append(f"{SENTENCE} {'more ' * 100}")

    problems = {problem.rule: problem for problem in made.problems()}

    assert "at most 60 words; 110 are new" in problems["words_added"].message
    assert len(problems["words_added"].excerpt) == 200


def test_problems_come_in_the_order_of_the_rules() -> None:
    made = Scene(GARDEN, ELIGIBLE[0]).replace("<b>Gone</b>, see https://other.example")
    order = [rule.__name__ for rule in RULES]

    found = [problem.rule for problem in made.problems()]

    assert found == sorted(found, key=order.index)
    assert {"no_html", "no_bare_url", "words_kept", "link_exactly_once"} <= set(found)


@pytest.mark.parametrize("rel", ["sponsored", "nofollow", ""])
def test_any_rel_that_was_bought_is_rendered(rel: str) -> None:
    made = Scene(GARDEN, ELIGIBLE[0]).append(SENTENCE)

    assert made._replace(requirements=replace(REQUIREMENTS, rel=rel)).problems() == []


def test_an_anchor_that_the_notes_repeat_is_not_a_copy_of_them() -> None:
    link = Link("https://www.example.com/", "the best guide to growing worms at home")
    requirements = LinkRequirements(
        link, notes=f"Use the words {link.anchor_text}, linked to {link.target_url}, call it Node.js."
    )
    made = Scene(GARDEN, ELIGIBLE[0]).append(f"Then there is {format_link(link)}.")

    assert made._replace(requirements=requirements).problems() == []


def test_an_anchor_may_say_what_the_text_around_it_may_not() -> None:
    link = Link("https://www.example.com/", "how to write a system prompt")
    made = Scene(GARDEN, ELIGIBLE[0]).append(f"Then there is {format_link(link)}.")

    assert made._replace(requirements=replace(REQUIREMENTS, link=link)).problems() == []


def test_a_name_with_a_dot_is_allowed_if_the_article_has_it() -> None:
    article = GARDEN.replace("Bindweed is", "Node.js and Bindweed are")
    block = find_eligible_blocks(article)[0]
    made = Scene(article, block).append(f"{SENTENCE} It is about Node.js.")

    assert made._replace(requirements=LinkRequirements(LINK, notes="Mention Node.js if you can.")).problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "That was in 2010-2020, and on 2024-05-01 (or 25.12.2024), e.g. for 10 000 000 people, i.e. 1.000.000 in all.",
        "At Euro 2024 and COP 26 version 1.25.0 and/or PHP 8 ran at 3.5 km/h...and then 5 pounds of leaves at 10:30.",
        "A file called config.json says so, or app.js, in the U.S.-based or St. Pauli edition, p. 12.",
        "Those who call 2000 people in 100 days, 24/7, read ISO 9001, z.B. auf S. 3.",
    ],
)
def test_words_that_only_look_like_an_address_a_price_or_a_telephone_pass(text: str) -> None:
    assert Scene(GARDEN, ELIGIBLE[0]).append(f"{SENTENCE} {text}").problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "It is just as an AI image would be.", "A heap has an AI, which turns it.", "Soon as an AI is asked, it tells.",
        "There is the updated list.", "It was an AI model.", "As a language modeller, she writes of it.",
    ],
)  # fmt: skip
def test_words_that_only_contain_what_a_model_says_pass(text: str) -> None:
    assert Scene(GARDEN, ELIGIBLE[0]).append(f"{SENTENCE} {text}").problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "As an AI I agree.", "As an AI I\u2019m glad.", "As an AI, it is so.", "(As an AI model it is so.)",
        "See the system prompts.", "As AN  AI language models do.", "It is [insert name].",
    ],
)  # fmt: skip
def test_what_a_model_says_is_refused_also_beside_marks_and_in_the_plural(text: str) -> None:
    problems = Scene(GARDEN, ELIGIBLE[0]).append(f"{SENTENCE} {text}").problems()

    assert "no_assistant_talk" in {problem.rule for problem in problems}


def test_an_address_in_the_source_that_no_reader_sees_may_stay() -> None:
    article = GARDEN.replace("Bindweed is", "Bindweed ([mirror](/of/www.old.example/@a.b)) is")
    block = next(block for block in find_eligible_blocks(article) if "Bindweed" in block.text)

    assert Scene(article, block).append(SENTENCE).problems() == []


def test_a_link_far_from_a_paid_one_passes() -> None:
    paid = Scene(GARDEN, ELIGIBLE[0]).append(f"See {format_link(PAID)}.")
    block = find_eligible_blocks(paid.after, [PAID])[-1]
    made = Scene(paid.after, block).append(SENTENCE)

    assert made._replace(requirements=replace(REQUIREMENTS, paid_links=(PAID,), max_paid_links=2)).problems() == []


def test_the_bought_link_among_the_paid_ones_counts_once() -> None:
    made = Scene(GARDEN, ELIGIBLE[0]).append(SENTENCE)

    assert made._replace(requirements=replace(REQUIREMENTS, paid_links=(LINK,), max_paid_links=1)).problems() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It is 10&nbsp;000 km, or 5\u00a0km.", "It is 10&nbsp;000 km, or 5\u00a0km, says {link}."),
        ("Is it so\u202f?", "Is it so, as in {link}\u202f?"),
        ("It is so\u3000for all.", "It is so\u3000for all\u00a0\u2013 see {link}."),
        ("So it is &mdash; for all.", "So it is &mdash; in {link} \u2014 for all."),
    ],
)
def test_a_paragraph_that_keeps_its_special_blanks_passes(old: str, new: str) -> None:
    article = GARDEN.replace("Bindweed is", f"{old} Bindweed is")
    block = next(block for block in find_eligible_blocks(article) if "Bindweed" in block.text)

    assert Scene(article, block).replace(block.text.replace(old, new.format(link=LITERAL))).problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 here ({link}) and $6 there.",
        "It costs 5$ here ({link}) and 6$ there.",
        "The formulas $a$ ({link}) and $b$ hold.",
        "The formulas $$a$$ ({link}) and $$b$$ hold.",
        "So %% hidden %% ({link}) and %% hidden %% it is.",
        "So ==marked== ({link}) and ==marked== it is.",
        "So C++ ({link}) and C++11 it is, or C++.",
        "It is ~5 km ({link}) and ~6 km, in ~/here and ~/there.",
        "Either a == b ({link}) or c == d.",
        "Use `$a` ({link}) and `b$`, or `[[` and `]]`, `/*` and `*/`.",
        "See [this](/a?b==c) ({link}) and [that](/d?e==f).",
        "So (in [brackets]) ({link}) and ((twice)) it is.",
        "So [hide]hidden[/hide] ({link}) and [hide]hidden[/hide] it is.",
        "It costs \\$a ({link}) and b\\$ there.",
        "So [[one]] ({link}) and [[two]] it is.",
        "So \\(a\\) ({link}) and \\(b\\) it is.",
        "Show `{link}` in $a$, ({link}) and $b$.",
        "So %% hidden\nand so %% ({link}) it is.",
    ],
)
def test_a_link_between_two_parts_that_signs_enclose_passes(text: str) -> None:
    old = text.replace(" ({link})", "").replace("{link}", LITERAL)
    article = GARDEN.replace("Bindweed is", f"{old} Bindweed is")
    block = next(block for block in find_eligible_blocks(article) if "Bindweed" in block.text)
    scene = Scene(article, block)

    assert scene.replace(block.text.replace(old, text.replace("{link}", LITERAL))).problems() == []
    assert (
        scene.replace(
            block.text.replace(old, text.replace("{link}", LITERAL)).replace("hidden\n", "hidden ")
        ).problems()
        == []
    )
    assert scene.append(SENTENCE).problems() == []


def test_a_link_that_the_article_has_already_cannot_be_added_again() -> None:
    before = Scene(GARDEN, ELIGIBLE[0]).append(SENTENCE).after
    made = Scene(before, find_eligible_blocks(before)[-1]).append(SENTENCE)

    assert "link_exactly_once" in {problem.rule for problem in made.problems()}


@pytest.mark.parametrize(
    "elsewhere",
    [
        f"<!-- {LITERAL} -->",
        f"```\n{LITERAL}\n```",
        f"    {LITERAL}",
        f"Write `{LITERAL}`.",
        f"!{LITERAL}",
        f"\\{LITERAL}",
    ],
)
def test_a_link_that_the_article_only_shows_can_be_added(elsewhere: str) -> None:
    in_front_matter = GARDEN.replace("tags:", f"note: '{LITERAL}'\ntags:")
    for article in (GARDEN.replace("## What", f"{elsewhere}\n\n## What"), in_front_matter):
        block = find_eligible_blocks(article)[0]
        scene = Scene(article, block)

        assert scene.append(SENTENCE).problems() == []
        assert scene.replace(f"{block.text} {SENTENCE}").problems() == []


def test_a_link_can_be_added_to_a_paragraph_that_shows_it_as_code() -> None:
    article = GARDEN.replace("Bindweed is", f"Bindweed (`{LITERAL}`) is")
    block = next(block for block in find_eligible_blocks(article) if "Bindweed" in block.text)

    assert Scene(article, block).append(SENTENCE).problems() == []


def test_a_joiner_between_latin_letters_is_allowed_only_if_the_article_has_one() -> None:
    joined = "So it go\u200ces."
    other = GARDEN.replace("Snails", "Sn\u200cails")

    without = Scene(GARDEN, ELIGIBLE[0]).append(f"{SENTENCE} {joined}").problems()
    within = Scene(other, find_eligible_blocks(other)[0]).append(f"{SENTENCE} {joined}").problems()

    assert [problem.rule for problem in without] == ["no_control_characters"]
    assert within == []


def test_a_huge_answer_is_counted_and_not_aligned() -> None:
    made = Scene(GARDEN, ELIGIBLE[0]).edit(Edit(ELIGIBLE[0].id, "replace", "the and " * 1_200))

    assert {"words_added", "words_kept"} & {problem.rule for problem in made.problems()}
