"""What must hold for any article, edit and accident that Hypothesis makes up."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import Edit, EditRefused, apply, differs_only_by_edit, reapply
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import Link, find_links, format_link
from blogqueue.writing.markdown.metadata import FrontMatterError, read_front_matter
from blogqueue.writing.markdown.rendering import render
from tests.thoroughness import examples
from tests.writing.garden import GARDEN, LINK, PAID, turned
from tests.writing.link_edit.scenes import REQUIREMENTS, SENTENCE, Scene

LETTERS = st.characters(categories=["Lu", "Ll"], max_codepoint=0x4FF).filter(lambda c: c.casefold().isalnum())
WORDS = st.text(LETTERS, min_size=1, max_size=12)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
MARKUP = st.text("ab \n\r\t#>*_`[]()!<&;|-+=~:.{}%^\\\"'0\u00a0\u2028\ufeff\0", max_size=120)


DRESSES = ["*{}*", "**{}**", "`{}`", "[{}](/page)", "({}),", "\u201c{}\u201d", "{}\u2019s", "{}!", "{} -"]
BETWEEN = ["", "## Heading\n\n", "- item\n- item\n\n", "```\ncode\n\n```\n\n", "> quote\n\n"]
HEADS = ["", "\ufeff", "---\ntitle: A\n---\n", "+++\ntitle = 'A'\n+++\n"]


def paragraph(pool: list[str], random: Random) -> str:
    """Make prose of 30 words or more, some of it emphasised, linked or code, with any line ends."""
    words = random.choices(pool, k=random.randint(30, 80))
    for at in random.sample(range(len(words)), 4):
        words[at] = random.choice(DRESSES).format(words[at])
    blanks = random.choices([" ", " ", " ", "\n", "\r\n", "\r"], k=len(words))
    return "".join(word + blank for word, blank in zip(words, blanks, strict=True)).strip() + "."


@st.composite
def articles(draw: st.DrawFn) -> str:
    """Make three to six paragraphs of made-up words with other blocks between them, with mixed line ends or not."""
    pool = draw(st.lists(WORDS, min_size=12, max_size=12, unique=True))
    random = Random(draw(st.integers(0, 2**32)))  # drawn word by word, an article takes minutes to shrink
    parts = [random.choice(BETWEEN) + paragraph(pool, random) + "\n\n" for _ in range(random.randint(3, 6))]
    return random.choice(HEADS) + turned("".join(parts), random.choice(["\n", "\r\n", "\r"]))


@st.composite
def links(draw: st.DrawFn) -> Link:
    anchor = " ".join(draw(st.lists(WORDS, min_size=1, max_size=5)))
    path = draw(st.text("abcXYZ019-._~/?&=%25#+,;:@!$'*", max_size=30))
    link = Link(f"https://www.{draw(st.text('abcdefg', min_size=1))}-shop.example/{path}", anchor)
    assume(find_links(format_link(link)) == [link])
    return link


@given(article=articles(), link=links(), data=st.data())
@settings(max_examples=examples(15, 60), deadline=None)
def test_a_correct_edit_of_any_article_passes_and_is_all_that_differs(
    article: str, link: Link, data: st.DataObject
) -> None:
    eligible = find_eligible_blocks(article)
    assume(eligible)
    block = data.draw(st.sampled_from(eligible))
    sentence = f"There is {format_link(link)} for it."
    text = data.draw(st.sampled_from([sentence, f"{block.text} {sentence}"]))
    edit = Edit(block.id, "append" if text == sentence else "replace", text)

    after, applied = apply(article, edit, eligible)

    assert differs_only_by_edit(article, after, applied)
    assert check_link_edit(article, after, applied, LinkRequirements(link)) == []


@given(data=st.data(), line_end=LINE_ENDS)
@settings(max_examples=examples(10, 100), deadline=None)
def test_any_change_outside_the_paragraph_is_seen(data: st.DataObject, line_end: str) -> None:
    article = turned(GARDEN, line_end)
    block = data.draw(st.sampled_from(find_eligible_blocks(article)))
    made = Scene(article, block).append(SENTENCE)
    end = block.start + len(made.applied.new_text)
    places = [*range(block.start), *range(end, len(made.after))]
    at = data.draw(st.sampled_from(places))
    after = made.after[:at] + data.draw(st.text(max_size=3)) + made.after[at + data.draw(st.integers(0, 3)) :]
    assume(after != made.after)

    problems = made._replace(after=after).problems()

    assert "outside_unchanged" in {problem.rule for problem in problems}
    assert not differs_only_by_edit(article, after, made.applied)


@given(data=st.data(), line_end=LINE_ENDS)
@settings(max_examples=examples(10, 40), deadline=None)
def test_two_edits_of_one_text_end_up_in_it_together(data: st.DataObject, line_end: str) -> None:
    article = turned(GARDEN, line_end)
    eligible = find_eligible_blocks(article)
    first, second = data.draw(st.lists(st.sampled_from(eligible), min_size=2, max_size=2, unique=True))
    mine = Scene(article, first).append(SENTENCE)
    published, _ = apply(article, Edit(second.id, "append", f"See {format_link(PAID)}."), eligible)

    beside = first.id not in {block.id for block in find_eligible_blocks(published, [PAID])}
    if beside:
        with pytest.raises(EditRefused):
            reapply(published, mine.applied, base=article, paid_links=[PAID])
    content, applied = reapply(published, mine.applied, base=article)
    assert find_links(content).count(LINK) == find_links(content).count(PAID) == 1
    problems = check_link_edit(published, content, applied, replace(REQUIREMENTS, paid_links=(PAID,)))
    assert {problem.rule for problem in problems} == ({"not_beside_paid_link"} if beside else set())


@given(text=st.one_of(MARKUP, st.text(max_size=200)))
@settings(max_examples=examples(50, 200), deadline=None)
def test_any_text_can_be_read_and_every_paragraph_is_where_it_says(text: str) -> None:
    for block in find_prose_blocks(text):
        assert text[block.start : block.end] == block.text
    assert {block.id for block in find_eligible_blocks(text)} <= {block.id for block in find_prose_blocks(text)}
    assert "<script" not in render(text)


@given(text=st.text("-+.\n\r \t:[]{}&*!|>'\"%@`,?#=0123abcT<~", max_size=60), fence=st.sampled_from(["---", "+++"]))
@settings(max_examples=examples(75, 300), deadline=None)
def test_front_matter_is_read_or_refused_and_nothing_else(text: str, fence: str) -> None:
    article = f"{fence}\n{text}\n{fence}\nBody"
    try:
        values, start = read_front_matter(article)
    except FrontMatterError:
        return
    else:
        assert start <= len(article)
        assert all(isinstance(name, str) for name in values)


@given(text=MARKUP.filter(str.strip), link=st.booleans(), data=st.data())
@settings(max_examples=examples(50, 200), deadline=None)
def test_an_edit_that_passes_adds_one_link_and_one_paragraphs_words(
    text: str,
    link: bool,  # noqa: FBT001 - Hypothesis passes by name
    data: st.DataObject,
) -> None:
    block = data.draw(st.sampled_from(find_eligible_blocks(GARDEN)))
    made = Scene(GARDEN, block).append(f"{SENTENCE} {text}" if link else text)

    if made.problems() == []:
        assert link
        assert find_links(made.after).count(LINK) == 1
        assert len(find_links(made.after)) == len(find_links(GARDEN)) + 1
        assert len(find_prose_blocks(made.after)) == len(find_prose_blocks(GARDEN))
