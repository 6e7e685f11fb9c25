"""Articles come in byte for byte, and a file that cannot be used keeps none of the others out."""

import os
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.catalogue.importer.outcomes import Outcome
from blogqueue.catalogue.importer.processes import FEW_FILES
from blogqueue.cli import import_report
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.orders import OrderEvent
from tests.corpora import CORPORA, list_articles
from tests.folders import by_slug, published, write
from tests.people import BEN, LONG, live
from tests.stage import GARDEN, Stage

pytestmark = pytest.mark.usefixtures("stage")


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.parent.name)
async def test_every_real_article_is_published_byte_for_byte(corpus: Path, stage: Stage) -> None:
    found = await import_folder(corpus, domain="blog.example")

    files = list_articles(corpus)
    assert [file.outcome for file in found if not file.used] == []
    assert len(found) == len(files)
    assert sorted(text.encode() for text in (await published()).values()) == sorted(f.read_bytes() for f in files)
    await stage.sound()


async def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "soil.md").write_bytes(b"# Soil\r\n\r\nText.  \r\n")

    first = await import_folder(tmp_path, domain="blog.example")
    second = await import_folder(tmp_path, domain="blog.example")

    assert [file.outcome for file in (*first, *second)] == ["published", "unchanged"]
    assert await ArticleVersion.count() == 1
    assert await published() == {"soil": "# Soil\r\n\r\nText.  \r\n"}


@pytest.mark.parametrize(
    "head", ['---\ntitle: "A title"\nslug: a-slug\n---\n', '+++\ntitle = "A title"\nslug = "a-slug"\n+++\n']
)
async def test_front_matter_says_title_and_slug(tmp_path: Path, head: str) -> None:
    (tmp_path / "file.md").write_text(head + "\nText.\n", encoding="utf-8")

    await import_folder(tmp_path, domain="blog.example")

    assert await Article.select(Article.title, Article.slug) == [{"title": "A title", "slug": "a-slug"}]


async def test_a_file_that_cannot_be_used_is_named_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe text")
    (tmp_path / "broken.md").write_bytes(b"---\ntitle: [\n---\nText.\n")
    (tmp_path / "empty.md").write_bytes(b"\n\n")
    (tmp_path / "nul.md").write_bytes(b"a\0b")
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_bytes(b"---\ntitle: Caf\xc3\xa9\n---\nText.\n")
    (tmp_path / "good.md").write_bytes(b"# Good\n\nText.\n")
    (tmp_path / "other.md").write_bytes(b"---\nslug: good\n---\nOther text.\n")

    results = await import_folder(tmp_path, domain="blog.example")

    found = {file.path.name: file.reason or file.outcome for file in results}
    assert found["good.md"] == "published"
    assert "UTF-8" in found["binary.md"]
    assert found[os.fsdecode(b"caf\xe9.md")] == "has a name that is not UTF-8"
    assert "front matter" in found["broken.md"]
    assert found["empty.md"] == "has no text"
    assert "NUL" in found["nul.md"]
    assert "slug" in found["other.md"]
    assert list(await published()) == ["good"]
    assert rb'"caf\\xe9.md"' in msgspec.json.encode(import_report.view(results, tmp_path))


@pytest.mark.parametrize("head", ['title: "a\\0b"', 'keyword: "a\\0b"', 'title: "\\uD800"', 'niche: "a\\0b"'])
async def test_front_matter_that_cannot_be_kept_keeps_no_other_file_out(tmp_path: Path, head: str) -> None:
    # Given a file whose front matter holds what PostgreSQL cannot, before a good one
    (tmp_path / "bad.md").write_text(f"---\n{head}\n---\nText.\n", encoding="utf-8")
    (tmp_path / "good.md").write_bytes(b"# Good\n\nText.\n")
    os.mkfifo(tmp_path / "pipe.md")  # and one that would be waited for

    found = {
        file.path.name: file.reason or file.outcome for file in await import_folder(tmp_path, domain="blog.example")
    }

    assert found["good.md"] == "published"
    assert "front matter" in found["bad.md"]
    assert set(found) == {"bad.md", "good.md"}


