"""Articles come in byte for byte, and a file that cannot be used keeps none of the others out."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article, ArticleVersion, Domain
from blogqueue.db.tables.orders import OrderEvent
from tests.corpora import CORPORA, list_articles
from tests.stage import GARDEN, Stage

pytestmark = pytest.mark.usefixtures("stage")


async def published() -> dict[str, str]:
    """The live text of each article, by slug."""
    rows = await Article.raw(
        "SELECT slug, content_md FROM articles a JOIN article_versions v ON v.id = a.selected_version_id",
    )
    return {row["slug"]: row["content_md"] for row in rows}


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
    (tmp_path / "good.md").write_bytes(b"# Good\n\nText.\n")
    (tmp_path / "other.md").write_bytes(b"---\nslug: good\n---\nOther text.\n")

    found = {file.path.name: file.outcome for file in await import_folder(tmp_path, domain="blog.example")}

    assert found["good.md"] == "published"
    assert "UTF-8" in found["binary.md"]
    assert "front matter" in found["broken.md"]
    assert found["empty.md"] == "has no text"
    assert "NUL" in found["nul.md"]
    assert "slug" in found["other.md"]
    assert list(await published()) == ["good"]


@pytest.mark.parametrize("head", ['title: "a\\0b"', 'keyword: "a\\0b"', 'title: "\\uD800"', 'niche: "a\\0b"'])
async def test_front_matter_that_cannot_be_kept_keeps_no_other_file_out(tmp_path: Path, head: str) -> None:
    # Given a file whose front matter holds what PostgreSQL cannot, before a good one
    (tmp_path / "bad.md").write_text(f"---\n{head}\n---\nText.\n", encoding="utf-8")
    (tmp_path / "good.md").write_bytes(b"# Good\n\nText.\n")
    os.mkfifo(tmp_path / "pipe.md")  # and one that would be waited for

    found = {file.path.name: file.outcome for file in await import_folder(tmp_path, domain="blog.example")}

    assert found["good.md"] == "published"
    assert head.partition(":")[0] in found["bad.md"]
    assert set(found) == {"bad.md", "good.md"}


async def test_what_was_taken_down_is_not_put_back_by_an_import(tmp_path: Path) -> None:
    # Given an imported article that was taken down, and its file changed
    file = tmp_path / "soil.md"
    file.write_bytes(GARDEN.encode())
    await import_folder(tmp_path, domain="blog.example")
    await articles.take_down((await Article.select(Article.id))[0]["id"], actor="edith")
    file.write_text(GARDEN + "\nMore.\n", encoding="utf-8")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert (found.used, found.outcome) == (False, "The article was taken down; put it back first.")
    assert (await Article.select(Article.status))[0]["status"] == "UNPUBLISHED"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("host = 5", "host"),
        ('host = "not a host"', "host"),
        ('backlink_price = "a"', "backlink_price"),
        ("article_price = -1", "article_price"),
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

    assert not found.used and key in found.outcome
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
    assert not refused.used and str(order.id) in refused.outcome
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
    (folder / "domain.toml").write_text('host = "garden.example"\nname = "Garden"\nbacklink_price = 700\n', "utf-8")
    (folder / "a.md").write_bytes(b"# A\n\nText.\n")

    await import_folder(tmp_path, domain="blog.example")

    assert await Domain.select(Domain.host, Domain.backlink_price) == [
        {"host": "garden.example", "backlink_price": 700}
    ]
