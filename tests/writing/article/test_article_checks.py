"""The checks of a whole article; the right one is in right_article.py, the wrong ones are in wrong_articles.py."""

import time

import pytest

from blogqueue.writing.article.checks import RULES, SHARED_RULES, check_article
from tests.writing.article.right_article import BRIEF, TITLE, broken_rules
from tests.writing.article.wrong_articles import RIGHT, WRONG, Right, Wrong, added


@pytest.mark.parametrize("right", RIGHT, ids=str)
def test_a_right_article_passes(right: Right) -> None:
    assert check_article(TITLE, right.body, right.brief) == []


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_article_is_refused_by_its_rule_with_a_sentence_and_few_words(wrong: Wrong) -> None:
    problems = check_article(wrong.title, wrong.body, wrong.brief)

    assert wrong.rule in {problem.rule for problem in problems}
    for problem in problems:
        assert problem.message.endswith(".") and problem.message[0].isupper()
        assert len(problem.excerpt) <= 200


def test_every_rule_has_a_wrong_article_that_it_catches() -> None:
    rules = [rule.__name__ for rule in SHARED_RULES] + [rule.__name__ for rule in RULES]

    assert {wrong.rule for wrong in WRONG} - {"not_text", "too_long"} == set(rules)


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if wrong.rule == "title"], ids=str)
def test_a_wrong_title_is_refused_by_its_own_rule(wrong: Wrong) -> None:
    [found] = [problem for problem in check_article(wrong.title, wrong.body, wrong.brief) if problem.rule == "title"]

    assert found.excerpt == wrong.title[:200]


def test_problems_come_in_the_order_of_the_rules() -> None:
    order = [rule.__name__ for rule in SHARED_RULES] + [rule.__name__ for rule in RULES]

    bad = check_article("Bad", "# Bad\n\nSee <b>www.other.example</b>", BRIEF)

    assert [problem.rule for problem in bad] == sorted((problem.rule for problem in bad), key=order.index)


def test_the_message_has_the_bounds_and_what_was_found() -> None:
    [short] = [problem for problem in check_article(TITLE, "Dry.", BRIEF) if problem.rule == "length"]

    assert short.message == "The body must have 600 to 2500 words; it has 1."


def test_a_rel_other_than_the_ordered_one_cannot_be_written() -> None:
    assert "no_html" in broken_rules(body=added('<a rel="nofollow" href="/articles/gathering-rain">rain</a>'))


def test_a_runaway_is_refused_at_once() -> None:
    started = time.monotonic()

    assert broken_rules(body="![" * 100_000) == broken_rules(body="word " * 40_000) == {"too_long"}

    assert time.monotonic() - started < 1