async def test_what_was_taken_down_is_not_put_back_by_an_import(tmp_path: Path) -> None:
    # Given an imported article that was taken down, and its file changed
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    await articles.take_down((await Article.select(Article.id))[0]["id"], actor="edith")
    file.write_text(GARDEN + "\nMore.\n", encoding="utf-8")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert (found.used, found.reason) == (False, "The article was taken down; put it back first.")
    assert (await Article.select(Article.status))[0]["status"] == "UNPUBLISHED"


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


async def test_a_changed_file_is_its_articles_next_version(tmp_path: Path, stage: Stage) -> None:
    # Given an imported file
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    article_id: UUID = (await Article.select(Article.id))[0]["id"]

    # When a link is sold in it and the unchanged file is imported again
    order = await stage.submitted(article_id)
    await stage.approve(order)
    unchanged = await import_folder(tmp_path, domain="blog.example")

    # Then the live text stays as sold
    assert [found.outcome for found in unchanged] == ["unchanged"]
    live = (await published())["soil"]
    assert "[a guide to mulching]" in live

    # When the file is changed without that link, and then with it
    file.write_text(GARDEN.replace("Soil that lasts", "Soil that stays"), encoding="utf-8")
    (refused,) = await import_folder(tmp_path, domain="blog.example")
    file.write_text(live.replace("Soil that lasts", "Soil that stays"), encoding="utf-8")
    (updated,) = await import_folder(tmp_path, domain="blog.example")

    # Then the first is refused with the order's name, and the second is published
    assert not refused.used and str(order.id) in refused.reason
    assert (updated.used, updated.outcome) == (True, "updated")
    assert (await published())["soil"] == file.read_text(encoding="utf-8")
    await stage.drain()
    await stage.sound()


async def test_a_reason_lets_an_import_drop_paid_links(tmp_path: Path, stage: Stage) -> None:
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    await stage.approve(await stage.submitted((await Article.select(Article.id))[0]["id"]))
    file.write_text(GARDEN + "\nMore.\n", encoding="utf-8")

    (found,) = await import_folder(tmp_path, domain="blog.example", drop_paid_links="The customer asked for it.")

    assert found.outcome == "updated"
    notes = await OrderEvent.select(OrderEvent.detail).where(OrderEvent.action == "paid link dropped")
    assert notes == [{"detail": "The customer asked for it."}]
    await stage.drain()
    await stage.sound()


async def test_a_folder_says_its_domains_terms(tmp_path: Path) -> None:
    folder = tmp_path / "garden.example"
    folder.mkdir()
    (folder / "domain.toml").write_text('host = "garden.example"\nname = "Garden"\nbacklink_price = "7.00"\n', "utf-8")
    (folder / "a.md").write_bytes(b"# A\n\nText.\n")

    await import_folder(tmp_path, domain="blog.example")

    assert await Domain.select(Domain.host, Domain.backlink_price) == [
        {"host": "garden.example", "backlink_price": 700}
    ]


async def test_importing_again_takes_title_niche_and_date_over_unless_an_editor_changed_them(tmp_path: Path) -> None:
    # Given an article whose file has a new title, niche and date
    write(tmp_path, page="---\ntitle: Old\nniche: soil\ndate: 2019-01-01\n---\nText.\n")
    await import_folder(tmp_path, domain="blog.example")
    write(tmp_path, page="---\ntitle: New\ncategories: [[Water, Soil]]\ndate: 2020-01-01\n---\nText.\n")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    row = (await by_slug())["page"]
    assert (found.outcome, row["title"], row["niche"], row["published_at"].year) == ("updated", "New", "Water", 2020)

    # When an editor edits the article, and the file changes once more
    await OrderEvent.insert(
        OrderEvent(article_id=(await Article.select(Article.id))[0]["id"], actor="edith", action="edit article")
    )
    write(tmp_path, page="---\ntitle: Newer\ncategories: Water\ndate: 2020-01-01\n---\nText.\n")
    (found,) = await import_folder(tmp_path, domain="blog.example")

    # Then the editor's details stay, and the import says so
    assert (await by_slug())["page"]["title"] == "New"
    assert found.outcome == "updated" and "title" in found.notes[0] and "an editor" in found.notes[0]


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


