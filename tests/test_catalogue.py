"""What is on sale, filtered, sorted and page by page, by program and by form."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article, Domain
from tests.people import ONE_ROOM
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


@pytest.mark.parametrize("sort", ["newest", "cheapest", "longest", "shortest"])
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


async def test_amounts_compare_by_their_numbers_also_without_cents(stage: Stage) -> None:
    await offered(stage, "euros", price=4900)
    await offered(stage, "yen", price=48)
    await Domain.update({Domain.currency: "JPY"}).where(Domain.host == "yen.example")

    assert await listed(stage, sort="cheapest") == ["yen", "euros"]
    assert await listed(stage, maxPrice=4850) == ["yen"]
    assert await listed(stage, maxPrice=4700) == []


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


async def test_a_page_of_the_list_that_is_none_says_where_to_begin(stage: Stage) -> None:
    page = await stage.http.get("/?cursor=made-up", headers=HTML)

    assert page.status_code == 422
    assert "Invalid cursor. Start from the first page." in page.text


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("---\ndate: 2026-02-11\n---\n", "2026-02-11"),
        ("+++\ndate = 2026-06-02\n+++\n", "2026-06-02"),
        ("---\ndate: 2026-02-11T23:30:00-02:00\n---\n", "2026-02-12"),
        ("---\ndate: '2026-02-11'\n---\n", "2026-02-11"),
        ("---\ndate: in spring\n---\n", ""),
        ("", ""),
    ],
)
async def test_an_imported_article_was_published_when_its_front_matter_says(
    stage: Stage, tmp_path: Path, head: str, day: str
) -> None:
    (tmp_path / "soil.md").write_text(f"{head}\n# Soil\n\nText.\n", encoding="utf-8")

    await import_folder(tmp_path, domain="blog.example")

    rows = await Article.select(Article.published_at)
    assert f"{rows[0]['published_at']:%Y-%m-%d}" == (day or f"{datetime.now(UTC):%Y-%m-%d}")
    await stage.sound()


async def test_an_article_of_a_day_to_come_is_not_published_yet(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "soil.md").write_text("---\ndate: 2126-02-11\n---\n\n# Soil\n\nText.\n", encoding="utf-8")

    found = await import_folder(tmp_path, domain="blog.example")

    assert [file.reason for file in found] == ["is dated 2126-02-11, which is in the future"]
    assert await listed(stage) == []


async def test_front_matter_is_not_counted_as_words(stage: Stage) -> None:
    await offered(stage, "soil", words=100)

    item = (await stage.http.get("/api/v1/articles")).json()["data"]["items"][0]

    assert item["wordCount"] == 100


async def test_two_domains_may_use_one_slug_and_old_addresses_lead_to_the_first(stage: Stage) -> None:
    # Given an article whose address was given away
    await stage.article(slug="about")
    listed = (await stage.http.get("/api/v1/articles")).json()["data"]["items"]
    assert listed[0]["url"].endswith("/articles/about")

    # When another domain publishes an article with the same slug
    other = Domain(host="harbour.example", name="Harbour")
    await Domain.insert(other)
    second = Article(domain_id=other.id, slug="about", title="About the harbour")
    await articles.create_published(second, f"{ONE_ROOM}\nShips come and go.\n", actor="edith")

    # Then each address names its host, and the old one leads to the article that had it
    listed = (await stage.http.get("/api/v1/articles")).json()["data"]["items"]
    paths = {item["domain"]: item["url"].partition("/articles")[2] for item in listed}
    assert paths == {"greenbench.example": "/greenbench.example/about", "harbour.example": "/harbour.example/about"}
    for form in ("", "/link"):
        old = await stage.http.get(f"/articles/about{form}", headers=HTML)
        assert (old.status_code, old.headers["location"]) == (301, f"/articles/greenbench.example/about{form}")
        assert (await stage.http.get(f"/articles/harbour.example/about{form}", headers=HTML)).status_code == 200
    page = (await stage.http.get("/articles/harbour.example/about", headers=HTML)).text
    assert "Ships come and go." in page and 'href="/articles/harbour.example/about/link"' in page
    assert (await stage.http.get("/articles/nowhere.example/about", headers=HTML)).status_code == 404
    home = (await stage.http.get("/", headers=HTML)).text
    assert "/articles/greenbench.example/about" in home and "/articles/harbour.example/about" in home
