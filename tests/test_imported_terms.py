"""The terms of a domain in its folder's domain.toml, at the first import and at later ones."""

from pathlib import Path

import pytest

from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import OrderEvent
from tests.folders import published, write

pytestmark = pytest.mark.usefixtures("stage")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("host = 5", "host"),
        ('host = "not a host"', "host"),
        ('backlink_price = "a"', "backlink_price"),
        ("backlink_price = 4900", "backlink_price"),
        ('backlink_price = "0.49"', "backlink_price"),
        ('article_price = "-1"', "article_price"),
        ('article_price = "59.00"\nbacklink_price = "500"\ncurrency = "JPY"', "article_price"),
        ('currency = "JPY"\nbacklink_price = "500"', "article_price"),
        ("max_paid_links = 1.5", "max_paid_links"),
        ("max_paid_links = true", "max_paid_links"),
        ('rel = "bogus"', "rel"),
        ('currency = "ZZZ"', "currency"),
        ('language = "<x>"', "language"),
        ('forbidden_words = "casino"', "forbidden_words"),
        ("forbidden_niches = [1]", "forbidden_niches"),
        ('colour = "red"', "colour"),
    ],
)
async def test_terms_that_nobody_can_have_meant_name_their_key(tmp_path: Path, line: str, key: str) -> None:
    host = "" if line.startswith("host") else 'host = "garden.example"\n'
    (tmp_path / "domain.toml").write_text(f"{host}{line}\n", "utf-8")
    (tmp_path / "a.md").write_bytes(b"# A\n\nText.\n")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert not found.used and key in found.reason
    assert await Domain.count() == 0


async def test_a_folder_says_its_domains_terms(tmp_path: Path) -> None:
    folder = tmp_path / "garden.example"
    folder.mkdir()
    (folder / "domain.toml").write_text('host = "garden.example"\nname = "Garden"\nbacklink_price = "7.00"\n', "utf-8")
    (folder / "a.md").write_bytes(b"# A\n\nText.\n")

    await import_folder(tmp_path, domain="blog.example")

    assert await Domain.select(Domain.host, Domain.backlink_price) == [
        {"host": "garden.example", "backlink_price": 700}
    ]


async def test_changed_terms_are_taken_over_unless_an_editor_changed_them(tmp_path: Path) -> None:
    write(tmp_path, a="Text.\n")
    terms = tmp_path / "domain.toml"
    terms.write_text('host = "garden.example"\nbacklink_price = "7.00"\n', "utf-8")
    await import_folder(tmp_path, domain="blog.example")

    terms.write_text('host = "garden.example"\nbacklink_price = "9.00"\nforbidden_words = ["casino"]\n', "utf-8")
    changed = [file for file in await import_folder(tmp_path, domain="blog.example") if file.path == terms]
    assert changed[0].notes == ("backlink_price: 7.00 EUR → 9.00 EUR", "forbidden_words: [] → ['casino']")

    await OrderEvent.insert(OrderEvent(actor="edith", action="edit domain", detail="garden.example: rel: a → b"))
    terms.write_text('host = "garden.example"\nbacklink_price = "1.00"\n', "utf-8")
    left = [file for file in await import_folder(tmp_path, domain="blog.example") if file.path == terms]
    assert "backlink_price" in left[0].notes[0] and left[0].outcome == "unchanged"
    assert (await Domain.select(Domain.backlink_price, Domain.forbidden_words)) == [
        {"backlink_price": 900, "forbidden_words": ["casino"]}
    ]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        (
            'exclusive_price = "99.00"',
            'currency = "JPY"\nbacklink_price = "7000"\narticle_price = "20000"',
            "exclusive_price: Required, because the currency was EUR",
        ),
        (
            'currency = "JPY"\nbacklink_price = "7000"\narticle_price = "20000"',
            'currency = "EUR"',
            "article_price: Required, because the currency was JPY",
        ),
        ('exclusive_price = "99.00"', 'article_price = "999950.00"', "exclusive_price: "),
        (
            'domain_rating = 41\nrating_source = "Ahrefs"\nrating_date = 2026-11-12',
            'rating_source = ""',
            "rating_source: ",
        ),
    ],
)
async def test_changed_terms_that_contradict_the_stored_ones_are_refused(
    tmp_path: Path, before: str, after: str, key: str
) -> None:
    # Given a domain's terms, and a file of another domain
    write(tmp_path, a__one="Text.\n", b__two="Text.\n")
    (tmp_path / "a" / "domain.toml").write_text(f'host = "garden.example"\n{before}\n', "utf-8")
    await import_folder(tmp_path, domain="blog.example")
    stored = await Domain.select().order_by(Domain.host)

    # When the terms are changed, and both files
    (tmp_path / "a" / "domain.toml").write_text(f'host = "garden.example"\n{after}\n', "utf-8")
    write(tmp_path, a__one="Other text.\n", b__two="Other text.\n", a__draft="---\ndraft: true\n---\nText.\n")
    draft, one, two = await import_folder(tmp_path, domain="blog.example")

    # Then nothing of the domain changes, its file is refused with the reason, and the other one goes on
    assert (one.outcome, two.outcome, draft.outcome) == ("refused", "updated", "skipped")
    assert "its domain.toml contradicts the stored terms" in one.reason and key in one.reason
    assert await Domain.select().order_by(Domain.host) == stored
    assert await published() == {"one": "Text.\n", "two": "Other text.\n"}