async def test_a_draft_whose_article_is_on_sale_is_named(tmp_path: Path) -> None:
    write(tmp_path, a="Text.\n")
    await import_folder(tmp_path, domain="blog.example")
    write(tmp_path, a="---\ndraft: true\n---\nText.\n")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert "its article is still on sale" in found.reason


async def test_many_files_are_read_by_several_processes_and_stored_in_batches(tmp_path: Path, stage: Stage) -> None:
    write(tmp_path, **{f"page-{number}": f"# Page {number}\n\nText {number}.\n" for number in range(FEW_FILES + 50)})
    steps: list[tuple[int, int]] = []

    found = await import_folder(
        tmp_path, domain="blog.example", progress=lambda done, total: steps.append((done, total))
    )

    total = 2 * (FEW_FILES + 50)
    assert {file.outcome for file in found} == {"published"} and await Article.count() == FEW_FILES + 50
    assert steps[-1] == (total, total)
    await stage.sound()


async def test_the_command_line_names_what_it_left_out_and_fails_only_for_what_was_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a draft beside an article with a tag that pages leave out
    write(
        tmp_path,
        good="---\ndate: soon\n---\n{% include toc.html %}\n\nText.\n",
        posts__later="---\ndraft: true\n---\nText.\n",
    )

    code = import_report.show(await import_folder(tmp_path, domain="blog.example"), tmp_path)

    printed = capsys.readouterr()
    assert code == 0
    assert printed.out == "1 published, 0 updated, 0 unchanged, 1 skipped, 0 refused\n"
    assert printed.err.splitlines()[:3] == [
        "good.md: its date 'soon' could not be read",
        "skipped: posts/later.md: is a draft: its front matter has “draft: true”",
        "Pages leave out the template syntax of 1 file: {% include %} (1)",
    ]
    assert printed.err.splitlines()[3] == "No room for a link, so none is sold: 1 of these articles."

    # When a file is refused, or no article is used at all
    write(tmp_path, empty="\n")
    refused = import_report.show(await import_folder(tmp_path, domain="blog.example"), tmp_path)
    nothing = import_report.show(await import_folder(tmp_path / "posts", domain="blog.example"), tmp_path / "posts")

    # Then the command fails
    assert (refused, nothing) == (1, 1)
    assert "refused: empty.md: has no text" in capsys.readouterr().err


async def test_a_file_that_has_not_changed_replaces_no_text_of_an_editor(tmp_path: Path, stage: Stage) -> None:
    # Given an imported file, a link sold in it, and a word that an editor has corrected since
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    article_id: UUID = (await Article.select(Article.id))[0]["id"]
    await stage.approve(await stage.submitted(article_id))
    corrected = (await live(stage, article_id)).replace("tired and grey", "tired and dusty")
    await articles.publish_text(article_id, corrected, actor="edith")

    # When the unchanged file is imported again, even where paid links may be dropped
    (again,) = await import_folder(tmp_path, domain="blog.example", drop_paid_links="the site was sold")

    # Then the editor's text stays, with its link; a changed file is published as before
    assert again.outcome == Outcome.UNCHANGED
    assert await live(stage, article_id) == corrected
    file.write_bytes(corrected.replace("dusty", "dull").encode())
    await import_folder(tmp_path, domain="blog.example")
    assert "tired and dull" in await live(stage, article_id)
    await stage.sound()


