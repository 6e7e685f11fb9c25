"""The sandbox's writer of whole articles, tested with openai's own client and the product's own checks."""

import json
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from blogqueue.catalogue import link_rules
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.sandbox import articles
from blogqueue.sandbox.articles import LANGUAGES, WRONG_ARTICLES
from blogqueue.sandbox.faults import ARTICLES
from blogqueue.writing.article.brief import ArticleBrief, Candidate
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.article.prompts import build_article_question
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.words import split_words
from blogqueue.writing.questions import Problem
from tests.sandbox.article_questions import BRIEF, LINK, ask, broken_rules, judge, paragraph_of_link, write
from tests.thoroughness import examples


@pytest.mark.parametrize("language", [*sorted(LANGUAGES), "de-AT", "pt-BR"])
async def test_an_article_passes_every_check_in_any_language(model: openai.AsyncOpenAI, language: str) -> None:
    brief = replace(BRIEF, language=language)

    article = await write(model, brief)

    assert check_article(article["title"], article["body"], brief) == []
    assert 700 <= len(split_words(article["body"])) <= 1_000
    assert 6 <= article["body"].count("\n## ") <= 8
    assert ("Wer " in article["body"]) == language.startswith("de")


async def test_an_article_contains_the_orders_words_and_links_to_the_sites_own_articles(
    model: openai.AsyncOpenAI,
) -> None:
    article = await write(model)

    assert "Mulching through a dry summer" in article["title"]
    assert "straw mulch" in article["body"] and "gardening" in article["body"]
    assert article["body"].count("](") == 3
    assert (
        article["body"].count("](/articles/soil)") == article["body"].count("[Worms & water 1](/articles/worms)") == 1
    )
    assert len(paragraph_of_link(article).split()) > 40


async def test_a_repeated_and_a_refused_order_get_other_articles(model: openai.AsyncOpenAI) -> None:
    brief = replace(BRIEF, topic="Asked again and again")

    written = [await write(model, brief) for _ in range(4)]
    written.append(await write(model, brief, (Problem("length", "The body is too short.", ""),)))

    assert len({one["body"] for one in written[:4]}) == 4
    assert written[4] != written[0]
    assert all(check_article(one["title"], one["body"], brief) == [] for one in written)


async def test_an_opinion_on_an_article_is_favourable_and_quotes_the_sentence_with_the_link(
    model: openai.AsyncOpenAI,
) -> None:
    article = await write(model)

    answers = await judge(model, article)

    assert {question: answer["answer"] for question, answer in answers.items()} == {
        "on_topic": "yes",
        "in_language": "yes",
        "natural": "yes",
        "doubtful_claims": "no",
        "disparaging": "no",
        "promotional": "no",
    }
    [evidence] = {answer["evidence"] for answer in answers.values()}
    assert format_link(LINK) in evidence and evidence in article["body"]


EXPECTED = {
    "second_link": "links",
    "other_target": "link_exactly_once",
    "no_link": "link_exactly_once",
    "html": "no_html",
    "short": "length",
    "link_in_heading": "link_place",
    "foreign_internal_link": "links",
    "repeated": "no_repetition",
}


@pytest.mark.parametrize("name", ARTICLES)
async def test_a_wrong_article_breaks_its_rule_once(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, name: str
) -> None:
    assert set(EXPECTED) == set(ARTICLES) == set(WRONG_ARTICLES)
    await http.put("/faults", json={"model": [{"kind": "wrong_article", "name": name}]})

    # The fault does not apply to another kind of question.
    assert (await judge(model, {"title": "", "body": ""}))["natural"]["answer"] == "yes"
    wrong, right = await write(model), await write(model)

    assert EXPECTED[name] in broken_rules(wrong)
    assert broken_rules(right) == set()


