"""What is on sale, filtered, sorted and page by page, by program and by form."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blogqueue.catalogue import words
from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article, Domain
from tests.stage import Stage

HTML = {"accept": "text/html"}


async def offered(stage: Stage, slug: str, *, words: int = 100, price: int = 4900, day: str = "2026-11-20") -> UUID:
    """An article of so many words on a domain of its own, at a price, published on a day."""
    content = f"---\ntitle: {slug}\n---\n\n" + " ".join(["word"] * words) + "\n"
    article_id = await stage.article(content=content, slug=slug)
    domain = Domain(host=f"{slug}.example", name=slug, backlink_price=price)
    await Domain.insert(domain)
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    await Article.update({Article.domain_id: domain.id, Article.published_at: at, Article.title: slug}).where(
        Article.id == article_id
    )
    return article_id


async def listed(stage: Stage, **query: Any) -> list[str]:
    answer = await stage.http.get("/api/v1/articles", params=query)
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["data"]["items"]]


async def three(stage: Stage) -> None:
    await offered(stage, "long", words=900, price=9900, day="2026-03-14")
    await offered(stage, "short", words=90, price=4900, day="2026-06-02")
    await offered(stage, "middling", words=300, price=1900, day="2026-11-20")


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({}, ["middling", "short", "long"]),
        ({"sort": "newest"}, ["middling", "short", "long"]),
        ({"sort": "cheapest"}, ["middling", "short", "long"]),
        ({"sort": "longest"}, ["long", "middling", "short"]),
        ({"sort": "shortest"}, ["short", "middling", "long"]),
        ({"maxPrice": 4900}, ["middling", "short"]),
        ({"maxPrice": 4899}, ["middling"]),
        ({"minWords": 300}, ["middling", "long"]),
        ({"minWords": 301}, ["long"]),
        ({"publishedSince": "2026-06-02"}, ["middling", "short"]),
        ({"publishedSince": "2026-06-03"}, ["middling"]),
        ({"maxPrice": 4900, "minWords": 100, "sort": "longest"}, ["middling"]),
        ({"free": "true"}, ["middling", "short", "long"]),
    ],
)
async def test_the_list_is_filtered_and_sorted(stage: Stage, query: dict[str, Any], slugs: list[str]) -> None:
    await three(stage)

    assert await listed(stage, **query) == slugs


@pytest.mark.parametrize("sort", ["newest", "cheapest", "longest", "shortest", "best"])
async def test_page_by_page_is_the_whole_list_once_also_where_many_are_alike(stage: Stage, sort: str) -> None:
    # Given articles of which some have the same price, length and day
    for number in range(7):
        await offered(stage, f"article-{number}", words=100 + number // 3, price=4900 + number // 2)

    # When they are read two by two
    read: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = await stage.http.get("/api/v1/articles", params={"sort": sort, "limit": 2, "cursor": cursor})
        read += [item["slug"] for item in answer.json()["data"]["items"]]
        cursor = answer.json()["data"]["nextCursor"]

    # Then none is missing, none comes twice, and the order is that of the whole list
    assert read == await listed(stage, sort=sort)
    assert len(set(read)) == 7


async def test_a_maximum_price_counts_hundredths_also_without_cents(stage: Stage) -> None:
    await offered(stage, "euros", price=4900)
    await offered(stage, "yen", price=48)
    await Domain.update({Domain.currency: "JPY"}).where(Domain.host == "yen.example")

    assert await listed(stage, maxPrice=4850) == ["yen"]
    assert await listed(stage, maxPrice=4700) == []


async def test_the_lowest_price_is_first_within_each_currency(stage: Stage) -> None:
    # Given prices in two currencies, of which the numbers say nothing together
    for slug, price in (("dear-euros", 9900), ("euros", 4900), ("yen", 48), ("dear-yen", 6000)):
        await offered(stage, slug, price=price)
    await Domain.update({Domain.currency: "JPY"}).where(Domain.host.is_in(["yen.example", "dear-yen.example"]))

    # When they are sorted by price, then there is a list for each currency, page by page
    expected = ["euros", "dear-euros", "yen", "dear-yen"]
    assert await listed(stage, sort="cheapest") == expected
    read, cursor = list[str](), ""
    while cursor is not None:
        answer = await stage.http.get("/api/v1/articles", params={"sort": "cheapest", "limit": 1, "cursor": cursor})
        read += [item["slug"] for item in answer.json()["data"]["items"]]
        cursor = answer.json()["data"]["nextCursor"]
    assert read == expected

    # And the page says so, until it shows one currency only
    page = (await stage.http.get("/?sort=cheapest", headers=HTML)).text
    assert "sorted by price within each currency: EUR, then JPY" in page
    assert 'href="/?currency=JPY&amp;sort=cheapest">JPY</a>' in page
    only = (await stage.http.get("/?currency=JPY&sort=cheapest", headers=HTML)).text
    assert "within each currency" not in only and 'aria-label="Remove the filter priced in JPY"' in only
    assert "/articles/yen" in only and "/articles/euros" not in only


async def test_a_search_has_the_best_match_first_unless_sorted_otherwise(stage: Stage) -> None:
    # Given articles that match in different places, the best one the oldest
    places = {
        "whole-phrase": {Article.title: "Growing garlic at home", Article.topic: ""},
        "both-in-title": {Article.title: "Garlic: growing it", Article.topic: ""},
        "inside-a-word": {Article.title: "Regrowing garlicky greens", Article.topic: ""},
        "in-topic": {Article.title: "Bulbs", Article.topic: "growing garlic"},
        "misspelled": {Article.title: "Bulbs", Article.topic: "growin garlik"},
    }
    for number, (slug, words_of) in enumerate(places.items()):
        await offered(stage, slug, day=f"2026-11-{10 + number}")
        await Article.update({**words_of, Article.keyword: ""}).where(Article.slug == slug)

    # When somebody searches, then the best match is first, for programs also page by page
    assert await listed(stage, q="growing garlic") == list(places)
    assert await listed(stage, q="growing garlic", sort="newest") == list(reversed(places))
    answer = (await stage.http.get("/api/v1/articles", params={"q": "growing garlic", "limit": 2})).json()["data"]
    behind = await listed(stage, q="growing garlic", limit=2, cursor=answer["nextCursor"])
    assert behind == ["inside-a-word", "in-topic"]

    # And the page's control says so; without words there is no best match
    page = (await stage.http.get("/?q=growing+garlic", headers=HTML)).text
    assert [page.index(f"/articles/{slug}") for slug in places] == sorted(
        page.index(f"/articles/{one}") for one in places
    )
    assert '<option value="">Best match first</option>' in page and "5 articles, best match first" in page
    sent = await stage.http.get("/?q=growing+garlic&sort=best", headers=HTML)
    assert sent.headers["location"] == "/?q=growing+garlic"
    assert '<option value="newest" selected>' in (await stage.http.get("/?q=growing&sort=newest", headers=HTML)).text
    assert (await stage.http.get("/?sort=best", headers=HTML)).status_code == 200
    assert "Best match" not in (await stage.http.get("/", headers=HTML)).text
    assert await listed(stage, sort="best") == await listed(stage)


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"sort": "prettiest"}, 400, "sort"),
        ({"maxPrice": "much"}, 400, "maxPrice"),
        ({"maxPrice": -1}, 400, "maxPrice"),
        ({"minWords": 10**30}, 400, "minWords"),
        ({"publishedSince": "yesterday"}, 400, "publishedSince"),
        ({"cursor": "made up"}, 422, "cursor"),
    ],
)
async def test_what_cannot_be_read_is_named(stage: Stage, query: dict[str, Any], status: int, field: str) -> None:
    answer = await stage.http.get("/api/v1/articles", params=query)

    assert answer.status_code == status, answer.text
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]


async def test_a_cursor_goes_with_its_order(stage: Stage) -> None:
    await three(stage)
    answer = await stage.http.get("/api/v1/articles", params={"sort": "longest", "limit": 1})

    other = await stage.http.get(
        "/api/v1/articles", params={"sort": "shortest", "cursor": answer.json()["data"]["nextCursor"]}
    )

    assert other.status_code == 422


async def test_the_description_of_the_api_names_the_filters(stage: Stage) -> None:
    schema = (await stage.http.get("/api/openapi.json")).json()

    named = {parameter["name"] for parameter in schema["paths"]["/api/v1/articles"]["get"]["parameters"]}
    assert {"sort", "maxPrice", "minWords", "publishedSince", "free", "cursor", "limit"} <= named


async def test_the_form_takes_prices_in_whole_units_and_keeps_what_was_chosen(stage: Stage) -> None:
    await three(stage)

    page = (
        await stage.http.get("/?maxPrice=49&minWords=90&publishedSince=2026-01-01&sort=shortest", headers=HTML)
    ).text

    assert page.index("/articles/short") < page.index("/articles/middling")
    assert "/articles/long" not in page
    assert 'value="49"' in page and '<option value="shortest" selected>' in page


async def test_a_filter_that_cannot_be_read_is_said_and_left_out(stage: Stage) -> None:
    await three(stage)

    page = await stage.http.get("/?minWords=many&maxPrice=20", headers=HTML)

    assert page.status_code == 422
    assert "This filter could not be read and was ignored: minimum number of words." in page.text
    assert "/articles/middling" in page.text and "/articles/long" not in page.text


async def test_pages_have_numbers_and_addresses_say_only_what_was_chosen(stage: Stage) -> None:
    # Given more articles than a page shows, none of them sold
    for number in range(23):
        await offered(stage, f"article-{number:02}", words=100 + number)

    # When the form is sent with fields left empty, then the address loses them
    sent = await stage.http.get(
        "/?q=&domain=&niche=&maxPrice=&minWords=101&currency=&publishedSince=&sort=newest", headers=HTML
    )
    assert (sent.status_code, sent.headers["location"]) == (302, "/?minWords=101")

    # Then both pages together show what was found, and link to each other
    first = (await stage.http.get("/?minWords=101", headers=HTML)).text
    second = (await stage.http.get("/?minWords=101&page=2", headers=HTML)).text
    shown = [set(re.findall(r"/articles/article-\d\d", page)) for page in (first, second)]
    assert [len(one) for one in shown] == [20, 2] and not shown[0] & shown[1]
    assert "22 articles" in first
    assert 'href="/?minWords=101&amp;page=2" rel="next"' in first and 'href="/?minWords=101" rel="prev"' in second
    beyond = (await stage.http.get("/?page=9", headers=HTML)).text
    assert "There is no page 9." in beyond
    assert (await stage.http.get("/?page=1", headers=HTML)).headers["location"] == "/"
    for number in ("0", "-1", "x", "9" * 40, "000001" + "9" * 4400):
        assert (await stage.http.get(f"/?page={number}", headers=HTML)).status_code == 200


async def test_each_filter_is_a_chip_that_can_be_removed(stage: Stage) -> None:
    await three(stage)
    await Domain.update({Domain.language: "de-AT", Domain.country: "AT", Domain.rel: "nofollow"}).where(
        Domain.host == "short.example"
    )

    page = (await stage.http.get("/?language=de&country=AT&rel=nofollow&free=1", headers=HTML)).text

    chips = dict(re.findall(r'<li><a href="([^"]+)" aria-label="Remove the filter ([^"]+)"', page))
    assert {text: address.replace("&amp;", "&") for address, text in chips.items()} == {
        "German": "/?country=AT&rel=nofollow&free=1",
        "Austria": "/?language=de&rel=nofollow&free=1",
        "rel=nofollow": "/?language=de&country=AT&free=1",
        "with free link slots": "/?language=de&country=AT&rel=nofollow",
    }
    assert '<a class="clear" href="/">Clear all</a>' in page
    assert "/articles/short" in page and "/articles/long" not in page
    assert await listed(stage, language="de") == await listed(stage, rel="nofollow") == ["short"]
    assert await listed(stage, country="AT", currency="EUR") == ["short"]
    assert await listed(stage, currency="USD") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("gardn", True),  # a letter left out
        ("muching", True),
        ("greenbench", True),  # the host
        ("Green Bench", True),  # the domain's name
        ("GARDENING soil", True),
        ("soil worms", False),  # every word must be there
        ("ga", True),  # short words are the beginnings of words
        ("so th", True),
        ("il", False),
        ("soil xy", False),
        ("casino", False),
        ("%", False),
        ("_", False),
        ("soil ' OR 1=1 --", False),
    ],
)
async def test_the_search_finds_hosts_and_words_with_typing_errors(stage: Stage, typed: str, *, found: bool) -> None:
    article_id = await stage.article()
    await Article.update({Article.topic: "Mulching in the garden", Article.keyword: "gardening tips"}).where(
        Article.id == article_id
    )

    assert (await listed(stage, q=typed) == ["soil-that-lasts"]) is found
    page = (await stage.http.get("/", params={"q": typed}, headers=HTML)).text
    assert ("/articles/soil-that-lasts" in page) is found


async def test_without_the_extension_the_search_finds_exact_words(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.article()
    monkeypatch.setattr(words._Known, "fuzzy", False)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - what the process has asked

    assert await listed(stage, q="soil greenbench") == ["soil-that-lasts"]
    assert await listed(stage, q="greenbnch") == []


async def test_a_maximum_price_is_in_one_currency(stage: Stage) -> None:
    await offered(stage, "euros", price=4900)
    await offered(stage, "dollars", price=2000)
    await Domain.update({Domain.currency: "USD"}).where(Domain.host == "dollars.example")

    in_euros = (await stage.http.get("/?maxPrice=50", headers=HTML)).text
    in_dollars = (await stage.http.get("/?maxPrice=50&currency=USD", headers=HTML)).text

    assert "/articles/euros" in in_euros and "/articles/dollars" not in in_euros and "up to 50 EUR" in in_euros
    assert "/articles/dollars" in in_dollars and "/articles/euros" not in in_dollars


async def test_an_article_of_a_day_to_come_is_not_published_yet(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "soil.md").write_text("---\ndate: 2126-02-11\n---\n\n# Soil\n\nText.\n", encoding="utf-8")

    found = await import_folder(tmp_path, domain="blog.example")

    assert [file.reason for file in found] == ["is dated 2126-02-11, which is in the future"]
    assert await listed(stage) == []
