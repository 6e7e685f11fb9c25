"""What is imported of a folder: which files, under which slug and title, and with which day."""

from itertools import pairwise
from pathlib import Path

import pytest

from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article
from tests.folders import by_slug, published, write
from tests.stage import Stage

pytestmark = pytest.mark.usefixtures("stage")


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
    await Article.update({Article.source_path: None, Article.source_sha256: None}, force=True)
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
