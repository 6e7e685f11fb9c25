"""Each bound of a check, one step inside it and one step outside; and what the article has already, which may stay."""

from dataclasses import replace

import pytest

from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.blocks import find_prose_blocks
from blogqueue.writing.questions import Problem
from tests.writing.garden import GARDEN, LINK, turned
from tests.writing.link_edit.scenes import LITERAL, REQUIREMENTS, SENTENCE, Scene

PROSE = (
    "Worms draw leaves down into their burrows at night and bring fine earth up to the surface, where the next rain "
    "spreads it among the stems of whatever grows there."
)
THIRTY = [f"word{number}" for number in range(30)]


def broken_rules(
    old: str, new: str, *, elsewhere: str = "", append: bool = False, requirements: LinkRequirements = REQUIREMENTS
) -> set[str]:
    """Return the rules that a changed or appended paragraph breaks, in an article with another text elsewhere."""
    article = f"Lead.\n\n{elsewhere}\n\n{old}\n\nClose.\n"
    block = next(block for block in find_prose_blocks(article) if block.text == old)
    after, applied = apply(article, Edit(block.id, "append" if append else "replace", new), [block])
    return {problem.rule for problem in check_link_edit(article, after, applied, requirements)}


# ---- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "refused"), [(30, False), (29, True)])
def test_every_word_must_stay(kept: int, refused: bool) -> None:  # noqa: FBT001 - a parameter of the test
    new = " ".join([*THIRTY[:kept], LITERAL])

    assert ("words_kept" in broken_rules(" ".join(THIRTY), new)) == refused


@pytest.mark.parametrize(("kept", "refused"), [(28, False), (27, True)])
def test_two_words_may_lose_their_capitals(kept: int, refused: bool) -> None:  # noqa: FBT001 - as above
    new = " ".join([*THIRTY[:kept], *map(str.upper, THIRTY[kept:]), LITERAL])

    assert ("words_kept" in broken_rules(" ".join(THIRTY), new)) == refused


@pytest.mark.parametrize(
    ("marks", "lost", "refused"), [(1, 1, False), (3, 1, False), (3, 2, True), (10, 1, False), (10, 2, True)]
)
def test_one_mark_may_go(marks: int, lost: int, refused: bool) -> None:  # noqa: FBT001 - as above
    old = " ".join(word + "," * (number < marks) for number, word in enumerate(THIRTY))
    new = " ".join(word + "," * (lost <= number < marks) for number, word in enumerate(THIRTY))

    assert ("words_kept" in broken_rules(old, f"{new} {LITERAL}")) == refused


@pytest.mark.parametrize(("words", "refused"), [(60, False), (61, True)])
def test_sixty_words_may_be_added_beside_the_anchor_text(words: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert ("words_added" in broken_rules(PROSE, f"{'more ' * words}{LITERAL}", append=True)) == refused


@pytest.mark.parametrize(("sentences", "refused"), [(4, False), (5, True)])
def test_four_sentences_may_be_added(sentences: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert (
        "words_added" in broken_rules(PROSE, f"{'So it is, e.g. here. ' * (sentences - 1)}See {LITERAL}", append=True)
    ) == refused


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        (200, 190, False),
        (200, 189, True),
        (200, 800, False),
        (200, 801, True),
        (4000, 5000, False),
        (4000, 5001, True),
    ],
)
def test_a_paragraph_stays_about_as_long_as_it_was(old: int, new: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert ("length" in broken_rules("x" * old, "x" * new)) == refused


@pytest.mark.parametrize(("words", "refused"), [(6, True), (5, False)])
def test_six_words_of_the_notes_in_a_row_are_a_copy(words: int, refused: bool) -> None:  # noqa: FBT001 - as above
    notes = "bright orange pumpkins ripen slowly everywhere"
    copied = " ".join(notes.split()[:words])

    found = broken_rules(
        PROSE, f"So {copied}, as {LITERAL} shows.", append=True, requirements=LinkRequirements(LINK, notes=notes)
    )

    assert ("no_notes_copied" in found) == refused


@pytest.mark.parametrize(("number", "refused"), [("555 0199", True), ("55 0199", False)])
def test_a_number_of_the_notes_with_seven_digits_is_a_copy(number: str, refused: bool) -> None:  # noqa: FBT001 - as above
    requirements = LinkRequirements(LINK, notes=f"Ask {number}")

    found = broken_rules(PROSE, f"Ask {number} or {LITERAL}.", append=True, requirements=requirements)

    assert ("no_notes_copied" in found) == refused


@pytest.mark.parametrize(
    "text", ["There it was in 2019.", "There it was in 2019 at night.", "It was 2019 and 3:1 or 4 %."]
)
@pytest.mark.parametrize("put_in", [" (see {})", ", as {} shows,", ": {} has it", "; see {};"])
def test_a_number_stays_the_same_before_whatever_is_put_in(text: str, put_in: str) -> None:
    new = text.replace("2019", f"2019{put_in.format(LITERAL)}")

    assert broken_rules(f"{PROSE} {text}", f"{PROSE} {new}") == set()


# ---- what the article has already ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elsewhere", "old", "new"),
    [
        ("Call 030 1234 5678 at once.", PROSE, f"Call 030 1234 5678, or see {LITERAL}."),
        ("It is at wiki.example.org for all.", PROSE, f"As wiki.example.org says, see {LITERAL}."),
        ("As an AI language model, it is new.", PROSE, f"As an AI language model it reads {LITERAL}."),
        (
            "It is so.[^1]\n\n[^1]: Or so.\n\n{{ site.title }} $$x$$ <b>b</b> &amp; ![](/i.png)",
            PROSE,
            f"See {LITERAL}.",
        ),
        (f"See [other words]({LINK.target_url}) and [{LINK.anchor_text}](/own).", PROSE, f"See {LITERAL}."),
        ("", f"{PROSE} So\u00adit &shy; is.", f"See {LITERAL}."),
        ("", f"{PROSE} So says the cafe\u0301.", f"See {LITERAL}."),
        ("", f"{PROSE} See *[this](/page)*.", f"See {LITERAL}."),
        ("Some write C#, snake_case, @types/node and $HOME.", PROSE, f"C#, snake_case, @types/node, $HOME: {LITERAL}."),
        ("", f"{PROSE} `It is <b>`", f"See `git rebase`, `config.json` and {LITERAL}."),
        ("", f"{PROSE}\n\u2014", f"See {LITERAL}."),
        ("", f"{PROSE} It is $5.", f"See {LITERAL}."),
        ("Ring 555 0199 at once.", PROSE, f"Ring 555 0199, or see {LITERAL}."),
    ],
)
def test_what_the_article_has_already_may_stay(elsewhere: str, old: str, new: str) -> None:
    requirements = replace(REQUIREMENTS, notes="Tell of wiki.example.org and 555 0199, please.")

    assert broken_rules(old, new, elsewhere=elsewhere, append=True, requirements=requirements) == set()
    assert broken_rules(old, f"{old} {new}", elsewhere=elsewhere, requirements=requirements) == set()


