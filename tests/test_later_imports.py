"""A later import beside editors' texts and paid links: what has not changed replaces nothing."""

from pathlib import Path
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.catalogue.importer.outcomes import Outcome
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import OrderEvent
from tests.folders import published
from tests.people import BEN, LONG, live
from tests.stage import GARDEN, Stage

pytestmark = pytest.mark.usefixtures("stage")


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
