"""What the catalogue says of an article and its domain, and when an article is on sale."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import Purchase
from tests.people import BEN, LONG, ONE_ROOM
from tests.stage import Stage

HTML = {"accept": "text/html"}


async def test_what_a_domain_says_about_itself_is_shown_with_its_source_and_day(stage: Stage) -> None:
    # Given a domain that says nothing of itself, then nothing is made up
    await stage.article(max_paid_links=2)
    for path in ("/", "/articles/soil-that-lasts"):
        silent = (await stage.http.get(path, headers=HTML)).text
        assert "greenbench.example" in silent and "2 slots left" in silent
        assert not re.search("Domain rating|[Vv]isits a month|stays at least|Note", silent), path

    # When it does, then buyers read it in the list, on the article's page and in JSON
    await Domain.update(
        {
            Domain.country: "GB", Domain.domain_rating: 0, Domain.rating_source: "Ahrefs",
            Domain.rating_date: date(2026, 11, 12), Domain.monthly_visits: 12000, Domain.visits_source: "Plausible",
            Domain.visits_date: date(2026, 10, 31), Domain.guaranteed_months: 24, Domain.note: "Read <by> gardeners.",
        }
    ).where(Domain.host == "greenbench.example")  # fmt: skip
    for path in ("/", "/articles/soil-that-lasts"):
        page = (await stage.http.get(path, headers=HTML)).text
        for text in (
            "0 (Ahrefs, 12 Nov 2026)",
            "(Plausible, 31 Oct 2026)",
            "12,000",
            "at least 2 years",
            "United Kingdom",
        ):
            assert text in page, (path, text)
    assert "Read &lt;by&gt; gardeners." in page
    item = (await stage.http.get("/api/v1/articles")).json()["data"]["items"][0]
    assert item["domainRating"] == {"value": 0, "source": "Ahrefs", "measuredOn": "2026-11-12"}
    assert (item["guaranteedMonths"], item["country"]) == (24, "GB")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("domain_rating = 41", "rating_source: Required, because domain_rating is given."),
        ('monthly_visits = 5\nvisits_source = "Plausible"', "visits_date: Required, because monthly_visits is given."),
        ("domain_rating = 101", "domain_rating: Must be a whole number from 0 to 100."),
        ('country = "XX"', "country: Must be a country code of two letters"),
        ("rating_date = 2126-01-01", "rating_date: Must not be in the future."),
        ('rating_date = "yesterday"', "rating_date: Must be a day, such as 2026-11-12."),
        ("guaranteed_months = 0", "guaranteed_months: Must be a whole number from 1 to"),
        ('exclusive_price = "free"', "exclusive_price: Must be an amount like 49.00."),
        ('exclusive_price = "999900"', "exclusive_price: Together with the price of an article this is 1000049.00 EUR"),
        ("exclusive_price = 99", "exclusive_price: Must be an amount in quotes"),
        ('note = "' + "x" * 501 + '"', "note: Must have at most 500 characters."),
    ],
)
async def test_a_domain_toml_with_an_invalid_figure_is_refused_and_changes_nothing(
    stage: Stage, tmp_path: Path, line: str, error: str
) -> None:
    assert stage
    (tmp_path / "domain.toml").write_text(f'host = "blog.example"\n{line}\n', encoding="utf-8")
    (tmp_path / "soil.md").write_text("# Soil\n\nText.\n", encoding="utf-8")

    found = await import_folder(tmp_path, domain="other.example")

    assert [error in file.reason for file in found] == [True], found
    assert await Domain.count() == 0


async def test_a_domain_toml_says_what_buyers_want_to_know(stage: Stage, tmp_path: Path) -> None:
    assert stage
    (tmp_path / "domain.toml").write_text(
        'host = "blog.example"\ncountry = "gb"\ndomain_rating = 41\nrating_source = "Ahrefs"\n'
        'rating_date = 2026-11-12\nguaranteed_months = 24\nnote = "Read by gardeners."\nexclusive_price = "99.00"\n',
        encoding="utf-8",
    )
    (tmp_path / "soil.md").write_text("# Soil\n\nText.\n", encoding="utf-8")

    await import_folder(tmp_path, domain="other.example")

    [domain] = await Domain.select()
    assert (domain["country"], domain["domain_rating"], domain["rating_date"]) == ("GB", 41, date(2026, 11, 12))
    assert (domain["exclusive_price"], domain["guaranteed_months"]) == (9900, 24)
    assert await import_folder(tmp_path, domain="other.example")  # again, and nothing has changed
    assert await Domain.select() == [domain]


async def test_readers_learn_of_paid_links_and_of_no_others(stage: Stage) -> None:
    article_id = await stage.article()
    assert "Sponsored:" not in (await stage.http.get("/articles/soil-that-lasts", headers=HTML)).text
    await stage.approve(await stage.submitted(article_id))

    assert "this article contains a paid link" in (await stage.http.get("/articles/soil-that-lasts", headers=HTML)).text


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


async def test_front_matter_is_not_counted_as_words(stage: Stage) -> None:
    await stage.article(content="---\ntitle: Soil\n---\n\n" + "word " * 100 + "\n")

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
    await Article.insert(second)
    await articles.publish_text(second.id, f"{ONE_ROOM}\nShips come and go.\n", actor="edith")

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


async def test_a_draft_takes_no_address_that_was_given_to_an_article_published_before_it(stage: Stage) -> None:
    # Given a draft that was ordered, and an article of another domain that was published with its slug since
    slug = "growing-tomatoes-on-a-balcony"
    order = await stage.commissioned(await stage.site())
    harbour = Domain(host="harbour.example", name="Harbour")
    await Domain.insert(harbour)
    article = Article(domain_id=harbour.id, slug=slug, title="Tomatoes at the harbour")
    await Article.insert(article)
    await articles.publish_text(article.id, LONG, actor="edith")
    page = await stage.http.get(f"/articles/{slug}/link", headers=HTML)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))

    # When the ordered article is published, and Ben sends the form that he opened before
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    sent = await stage.http.post(f"/articles/{slug}/link", data=hidden | BEN)

    # Then the address leads to the article that had it, and he buys a link there
    old = await stage.http.get(f"/articles/{slug}", headers=HTML)
    assert (old.status_code, old.headers["location"]) == (301, f"/articles/harbour.example/{slug}")
    assert sent.status_code == 303
    purchase = (await Purchase.select(Purchase.article_id).where(Purchase.email == BEN["email"]))[0]
    assert purchase["article_id"] == article.id


async def test_a_form_buys_in_no_other_article_than_the_one_it_was_opened_for(stage: Stage) -> None:
    # Given the form of an article, whose address leads to another one by now
    article_id = await stage.article()
    page = (await stage.http.get("/articles/soil-that-lasts/link", headers=HTML)).text
    assert f'name="article" value="{article_id}"' in page

    sent = await stage.http.post("/articles/soil-that-lasts/link", data=BEN | {"article": str(UUID(int=1))})

    # Then it is shown again for this one, with what was typed and why, and nothing is stored
    assert sent.status_code == 409
    assert "nothing was sent" in sent.text and f'name="article" value="{article_id}"' in sent.text
    assert BEN["anchorText"] in sent.text
    assert await Purchase.count() == 0
