"""The shop is its operator's, and the web around it finds the way: search engines, caches and previews."""

import json
import re
from pathlib import Path

import pytest

from blogqueue.db.tables.catalogue import Article
from blogqueue.localized import format_day, format_moment, format_price, get_locale, name_language
from blogqueue.pages import brand
from blogqueue.settings import settings
from tests.pages.visitor import Visitor
from tests.stage import Stage

HTML = {"accept": "text/html"}


async def test_search_engines_find_the_articles_and_nothing_private(stage: Stage) -> None:
    await stage.article()
    draft = await stage.article(slug="taken-down")
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == draft)

    robots = (await stage.http.get("/robots.txt")).text
    index = await stage.http.get("/sitemap.xml")
    part = await stage.http.get("/sitemap/1")

    assert f"Sitemap: {settings.public_url}/sitemap.xml" in robots and "Disallow: /order-status" in robots
    assert f"<loc>{settings.public_url}/sitemap/1</loc>" in index.text
    assert index.headers["content-type"].startswith("application/xml")
    assert re.findall(r"<loc>([^<]+)", part.text) == [
        f"{settings.public_url}{path}" for path in ("/", "/new-article", "/articles/soil-that-lasts")
    ]
    for number in ("0", "2", "9" * 30, "x"):
        assert (await stage.http.get(f"/sitemap/{number}")).status_code == 404
    icon = await stage.http.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


async def test_a_page_for_everybody_is_cached_without_cookies_until_it_changes(stage: Stage) -> None:
    article_id = await stage.article()
    await stage.http.get("/")
    stage.http.cookies.set("your_orders", "somebody")
    for path in ("/", "/articles/soil-that-lasts", "/terms", "/privacy", "/imprint", "/new-article"):
        first = await stage.http.get(path, headers=HTML)
        assert first.status_code == 200 and "set-cookie" not in first.headers, path
        again = await stage.http.get(path, headers=HTML | {"if-none-match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]

    known = (await stage.http.get("/articles/soil-that-lasts")).headers["etag"]
    await stage.buy(article_id)
    changed = await stage.http.get("/articles/soil-that-lasts", headers={"if-none-match": known})
    assert changed.status_code == 200 and "1 slot left" in changed.text


async def test_an_article_says_what_it_is_to_programs_and_no_title_breaks_out(stage: Stage) -> None:
    article_id = await stage.article()
    title = '</script><script>alert(1)</script> & "Soil"'
    await Article.update({Article.title: title}).where(Article.id == article_id)

    page = (await stage.http.get("/articles/soil-that-lasts", headers=HTML)).text

    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    read = json.loads(data)
    assert (read["@type"], read["headline"], read["inLanguage"]) == ("Article", title, "en")
    assert read["url"] == f"{settings.public_url}/articles/soil-that-lasts"
    assert "<script>alert" not in page
    assert f'<link rel="canonical" href="{settings.public_url}/articles/soil-that-lasts">' in page
    [description] = re.findall(r'<meta name="description" content="([^"]+)"', page)
    assert description.startswith("Healthy soil is alive") and len(description) <= 160


async def test_the_shop_has_its_operators_name_logo_colour_and_imprint(
    stage: Stage, ana: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await stage.article()
    logo, imprint = tmp_path / "logo.svg", tmp_path / "imprint.md"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"></svg>', encoding="utf-8")
    imprint.write_text("# Imprint\n\nGarden Links Ltd, Kew", encoding="utf-8")
    for name, value in {
        "site_name": "Garden <Links>", "logo_file": str(logo), "accent_color": "#7a1fa2", "imprint_file": str(imprint),
    }.items():  # fmt: skip
        monkeypatch.setattr(settings, name, value)
    brand.get_logo.cache_clear()

    await ana.go("/")
    assert await ana.page.title() == "Links in published articles · Garden <Links>"
    assert await ana.page.get_attribute(".brand img", "alt") == "Garden <Links>"
    assert await ana.page.evaluate("document.querySelector('.brand img').naturalWidth") == 90
    color = "getComputedStyle(document.querySelector('form button')).backgroundColor"
    assert await ana.page.evaluate(color) == "rgb(122, 31, 162)"
    await ana.check_in_all_sizes("")
    await ana.go("/imprint")
    await ana.shows("Garden Links Ltd, Kew")

    await stage.ask((await Article.select(Article.id))[0]["id"])
    mail = await stage.email("Confirm your purchase")
    assert "Garden <Links>" in mail["text"] and "Garden &lt;Links&gt;" in mail["html"] and "#7a1fa2" in mail["html"]
    brand.get_logo.cache_clear()


def test_dates_numbers_and_money_are_written_as_in_the_shops_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - used here only

    at = datetime(2026, 11, 3, 19, 3, tzinfo=UTC)
    shown: dict[str, tuple[str, ...]] = {}
    for locale in ("en_GB", "de_AT"):
        monkeypatch.setattr(settings, "locale", locale)
        get_locale.cache_clear()
        shown[locale] = (format_day(at), format_moment(at), format_price(123450, "EUR"), format_price(7000, "JPY"))
    get_locale.cache_clear()

    assert shown["en_GB"] == ("3 Nov 2026", "3 Nov 2026, 19:03 UTC", "1,234.50 EUR", "7,000 JPY")
    assert shown["de_AT"][2].replace("\xa0", ".") == "1.234,50 EUR"
    assert name_language("de-AT") == "German" and name_language("tlh") and name_language("x!") == "x!"
