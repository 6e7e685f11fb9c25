"""Each bound of an article's checks, one step inside it and one step outside; and the excerpts of problems."""

import pytest

from blogqueue.writing.article.checks import check_article
from tests.writing.article.right_article import (
    BODY,
    BRIEF,
    CLOSE,
    LITERAL,
    PLACE,
    RAIN,
    SOIL,
    TITLE,
    TOOLS,
    WORMS,
    broken_rules,
)
from tests.writing.article.wrong_articles import added, inserted


def words(count: int) -> str:
    return " ".join(f"word{number}" for number in range(count))


@pytest.mark.parametrize(("count", "refused"), [(599, True), (600, False), (2500, False), (2501, True)])
def test_an_article_has_600_to_2500_words(count: int, refused: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert ("length" in broken_rules(body=words(count))) == refused


@pytest.mark.parametrize(("length", "refused"), [(9, True), (10, False), (120, False), (121, True)])
def test_a_title_has_10_to_120_characters(length: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert ("title" in broken_rules(title="x" * length)) == refused


@pytest.mark.parametrize(("count", "refused"), [(220, False), (221, True)])
def test_a_paragraph_has_at_most_220_words(count: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert ("paragraph_length" in broken_rules(body=inserted(words(count)))) == refused


@pytest.mark.parametrize(("count", "refused"), [(7, False), (8, True)])
def test_a_sentence_of_eight_words_may_not_occur_twice(count: int, refused: bool) -> None:  # noqa: FBT001 - as above
    assert ("no_repetition" in broken_rules(body=added(f"{words(count)}. So it is. {words(count)}."))) == refused


@pytest.mark.parametrize(("count", "refused"), [(21, True), (22, False)])
def test_the_paragraph_of_the_link_has_at_least_25_words(count: int, refused: bool) -> None:  # noqa: FBT001 - as above
    body = BODY.replace(PLACE, f"{words(count)} {LITERAL}")

    assert ("link_place" in broken_rules(body=body)) == refused


@pytest.mark.parametrize(
    ("body", "rule", "excerpt"),
    [
        (added(f"See [rain]({RAIN.url}) and [tools]({TOOLS.url})."), "links",
            f"{SOIL.url}; {WORMS.url}; {RAIN.url}; {TOOLS.url}"),
        (added("See [another](https://other.example/)."), "links", "https://other.example/ (another)"),
        (inserted("## Nothing here\n\n## The end"), "headings", "## Nothing here"),
        (BODY.replace(PLACE, "Short.").replace(CLOSE, f"{LITERAL}\n\n{CLOSE}"), "link_place", LITERAL),
    ],
)  # fmt: skip
def test_the_excerpt_shows_what_is_wrong(body: str, rule: str, excerpt: str) -> None:
    problems = {problem.rule: problem for problem in check_article(TITLE, body, BRIEF)}

    assert problems[rule].excerpt == excerpt


def test_the_message_about_headings_says_how_many_there_are() -> None:
    two, *others = BODY.replace("\n## ", "\n# ", 2).split("\n## ")
    body = "\n### ".join([two, *others]).replace("\n# ", "\n## ")

    (problem,) = [one for one in check_article(TITLE, body, BRIEF) if one.rule == "headings"]

    assert "it has 2 of level 2" in problem.message
