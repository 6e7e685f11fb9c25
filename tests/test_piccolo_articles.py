"""Articles in Piccolo Admin: rows that editors create and save."""

from pathlib import Path
from uuid import UUID

import pytest

from blogqueue.catalogue import articles
from blogqueue.catalogue.importer import import_folder
from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import OrderEvent
from tests.forms import press
from tests.piccolo import newest_line, write
from tests.stage import GARDEN, Stage, order_row


async def test_saving_a_whole_row_changes_what_an_owner_keeps_and_nothing_that_moved_meanwhile(stage: Stage) -> None:
    # Given Edith's open edit page of an article
    article_id = await stage.article()
    await stage.signed_in()
    path = f"tables/articles/{article_id}/"
    page = (await stage.http.get(f"/admin/api/{path}")).json()

    # When an order is published before she saves another title
    await stage.approve(await stage.submitted(article_id))
    live = (await Article.select().where(Article.id == article_id))[0]
    saved = await write(stage, "PATCH", path, **(page | {"title": "Soil that stays", "status": "DRAFT"}))

    # Then the title is hers and everything else what it had become
    assert saved.status_code == 200, saved.text
    row = (await Article.select().where(Article.id == article_id))[0]
    assert row == live | {"title": "Soil that stays", "updated_at": row["updated_at"]}
    assert await newest_line() == (
        "edith",
        "edit article",
        "soil-that-lasts: title: 'Soil that lasts' → 'Soil that stays'",
    )
    await stage.drain()
    await stage.sound()


@pytest.mark.parametrize("by", ["another editor", "an import"])
async def test_a_page_does_not_put_back_what_somebody_else_has_changed_since(
    stage: Stage, tmp_path: Path, by: str
) -> None:
    # Given an imported article that has been edited before, and Edith's open page of it
    (tmp_path / "soil.md").write_text(GARDEN, encoding="utf-8")
    await import_folder(tmp_path, domain="blog.example")
    path = f"tables/articles/{(await Article.select(Article.id))[0]['id']}/"
    await stage.signed_in()
    page = (await stage.http.get(f"/admin/api/{path}")).json()

    # When another editor makes it exclusive, or an import brings another title, before she saves another niche
    if by == "another editor":
        await stage.signed_in("erik")
        assert (await write(stage, "PATCH", path, **(page | {"exclusive": True}))).status_code == 200
        await stage.signed_in()
    else:
        (tmp_path / "soil.md").write_text(GARDEN.replace("title: Soil that lasts", "title: Soil"), encoding="utf-8")
        await import_folder(tmp_path, domain="blog.example")
    changed = (await Article.select())[0]
    refused = await write(stage, "PATCH", path, **(page | {"niche": "soil"}))

    # Then she is told, and nothing is put back
    assert refused.status_code == 400 and "Somebody has changed this article" in refused.text
    assert (await Article.select())[0] == changed

    # When she opens it again, then she can save it, also twice
    page = (await stage.http.get(f"/admin/api/{path}")).json()
    for niche in ("soil", "ground"):
        assert (await write(stage, "PATCH", path, **(page | {"niche": niche}))).status_code == 200
    row = (await Article.select())[0]
    assert row == changed | {"niche": "ground", "updated_at": row["updated_at"]}


async def test_the_page_of_a_draft_does_not_put_its_title_back_once_it_is_published(stage: Stage) -> None:
    # Given Edith's open page of an ordered article, which was a draft then and has its title since
    order = await stage.commissioned(await stage.site())
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await stage.signed_in()
    article_id = (await order_row(order))["article_id"]
    path = f"tables/articles/{article_id}/"
    page = (await stage.http.get(f"/admin/api/{path}")).json()
    await stage.approve(order)
    rows = Article.select().where(Article.id == article_id)
    live = (await rows)[0]
    assert live["title"] != page["title"]

    # When she saves another niche, then the title stays
    assert (await write(stage, "PATCH", path, **(page | {"niche": "balconies"}))).status_code == 200
    row = (await rows)[0]
    assert row == live | {"niche": "balconies", "updated_at": row["updated_at"]}

    # When she opens it again, then she may give it the title that it had
    page = (await stage.http.get(f"/admin/api/{path}")).json()
    saved = await write(stage, "PATCH", path, **(page | {"title": live["topic"]}))
    assert saved.status_code == 200, saved.text
    assert (await rows)[0]["title"] == live["topic"]


async def test_an_article_stays_exclusive_for_as_long_as_somebody_has_paid_for_that(stage: Stage) -> None:
    # Given an exclusive article that Ana ordered and paid, and one that Edith marked so herself
    own = await stage.article(exclusive_price=9900)
    domain_id = (await Domain.select(Domain.id))[0]["id"]
    order = await stage.commissioned(domain_id, exclusive=True)
    ordered = (await order_row(order))["article_id"]
    await stage.signed_in()
    assert (await write(stage, "PATCH", f"tables/articles/{own}/", exclusive=True)).status_code == 200

    # When Edith takes the mark off both
    kept = await write(stage, "PATCH", f"tables/articles/{ordered}/", exclusive=False)
    taken = await write(stage, "PATCH", f"tables/articles/{own}/", exclusive=False)

    # Then Ana's article keeps it, and Edith reads whose it is
    assert (kept.status_code, taken.status_code) == (400, 200)
    assert str(order.id) in kept.text
    exclusive = {row["id"]: row["exclusive"] for row in await Article.select(Article.id, Article.exclusive)}
    assert exclusive == {own: False, ordered: True}

    # When her order is refunded, then the mark may be taken off
    await stage.faults(model=[{"kind": "status", "code": 400}])
    await stage.email("Order Processing Issue")
    assert (await write(stage, "PATCH", f"tables/articles/{ordered}/", exclusive=False)).status_code == 400
    assert (await stage.judge(order, "refund")).status_code == 202
    assert (await write(stage, "PATCH", f"tables/articles/{ordered}/", exclusive=False)).status_code == 200