@pytest.mark.parametrize(
    "said",
    [
        "300&nbsp;000&nbsp;000 tonnes", "**12.03.2019** - 14.03.2019", "**1 May 2024** - 14.06.2025",
        "[2018](/b) / [2019](/c) / 2020", "Call **030** 12345, and", "TNF-&alpha; is it, and", "p&#1072;ypal and",
        "*p*\u0430ypal and", "The **system** prompt", "The `lorem` ipsum", "So it is **as an AI** model and",
        "**evil**.com and", "evil&period;com and", "5 **euros** and", "&#8203;So it is, and", "So&shy;it is, and",
    ],
)  # fmt: skip
def test_what_marks_and_references_are_within_may_stay(said: str) -> None:
    for old in (f"{said} {PROSE}", f"{PROSE} {said}."):
        assert broken_rules(old, f"See {LITERAL}.", append=True) == set()
        assert broken_rules(old, f"{old} See {LITERAL}.") == set()


@pytest.mark.parametrize(
    ("elsewhere", "new"),
    [
        ("It is 300&nbsp;000&nbsp;000 tonnes.", f"Of the 300\u00a0000\u00a0000 tonnes, see {LITERAL}."),
        ("It is TNF-&alpha;.", f"Of TNF-\u03b1, see {LITERAL}."),
        ("It is p&#1072;ypal.", f"Of p\u0430ypal, see {LITERAL}."),
        ("It is a **system** prompt.", f"Of the system prompt, see {LITERAL}."),
        ("It is wiki.*example*.org.", f"Of wiki.example.org, see {LITERAL}."),
    ],
)
def test_what_readers_see_elsewhere_in_the_article_may_be_repeated(elsewhere: str, new: str) -> None:
    requirements = replace(REQUIREMENTS, notes="Tell of wiki.example.org, please.")

    assert broken_rules(PROSE, new, elsewhere=elsewhere, append=True, requirements=requirements) == set()
    assert broken_rules(PROSE, new, append=True, requirements=requirements) != set()