@pytest.mark.parametrize("digests", ["stored", "not stored yet"])
@pytest.mark.parametrize("changed_by", ["an order", "an editor"])
async def test_a_file_that_took_over_the_live_text_replaces_nothing_that_came_after_it(
    tmp_path: Path, stage: Stage, changed_by: str, digests: str
) -> None:
    # Given a file into which the live text with its paid link was copied, and which was imported again
    file = tmp_path / "soil.md"
    file.write_bytes(LONG.encode())
    await import_folder(tmp_path, domain="blog.example")
    article_id: UUID = (await Article.select(Article.id))[0]["id"]
    await stage.approve(await stage.submitted(article_id))
    file.write_bytes((await live(stage, article_id)).encode())
    await import_folder(tmp_path, domain="blog.example")

    # When another link is published, or an editor corrects a word, and the file has not changed
    if changed_by == "an order":
        await stage.approve(await stage.submitted(article_id, **BEN))
    else:
        corrected = (await live(stage, article_id)).replace("# A long article", "# A longer article")
        await articles.publish_text(article_id, corrected, actor="edith")
    newest = await live(stage, article_id)
    if digests == "not stored yet":  # by the version before
        await Article.update({Article.source_sha256: None}, force=True)
    (again,) = await import_folder(tmp_path, domain="blog.example", drop_paid_links="the site was sold")

    # Then the import leaves the newest text, and remarks on it if it cannot know what the file had before
    assert again.outcome == Outcome.UNCHANGED
    assert [("earlier version" in note) for note in again.notes] == ([True] if digests == "not stored yet" else [])
    assert await live(stage, article_id) == newest

    # Then one that is changed is published as before
    file.write_bytes(newest.replace("# A long", "# The long").encode())
    assert [one.outcome for one in await import_folder(tmp_path, domain="blog.example")] == [Outcome.UPDATED]
    await stage.drain()
    await stage.sound()


async def test_a_file_with_the_text_of_an_editors_article_does_not_replace_a_later_one(
    tmp_path: Path, stage: Stage
) -> None:
    # Given an article that an editor wrote, and an import of a file with its slug and text
    article_id = await stage.article(slug="soil")
    (tmp_path / "soil.md").write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="greenbench.example")

    # When the editor corrects it, and the file has not changed
    corrected = GARDEN.replace("tired and grey", "tired and dusty")
    await articles.publish_text(article_id, corrected, actor="edith")
    (again,) = await import_folder(tmp_path, domain="greenbench.example")

    # Then the correction stays
    assert again.outcome == Outcome.UNCHANGED
    assert await live(stage, article_id) == corrected


async def test_a_file_with_the_link_of_an_open_order_is_refused_until_the_order_is_published(
    tmp_path: Path, stage: Stage
) -> None:
    # Given an imported article, and the version of an order in review, copied into its file
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    article_id: UUID = (await Article.select(Article.id))[0]["id"]
    order = await stage.submitted(article_id)
    file.write_text((await stage.status(order))["version"]["content"] + "\nMore.\n", encoding="utf-8")

    # When it is imported before the order is approved, even where paid links may be dropped, and after it
    (before,) = await import_folder(tmp_path, domain="blog.example", drop_paid_links="the site was sold")
    assert await live(stage, article_id) == GARDEN
    assert (await stage.approve(order)).json()["data"]["status"] == "COMPLETED"
    (after,) = await import_folder(tmp_path, domain="blog.example")

    # Then it is refused with the order's name, and published later
    assert not before.used and str(order.id) in before.reason and "wait until the order is published" in before.reason
    assert after.outcome == Outcome.UPDATED
    assert await live(stage, article_id) == file.read_text(encoding="utf-8")
    await stage.drain()
    await stage.sound()


async def test_a_reason_to_drop_paid_links_takes_no_room_from_open_orders(tmp_path: Path, stage: Stage) -> None:
    # Given an article with Ana's published link and Ben's open order, and a file without her link and room for his
    file = tmp_path / "soil.md"
    file.write_bytes(LONG.encode())
    await import_folder(tmp_path, domain="blog.example")
    article_id: UUID = (await Article.select(Article.id))[0]["id"]
    ana = await stage.submitted(article_id)
    await stage.approve(ana)
    ben = await stage.submitted(article_id, **BEN)
    before = await live(stage, article_id)
    file.write_text("# A list\n\n- an item\n- another\n", encoding="utf-8")

    # When it is imported with a reason to drop paid links
    (found,) = await import_folder(tmp_path, domain="blog.example", drop_paid_links="the site was sold")

    # Then it is refused for his order alone, which is published
    assert not found.used and str(ben.id) in found.reason and str(ana.id) not in found.reason
    assert await live(stage, article_id) == before
    assert (await stage.approve(ben)).json()["data"]["status"] == "COMPLETED"
    await stage.drain()
    await stage.sound()