async def test_a_new_article_is_a_draft_until_its_text_is_published(stage: Stage) -> None:
    # Given a domain and a new article, made in the admin
    await stage.signed_in()
    terms = {"host": "New.Example", "name": "New", "niche": "general", "language": "en"}
    made = await press(stage, "/admin/domains", "/admin/domains", **terms)
    assert made.status_code == 303, made.text
    domain = (await Domain.select())[0]
    assert (domain["host"], domain["rel"], domain["max_paid_links"]) == ("new.example", "sponsored", 3)
    blank = (await stage.http.get("/admin/api/tables/articles/new/")).json()
    new = blank | {"domain_id": str(domain["id"]), "slug": "new-soil", "title": "New soil", "status": "PUBLISHED"}
    made = await write(stage, "POST", "tables/articles/", **new)
    assert made.status_code == 201, made.text
    assert (await Article.select(Article.status))[0]["status"] == "DRAFT"
    lines = await OrderEvent.select().where(OrderEvent.article_id.is_not_null())
    assert [(line["actor"], line["action"], line["detail"]) for line in lines] == [
        ("edith", "create article", "new-soil")
    ]

    # When its text is published
    article_id = (await Article.select(Article.id))[0]["id"]
    await articles.publish_text(article_id, GARDEN, actor="edith")

    # Then it is on sale, and not taken down without a reason once a link is sold in it
    order = await stage.submitted(article_id)
    await stage.approve(order)
    path = f"/admin/articles/{article_id}"
    form = {"form": (await stage.http.get(path)).text.partition('name="form" value="')[2][:43]}
    down = await stage.http.post(f"{path}/take-down", data=form)
    assert down.status_code == 409 and str(order.id) in down.text
    assert (await stage.http.post(f"{path}/take-down", data=form | {"reason": "Legal."})).status_code == 303
    assert (await stage.http.post(f"{path}/put-back", data=form)).status_code == 303
    await stage.drain()
    await stage.sound()


@pytest.mark.parametrize(
    "wrong",
    [{"slug": slug} for slug in ("foo/bar", "", "../admin", "a?b#c", "Soil", "a--b", "-a")]
    + [{"title": ""}, {"title": "a\nb"}, {"niche": ""}],
)
async def test_an_article_has_a_slug_that_an_address_carries_and_a_title(stage: Stage, wrong: dict[str, str]) -> None:
    domain_id = await stage.site()
    await stage.signed_in()
    blank = (await stage.http.get("/admin/api/tables/articles/new/")).json()
    good = {"domain_id": str(domain_id), "slug": "new-soil", "title": "New soil"}

    answer = await write(stage, "POST", "tables/articles/", **(blank | good | wrong))

    assert (answer.status_code, next(iter(wrong)) in answer.text) == (400, True)
    assert await Article.count() == 1


async def test_the_slug_is_changed_as_long_as_it_is_not_public(stage: Stage) -> None:
    # Given a draft whose slug has a slip in it
    domain_id = await stage.site()
    await stage.signed_in()
    blank = (await stage.http.get("/admin/api/tables/articles/new/")).json()
    new = blank | {"domain_id": str(domain_id), "slug": "new-soli", "title": "New soil"}
    made = (await write(stage, "POST", "tables/articles/", **new)).json()[0]
    path = f"tables/articles/{made['id']}/"

    # When Edith changes it before and after its text is published
    page = (await stage.http.get(f"/admin/api/{path}")).json()
    before = await write(stage, "PATCH", path, **(page | {"slug": "new-soil"}))
    taken = await write(stage, "PATCH", path, slug="soil-that-lasts")
    await articles.publish_text(UUID(made["id"]), GARDEN, actor="edith")
    after = await write(stage, "PATCH", path, slug="newer-soil")

    # Then only the first is done, and the others are refused by name
    assert [before.status_code, taken.status_code, after.status_code] == [200, 422, 400]
    assert "slug" in after.text
    rows = await Article.select(Article.slug).where(Article.id == UUID(made["id"]))
    assert rows == [{"slug": "new-soil"}]


async def test_parts_of_public_addresses_are_not_changed_in_silence(stage: Stage) -> None:
    # Given a published article, and another domain
    article_id = await stage.article()
    await stage.signed_in()
    other = Domain(host="other.example", name="Other")
    await Domain.insert(other)

    # When Edith changes the article's domain, and the domain's host
    moved = await write(stage, "PATCH", f"tables/articles/{article_id}/", domain_id=str(other.id))
    path = f"/admin/domains/{other.id}"
    renamed = await press(stage, "/admin/domains", path, host="third.example")

    # Then both are refused by name
    assert [moved.status_code, renamed.status_code] == [400, 422]
    assert "domain_id" in moved.text and "host: This cannot be changed" in renamed.text
