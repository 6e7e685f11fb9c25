"""Articles come in byte for byte, and a file that cannot be used keeps none of the others out."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.catalogue.importer.processes import FEW_FILES
from blogqueue.cli import import_report
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

    found = {
        file.path.name: file.reason or file.outcome for file in await import_folder(tmp_path, domain="blog.example")
    }

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


async def by_slug() -> dict[str, dict[str, Any]]:
    rows = await Article.select(
        Article.slug, Article.title, Article.niche, Article.published_at, Article.source_path, Article.status
    )
    return {row["slug"]: row for row in rows}


def write(folder: Path, **files: str) -> None:
    """Write files by name; `__` stands for a slash."""
    for name, content in files.items():
        file = folder / f"{name.replace('__', '/')}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "head", "reason"),
    [
        ("a.md", "draft: true", "draft: true"),
        ("a.md", "draft: yes", "draft: true"),
        ("a.md", "published: false", "published: false"),
        ("a.md", "status: draft", "status: draft"),
        ("a.md", "Status: Private", "status: Private"),
        ("a.md", "expiryDate: 2020-01-01", "has expired"),
        ("a.md", "date: 2020-01-01\npublishDate: 2135-01-01", "in the future"),
        ("a.md", "date: January 5, 2135", "in the future"),
        ("_drafts/a.md", "title: A", "in the folder _drafts"),
        (".obsidian/a.md", "title: A", "hidden folder"),
        ("node_modules/pkg/CHANGELOG.md", "title: A", "installed packages"),
        (".hidden.md", "title: A", "hidden file"),
        ("_part.md", "title: A", "part of other pages"),
    ],
)
async def test_what_a_site_generator_would_not_publish_is_skipped_with_the_reason(
    tmp_path: Path, path: str, head: str, reason: str
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\n{head}\n---\n\nText.\n", encoding="utf-8")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert found.outcome == "skipped" and reason in found.reason
    assert await Article.count() == 0


async def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    folder, secret = tmp_path / "articles", tmp_path / "secret"
    write(folder, good="# Good\n\nText.\n")
    write(secret, key="# Key\n\nSecret.\n")
    (folder / "key.md").symlink_to(secret / "key.md")
    (folder / "all").symlink_to(secret)
    (folder / "same.md").symlink_to(folder / "good.md")
    (folder / "lost.md").symlink_to(folder / "nowhere.md")

    found = {file.path.name: file.reason for file in await import_folder(folder, domain="blog.example")}

    assert "leaves the folder" in found["key.md"] and "leaves the folder" in found["all"]
    assert "leads nowhere" in found["lost.md"]
    assert sorted(await published()) == ["good", "same"]


async def test_an_article_keeps_the_file_that_it_came_from(tmp_path: Path) -> None:
    # Given an article, and then a second file that wants its slug and comes before it
    write(tmp_path, b__page="---\ntitle: About B\nslug: page\n---\nText of B.\n")
    await import_folder(tmp_path, domain="blog.example")
    write(tmp_path, a__page="---\ntitle: About A\nslug: page\n---\nText of A.\n")

    first, second = await import_folder(tmp_path, domain="blog.example")

    # Then the new file is refused, and told whose slug it is
    assert (first.path.parent.name, first.outcome) == ("a", "refused")
    assert "'page'" in first.reason and "b/page.md" in first.reason
    assert second.outcome == "unchanged"
    assert "Text of B." in (await published())["page"]

    # When the first file moves with its text, it is still the same article, and may then change
    (tmp_path / "a/page.md").unlink()
    (tmp_path / "b").rename(tmp_path / "c")
    (moved,) = await import_folder(tmp_path, domain="blog.example")
    assert (moved.outcome, (await by_slug())["page"]["source_path"]) == ("unchanged", "c/page.md")
    write(tmp_path, c__page="---\ntitle: About C\nslug: other\n---\nText of C.\n")
    (changed,) = await import_folder(tmp_path, domain="blog.example")
    assert changed.outcome == "updated"
    assert list(await published()) == ["page"] and "Text of C." in (await published())["page"]


async def test_an_article_from_before_paths_were_kept_is_known_by_its_slug_or_its_text(tmp_path: Path) -> None:
    write(tmp_path, soil="Soil.\n", worms="Worms.\n")
    await import_folder(tmp_path, domain="blog.example")
    await Article.update({Article.source_path: None}, force=True)
    write(tmp_path, soil="More soil.\n", a__worms="Other worms.\n")

    found = {file.path.name: file.outcome for file in await import_folder(tmp_path, domain="blog.example")}

    assert found["soil.md"] == "updated"
    assert {slug: row["source_path"] for slug, row in (await by_slug()).items()} == {
        "soil": "soil.md",
        "worms": "worms.md",
        "a-worms": "a/worms.md",
    }


async def test_folders_names_and_languages_give_every_file_a_slug(tmp_path: Path) -> None:
    text = "Text.\n"
    write(
        tmp_path,
        first__index=text,
        second__index=text,
        second___index="Other.\n",
        **{"second__index.fr": text},
        de__basics=text,
        fr__basics="---\nslug: basics\n---\nText.\n",
        basics="English.\n",
        posts__2019__note="Nineteen.\n",
        posts__2020__note="Twenty.\n",
        深圳=text,
        статья=text,
        Łódź="Text of Łódź.\n",
    )

    found = await import_folder(tmp_path, domain="blog.example")

    slugs = {row["source_path"]: slug for slug, row in (await by_slug()).items()}
    assert slugs == {
        "first/index.md": "first",
        "second/_index.md": "second",
        "second/index.fr.md": "second-fr",
        "de/basics.md": "de-basics",
        "fr/basics.md": "fr-basics",
        "basics.md": "basics",
        "posts/2019/note.md": "2019-note",
        "posts/2020/note.md": "2020-note",
        "深圳.md": "shenzhen",
        "статья.md": "statya",
        "Łódź.md": "lodz",
    }
    (refused,) = [file for file in found if not file.used]
    assert refused.path.name == "index.md" and "second/_index.md" in refused.reason


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("---\ntitle: 2.10\n---\nText.\n", "2.10"),
        ("---\ntitle: 12:30\n---\nText.\n", "12:30"),
        ("---\ntitle: Yes\n---\nText.\n", "Yes"),
        ("---\ntitle: 0777\n---\nText.\n", "0777"),
        ("---\ntitle: 2001-09-11\n---\nText.\n", "2001-09-11"),
        ("---\ntitle: ~\n---\nText.\n", "From the name"),
        ('---\ntitle: "A `code` and **bold** &amp; <em>more</em>"\n---\nText.\n', "A code and bold & more"),
        ('---\ntitle: "Vec<T> for all"\n---\nText.\n', "Vec<T> for all"),
        ('---\ntitle: "{{ site.name }}"\n---\n# Heading\n\nText.\n', "Heading"),
        ("Text.\n\n```bash\n# a comment\n```\n", "From the name"),
        ("    # code\n\nText.\n", "From the name"),
        ("Setext\n======\n\nText.\n", "Setext"),
        ("   # Indented\n\nText.\n", "Indented"),
        ("#\tTab\n\nText.\n", "Tab"),
        ("# With *marks* {#my-id}\n\nText.\n", "With marks"),
        ('<h1 align="center">HTML</h1>\n\nText.\n', "HTML"),
        ("Title: Pelican\nDate: 2012-08-18 08:01\n\nText.\n", "Pelican"),
        ('{\n  "title": "JSON"\n}\n\nText.\n', "JSON"),
        ("title: Hexo\ndate: 2015-01-01\n---\n\nText.\n", "Hexo"),
        ('\n+++\ntitle = "Zola"\n+++\n\nText.\n', "Zola"),
    ],
)
async def test_titles_are_what_was_written(tmp_path: Path, content: str, title: str, stage: Stage) -> None:
    (tmp_path / "from-the-name.md").write_text(content, encoding="utf-8")

    await import_folder(tmp_path, domain="blog.example")

    ((slug, row),) = (await by_slug()).items()
    assert row["title"] == title
    # And no reader sees the front matter
    page = (await stage.http.get(f"/articles/{slug}", headers={"accept": "text/html"})).text
    assert "title:" not in page.lower().partition("<article")[2] and "&quot;title" not in page


@pytest.mark.parametrize(
    ("name", "head", "day"),
    [
        ("a", "date: 2019/03/05", "2019-03-05 00:00"),
        ("a", "date: March 5, 2019", "2019-03-05 00:00"),
        ("a", "date: 5 Mar 2019", "2019-03-05 00:00"),
        ("a", "pubDate: 2019-03-05", "2019-03-05 00:00"),
        ("a", "publishDate: 2019-03-05", "2019-03-05 00:00"),
        ("a", "ms.date: 03/05/2019", "2019-03-05 00:00"),
        ("a", "date: 2016-03-10 12:00:00 -0800", "2016-03-10 20:00"),
        ("a", "date: 2016-03-10 12:00 +01:00", "2016-03-10 11:00"),
        ("a", "date: 2016-07-10 12:00 Europe/Vienna", "2016-07-10 10:00"),
        ("a", "date: Tue, 05 Mar 2019 10:00:00 GMT", "2019-03-05 10:00"),
        ("a", "date: 1425168000", "2015-03-01 00:00"),
        ("2019-03-05-a", "title: A", "2019-03-05 00:00"),
        ("2019/03/05/a", "title: A", "2019-03-05 00:00"),
    ],
)
async def test_the_day_of_publication_is_read_however_it_is_written(
    tmp_path: Path, name: str, head: str, day: str
) -> None:
    write(tmp_path, **{name.replace("/", "__"): f"---\n{head}\n---\nText.\n"})

    await import_folder(tmp_path, domain="blog.example")

    ((_, row),) = (await by_slug()).items()
    assert f"{row['published_at']:%Y-%m-%d %H:%M}" == day


async def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x]\n" + "".join(f"{n}: &{n} [{', '.join([f'*{p}'] * 10)}]\n" for p, n in pairwise("abcdefgh"))
    write(tmp_path, bomb=f"---\n{bomb}categories: *h\n---\nText.\n")

    (found,) = await import_folder(tmp_path, domain="blog.example")

    assert found.outcome == "refused" and "aliases" in found.reason


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