async def test_a_fault_can_set_an_opinion_on_an_article(http: httpx.AsyncClient, model: openai.AsyncOpenAI) -> None:
    await http.put("/faults", json={"model": [{"kind": "opinion", "doubtful_claims": "yes", "natural": "no"}]})

    article = await write(model)
    unfavourable, favourable = await judge(model, article), await judge(model, article)

    assert [unfavourable[name]["answer"] for name in ("on_topic", "natural", "doubtful_claims")] == ["yes", "no", "yes"]
    assert favourable["natural"]["answer"] == "yes"


@pytest.mark.parametrize("kind", ["malformed_json", "refusal", "incomplete", "empty"])
async def test_the_other_faults_apply_to_articles_too(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, kind: str
) -> None:
    await http.put("/faults", json={"model": [{"kind": kind, "schema": "article"}]})

    answer = await ask(model, build_article_question(BRIEF, ()))

    assert (answer.status == "incomplete") == (kind == "incomplete")
    assert broken_rules(await write(model)) == set()


def write_directly(brief: ArticleBrief, turn: int) -> dict[str, Any]:
    """Return the writer's article for an order, without a call of the model."""
    site, order = (json.loads(message["content"]) for message in build_article_question(brief, ()).messages[1:])
    return articles.write_article(site, order, {"kind": ""}, asked_before=turn)


ANY = st.one_of(
    st.text(max_size=200), st.text("aZ9.:/@-_*[](){}<>&;#$!?'\"\\`~|=+% \n\u00e9\u0301\u5b57", max_size=200)
)


UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
LETTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters=[*link_rules.MARKUP, *UNSEEN])


@st.composite
def anchors(draw: st.DrawFn) -> str:
    """Draw an anchor text that the shop accepts, of visible characters."""
    words = draw(st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=6))
    try:
        return link_rules.validate_anchor_text(" ".join(words))
    except RuleError:
        reject()


@given(topic=ANY, keyword=ANY, niche=ANY, anchor=anchors(), titles=st.lists(ANY, max_size=3), turn=st.integers(0, 8))
@settings(max_examples=examples(50, 200), deadline=None)
def test_an_article_about_anything_passes_every_check(
    *, topic: str, keyword: str, niche: str, anchor: str, titles: list[str], turn: int
) -> None:
    candidates = tuple(Candidate(title, f"/articles/{number}") for number, title in enumerate(titles))
    brief = replace(
        BRIEF,
        language="de" if turn % 2 else "en",
        topic=topic,
        keyword=keyword,
        niche=niche,
        link=Link("https://www.a.example/x", anchor),
        candidates=candidates,
    )

    article = write_directly(brief, turn)

    assert check_article(article["title"], article["body"], brief) == []


@pytest.mark.parametrize(
    ("topic", "keyword"),
    [
        ("x", "y"),
        ("", ""),
        ("?!", "\u2026"),
        ("HOW TO SHOUT", "SHOUTING: WHAT? \u201cHOW\u201d & WHY"),
        ("Compost: a beginner\u2019s guide", "R&D; AT&T; &amp;"),
        ("www.example.com, https://www.example.com/ and me@example.com", "Example.com"),
        ("12345678*90123 and 4 \u20ac", "555-0199-222 for $5"),
        ("\u5b57" * 200, "\u6f22" * 200),
        ("\u0645\u06cc\u200c\u0631\u0648\u062f", "\u0915\u094d\u200d\u0937"),
        ("# [a](b) <b>{{ c }}</b>", "{% raw %} ::: `x` **y** ~~z~~ ![i](j) [^1]"),
        ("As an AI language model", "system prompt"),
        ("a" * 500, "b " * 100),
        ("cafe\u0301 \u0390", "\u3164 \u200b \u202e \u00ad"),
    ],
)
def test_an_article_about_an_unusual_topic_passes_every_check(topic: str, keyword: str) -> None:
    for turn in range(8):
        brief = replace(BRIEF, topic=topic, keyword=keyword, niche=topic[:100])

        article = write_directly(brief, turn)

        assert check_article(article["title"], article["body"], brief) == []
