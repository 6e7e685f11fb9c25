"""Articles come in byte for byte, and a file that cannot be used keeps none of the others out."""

import os
from pathlib import Path

import msgspec
import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.catalogue.importer.processes import FEW_FILES
from blogqueue.cli import import_report
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.orders import OrderEvent
from tests.corpora import CORPORA, list_articles
from tests.folders import by_slug, published, write
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