async def test_terms_that_contradict_the_stored_ones_refuse_the_files_of_their_own_folder(tmp_path: Path) -> None:
    # Given two folders of one domain
    write(tmp_path, a__one="Text.\n", b__two="Text 2.\n", b__three="Text 3.\n")
    for folder in "ab":
        (tmp_path / folder / "domain.toml").write_text('host = "garden.example"\nexclusive_price = "99.00"\n', "utf-8")
    await import_folder(tmp_path, domain="blog.example")

    # When both have new terms, of which one contradicts the stored ones, and a file beside them becomes a draft
    (tmp_path / "a" / "domain.toml").write_text('host = "garden.example"\nmax_paid_links = 2\n', "utf-8")
    (tmp_path / "b" / "domain.toml").write_text('host = "garden.example"\narticle_price = "999950.00"\n', "utf-8")
    write(tmp_path, a__one="Other text.\n", b__two="Other text 2.\n", b__three="---\ndraft: true\n---\nText 3.\n")
    terms, one, three, two = await import_folder(tmp_path, domain="blog.example")

    # Then the files of the other folder go on, and each of the refused ones has its own reason
    assert (terms.outcome, one.outcome, three.outcome, two.outcome) == ("updated", "updated", "skipped", "refused")
    assert "contradicts the stored terms: exclusive_price" in two.reason
    assert "is a draft" in three.reason and "its article is still on sale" in three.reason
    assert await published() == {"one": "Other text.\n", "two": "Text 2.\n", "three": "Text 3.\n"}


async def test_a_new_currency_takes_over_every_price(tmp_path: Path) -> None:
    terms = tmp_path / "domain.toml"
    write(tmp_path, a="Text.\n")
    terms.write_text('host = "garden.example"\nexclusive_price = "99.00"\n', "utf-8")
    await import_folder(tmp_path, domain="blog.example")

    prices = 'currency = "JPY"\nbacklink_price = "4900"\narticle_price = "20000"\nexclusive_price = ""\n'
    terms.write_text(f'host = "garden.example"\n{prices}', "utf-8")
    await import_folder(tmp_path, domain="blog.example")

    rows = await Domain.select(Domain.currency, Domain.backlink_price, Domain.article_price, Domain.exclusive_price)
    assert [list(row.values()) for row in rows] == [["JPY", 4900, 20000, None]]