@pytest.mark.parametrize("blank", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\u3000"])
def test_a_blank_at_a_paragraphs_ends_that_is_not_rendered_there_may_stay(blank: str) -> None:
    for old in (f"{PROSE}{blank}", f"{blank}{PROSE}"):
        article = f"Lead.\n\n{old}\n\nClose.\n"
        block = next(block for block in find_prose_blocks(article) if "Worms" in block.text)
        for edit in (
            Edit(block.id, "append", f"See {LITERAL}."),
            Edit(block.id, "replace", f"{block.text} See {LITERAL}."),
            Edit(block.id, "replace", f"See {LITERAL}. {block.text}"),
        ):
            assert "no_control_characters" not in {
                problem.rule for problem in Scene(article, block).edit(edit).problems()
            }


def test_an_invisible_character_elsewhere_in_the_article_allows_no_other() -> None:
    found = broken_rules(PROSE, f"So\u00adsee {LITERAL}.", elsewhere="Soft\u00adly.", append=True)

    assert found == {"no_control_characters"}


def test_the_targets_host_may_not_be_mentioned_even_if_the_article_mentions_it() -> None:
    found = broken_rules(PROSE, f"Example.com has {LITERAL}.", elsewhere="Example.com is a name.", append=True)

    assert found == {"no_bare_url"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_replaced_paragraph_may_have_fewer_lines_or_break_them_elsewhere(line_end: str) -> None:
    article = turned(GARDEN, line_end)
    block = next(block for block in find_prose_blocks(article) if block.text.startswith("Digging"))
    words = turned(block.text, " ").replace("\r", " ").split(" ")
    one_line = f"{' '.join(words)} {SENTENCE}"
    moved = f"{' '.join(words[:9])}\n{' '.join(words[9:])}\n{SENTENCE}"
    quoted = f"{' '.join(words)}\n\u201c{SENTENCE}\u201d"
    linked = f"{' '.join(words)} It is\n{LITERAL}."

    for text in (one_line, moved, quoted, linked):
        assert Scene(article, block).replace(text).problems() == []


def test_a_paragraph_that_mixes_line_ends_keeps_them() -> None:
    old = PROSE.replace(" and ", "\r\nand ").replace(" where ", "\nwhere ").replace(" spreads ", "\rspreads ")

    assert broken_rules(old, turned(old, "\n").replace("\r", "\n") + f" See {LITERAL}.") == set()


# ---- excerpts --------------------------------------------------------------------------------------------------------


def problems_of(old: str, new: str) -> dict[str, Problem]:
    article = f"Lead.\n\n{old}\n\nClose.\n"
    block = find_prose_blocks(article)[1]
    after, applied = apply(article, Edit(block.id, "append", new), [block])
    return {problem.rule: problem for problem in check_link_edit(article, after, applied, REQUIREMENTS)}


@pytest.mark.parametrize(
    ("new", "rule", "excerpt"),
    [
        ("See [a](/b).", "link_set", f"new: /b (a); lost: {LINK.target_url} ({LINK.anchor_text})"),
        (f"See {LITERAL}, [a](/b) and [c](/d).", "link_set", "new: /b (a), /d (c)"),
        ("Nothing.", "link_set", f"lost: {LINK.target_url} ({LINK.anchor_text})"),
        ("Nothing.", "rel_rendered", "no such link"),
        (f"{LITERAL} ![a](/b)", "no_image", "![a](/b)"),
        (f"See {LITERAL}.\n\n[g]: /h", "no_reference", "G"),
        (f"See {LITERAL}.[^1]", "no_reference", f"{PROSE} See {LITERAL}.[^1]"),
        (f"See {LITERAL} <b>now</b>.", "no_html", "<b> </b>"),
    ],
)
def test_the_excerpt_shows_what_is_wrong(new: str, rule: str, excerpt: str) -> None:
    found = problems_of(PROSE, new)[rule].excerpt

    assert sorted(found.split()) == sorted(excerpt[:200].split())


def test_the_excerpt_of_a_lost_image_shows_it_and_no_other() -> None:
    article = f"Lead. ![c](/d)\n\n{PROSE} ![a](/b)\n\nClose.\n"
    block = find_prose_blocks(article)[1]
    after, applied = apply(article, Edit(block.id, "replace", f"{PROSE} {LITERAL}"), [block])

    problems = {problem.rule: problem.excerpt for problem in check_link_edit(article, after, applied, REQUIREMENTS)}

    assert problems["no_image"] == "![a](/b)"


def test_the_message_about_the_length_names_both_bounds() -> None:
    article = f"Lead.\n\n{'x' * 200}\n\nClose.\n"
    block = find_prose_blocks(article)[1]
    after, applied = apply(article, Edit(block.id, "replace", "x" * 189), [block])

    problems = {problem.rule: problem.message for problem in check_link_edit(article, after, applied, REQUIREMENTS)}

    assert "of 200 characters must stay between 190 and 800; it has 189" in problems["length"]


def test_a_formula_that_is_shown_as_code_is_no_template() -> None:
    assert "no_template" in broken_rules(PROSE, f"See $$x$$ and {LITERAL}.", append=True)
    assert "no_template" not in broken_rules(PROSE, f"See `$$x$$` and {LITERAL}.", append=True)


def test_the_excerpt_of_a_change_elsewhere_begins_where_the_texts_differ() -> None:
    block = next(block for block in find_prose_blocks(GARDEN) if block.text.startswith("Digging"))
    made = Scene(GARDEN, block).append(SENTENCE)
    at = made.after.index("Water reaches")

    problems = made._replace(after=made.after[:at] + "Hot w" + made.after[at + 1 :]).problems()

    expected = repr(("Hot w" + made.after[at + 1 :])[:80])
    assert {problem.rule: problem.excerpt for problem in problems}["outside_unchanged"] == expected


def test_the_excerpt_of_a_link_that_is_rendered_twice_shows_it() -> None:
    assert problems_of(PROSE, f"See {LITERAL} and {LITERAL}.")["rel_rendered"].excerpt.startswith("HtmlLink(")
