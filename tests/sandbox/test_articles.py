"""The sandbox's writer of whole articles, to openai's real client, and held against the product's own checks."""

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
from tests.sandbox.article_questions import COMMISSION, LINK, broken_rules, judge, paragraph_of_link, put, write


@pytest.mark.parametrize("language", [*sorted(LANGUAGES), "de-AT", "pt-BR"])
async def test_an_article_passes_every_check_in_any_language(model: openai.AsyncOpenAI, language: str) -> None:
    commission = replace(COMMISSION, language=language)

    said = await write(model, commission)

    assert check_article(said["title"], said["body"], commission) == []
    assert 700 <= len(split_words(said["body"])) <= 1_000
    assert 6 <= said["body"].count("\n## ") <= 8
    assert ("Wer " in said["body"]) == language.startswith("de")


async def test_the_orders_words_and_the_sites_own_articles_stand_in_it(model: openai.AsyncOpenAI) -> None:
    said = await write(model)

    assert "Mulching through a dry summer" in said["title"]
    assert "straw mulch" in said["body"] and "gardening" in said["body"]
    assert said["body"].count("](") == 3
    assert said["body"].count("](/articles/soil)") == said["body"].count("[Worms & water 1](/articles/worms)") == 1
    assert len(paragraph_of_link(said).split()) > 40


async def test_the_same_order_asked_again_and_a_refused_one_get_other_articles(model: openai.AsyncOpenAI) -> None:
    commission = replace(COMMISSION, topic="Asked again and again")

    said = [await write(model, commission) for _ in range(4)]
    said.append(await write(model, commission, (Problem("length", "The body is too short.", ""),)))

    assert len({one["body"] for one in said[:4]}) == 4
    assert said[4] != said[0]
    assert all(check_article(one["title"], one["body"], commission) == [] for one in said)


async def test_an_opinion_of_an_article_is_content_and_quotes_the_links_sentence(model: openai.AsyncOpenAI) -> None:
    said = await write(model)

    answers = await judge(model, said)

    assert {question: answer["answer"] for question, answer in answers.items()} == {
        "on_topic": "yes",
        "in_language": "yes",
        "natural": "yes",
        "doubtful_claims": "no",
        "promotional": "no",
    }
    [evidence] = {answer["evidence"] for answer in answers.values()}
    assert format_link(LINK) in evidence and evidence in said["body"]


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
async def test_a_wrong_article_breaks_the_rule_that_it_is_meant_to_and_is_over(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, name: str
) -> None:
    assert set(EXPECTED) == set(ARTICLES) == set(WRONG_ARTICLES)
    await http.put("/faults", json={"model": [{"kind": "wrong_article", "name": name}]})

    # A question of another kind is not what the fault is about.
    assert (await judge(model, {"title": "", "body": ""}))["natural"]["answer"] == "yes"
    wrong, right = await write(model), await write(model)

    assert EXPECTED[name] in broken_rules(wrong)
    assert broken_rules(right) == set()


async def test_an_opinion_of_an_article_can_be_told_what_to_think(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI
) -> None:
    await http.put("/faults", json={"model": [{"kind": "opinion", "doubtful_claims": "yes", "natural": "no"}]})

    said = await write(model)
    told, content = await judge(model, said), await judge(model, said)

    assert [told[name]["answer"] for name in ("on_topic", "natural", "doubtful_claims")] == ["yes", "no", "yes"]
    assert content["natural"]["answer"] == "yes"


@pytest.mark.parametrize("kind", ["malformed_json", "refusal", "incomplete", "empty"])
async def test_the_other_faults_befall_an_article_as_well(
    http: httpx.AsyncClient, model: openai.AsyncOpenAI, kind: str
) -> None:
    await http.put("/faults", json={"model": [{"kind": kind, "schema": "article"}]})

    answer = await put(model, build_article_question(COMMISSION, ()))

    assert (answer.status == "incomplete") == (kind == "incomplete")
    assert broken_rules(await write(model)) == set()


def written(commission: ArticleBrief, turn: int) -> dict[str, Any]:
    """What the writer says to an order, as the product puts it."""
    site, wish = (json.loads(message["content"]) for message in build_article_question(commission, ()).messages[1:])
    return articles.write(site, wish, {"kind": ""}, asked_before=turn)


ANY = st.one_of(
    st.text(max_size=200), st.text("aZ9.:/@-_*[](){}<>&;#$!?'\"\\`~|=+% \n\u00e9\u0301\u5b57", max_size=200)
)


UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
LETTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters=[*link_rules.MARKUP, *UNSEEN])


@st.composite
def anchors(draw: st.DrawFn) -> str:
    """Anchor texts that the shop accepts, of characters that can be seen."""
    words = draw(st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=6))
    try:
        return link_rules.anchor_text(" ".join(words))
    except RuleError:
        reject()


@given(topic=ANY, keyword=ANY, niche=ANY, anchor=anchors(), titles=st.lists(ANY, max_size=3), turn=st.integers(0, 8))
@settings(max_examples=200, deadline=None)
def test_an_article_about_anything_passes_every_check(
    *, topic: str, keyword: str, niche: str, anchor: str, titles: list[str], turn: int
) -> None:
    candidates = tuple(Candidate(title, f"/articles/{number}") for number, title in enumerate(titles))
    commission = replace(
        COMMISSION,
        language="de" if turn % 2 else "en",
        topic=topic,
        keyword=keyword,
        niche=niche,
        link=Link("https://www.a.example/x", anchor),
        candidates=candidates,
    )

    said = written(commission, turn)

    assert check_article(said["title"], said["body"], commission) == []


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
def test_an_article_about_this_passes_as_well(topic: str, keyword: str) -> None:
    for turn in range(8):
        commission = replace(COMMISSION, topic=topic, keyword=keyword, niche=topic[:100])

        said = written(commission, turn)

        assert check_article(said["title"], said["body"], commission) == []
