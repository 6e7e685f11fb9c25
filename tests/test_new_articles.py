"""A new article, written around a link: from the order to the published page, and what may not come between."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from blogqueue.audit import audit
from blogqueue.catalogue import articles
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.states import ArticleStatus
from blogqueue.writing.markdown.links import Link, find_links, format_link
from tests.people import BEN, live
from tests.stage import Bought, Stage, bearer, order_row

POTS = Link("https://www.anasgarden.example/pots", "pots that hold water")


async def article_of(order: Bought) -> Article:
    article = await Article.objects().get(Article.id == (await order_row(order))["article_id"])
    assert article is not None
    return article


async def test_a_paid_order_becomes_a_published_article(stage: Stage) -> None:
    # Given a domain that sells articles
    domain_id = await stage.site()
    listed = (await stage.http.get("/api/v1/domains")).json()["data"]["items"]
    assert [(site["id"], site["articlePrice"], site["currency"]) for site in listed] == [(str(domain_id), 14900, "EUR")]

    # When Ana orders one and pays
    order = await stage.commissioned(domain_id)

    # Then a draft of it waits in the queue, and nobody can read or buy it
    status = await stage.status(order)
    assert (status["kind"], status["status"], status["price"]) == ("article", "PROCESSING", 14900)
    assert [job["jobId"] for job in status["queue"]["jobs"]] == [f"article-gen-{order.id}"]
    assert status["queue"]["jobs"][0]["queue"] == "article-generation"
    payload = (await Job.select().output(load_json=True))[0]["payload"]
    assert payload | {"orderId": "", "articleId": "", "domainId": ""} == {
        "orderId": "",
        "articleId": "",
        "domainId": "",
        "topic": "Growing tomatoes on a balcony",
        "niche": "gardening",
        "keyword": "balcony tomatoes",
        "targetUrl": POTS.target_url,
        "anchorText": POTS.anchor_text,
        "notes": "",
        "email": "ana@customers.example",
        "isRegeneration": False,
    }
    draft = await article_of(order)
    assert (draft.status, draft.slug) == (ArticleStatus.DRAFT, "growing-tomatoes-on-a-balcony")
    assert (await stage.http.get(f"/api/v1/articles/{draft.id}")).status_code == 404
    await stage.sound()

    # When a worker takes the job
    assert await stage.drain() == ["generate_article", "deliver_email"]

    # Then a whole, checked article waits for her, with her link in it once and no other that leads off the website
    status = await stage.status(order)
    assert (status["status"], status["version"]["qcStatus"]) == ("QUALITY_CHECK", "APPROVED_BY_AI")
    assert status["canRegenerateArticle"] and status["canSubmitForReview"] and not status["canRegenerateBacklink"]
    found = find_links(status["version"]["content"])
    assert found.count(POTS) == 1
    assert {link.target_url for link in found} <= {POTS.target_url, "/articles/soil-that-lasts"}
    assert 'rel="sponsored"' in status["version"]["html"]
    assert (await stage.mails("ana@"))[-1]["subject"] == "Your Article is Ready for Review"
    await stage.sound()

    # When she submits it and Edith approves
    assert (await stage.submit(order, status["version"]["versionId"])).status_code == 200
    approved = await stage.approve(order)
    assert approved.json()["data"]["status"] == "COMPLETED", approved.text

    # Then it is live under its title, and on sale with one link slot less
    article = await article_of(order)
    assert (article.status, article.title) == (ArticleStatus.PUBLISHED, status["version"]["title"])
    offered = (await stage.http.get(f"/api/v1/articles/{article.id}")).json()["data"]
    assert (offered["content"], offered["linksFree"]) == (status["version"]["content"], 2)
    page = await stage.http.get(f"/articles/{article.slug}")
    assert f'<a href="{POTS.target_url}" rel="sponsored">{POTS.anchor_text}</a>' in page.text
    assert (await stage.email("Your article is published"))["text"].count(f"/articles/{article.slug}") == 1
    await stage.sound()


async def test_a_regeneration_writes_another_article(stage: Stage) -> None:
    # Given an article in Ana's hands
    order = await stage.commissioned(await stage.site())
    await stage.drain()
    first = (await stage.status(order))["version"]

    # When she asks for the other kind of regeneration, and for the right one
    wrong = await stage.regenerate(order, "backlink")
    right = await stage.regenerate(order, "article")

    # Then the one is refused and the other is a job
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "wrong_kind")
    assert right.json()["data"]["jobId"].startswith(f"article-gen-{order.id}-regen-")
    await stage.drain()
    status = await stage.status(order)
    assert status["version"]["content"] != first["content"]
    assert [version["versionId"] for version in status["earlierVersions"]] == [first["versionId"]]
    assert "written your article again" in (await stage.mails("ana@"))[-1]["text"]
    metadata = await ArticleVersion.select(ArticleVersion.backlink_metadata).output(load_json=True)
    assert sorted(row["backlink_metadata"]["integration_type"] for row in metadata if row["backlink_metadata"]) == [
        "customer_article",
        "customer_article_regeneration",
    ]
    await stage.sound()


async def test_a_link_bought_in_a_new_article_leaves_its_own_link_there(stage: Stage) -> None:
    # Given an article that was written for Ana and is published
    order = await stage.commissioned(await stage.site())
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await stage.approve(order)
    article_id = (await article_of(order)).id

    # When Ben buys a link in it, and has it approved
    ben = await stage.submitted(article_id, **BEN)
    assert (await stage.approve(ben)).json()["data"]["status"] == "COMPLETED"

    # Then both links are live, and an owner cannot lose Ana's either
    text = await live(stage, article_id)
    assert {POTS, Link(BEN["targetUrl"], BEN["anchorText"])} <= set(find_links(text))
    await stage.sound()


async def test_a_rejected_article_is_refunded_and_stays_a_draft(stage: Stage) -> None:
    order = await stage.commissioned(await stage.site())
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])

    rejected = await stage.judge(order, "reject", reason="It does not fit this site.")

    assert rejected.json()["data"]["status"] == "FAILED"
    assert (await article_of(order)).status == ArticleStatus.DRAFT
    assert "Your article was not approved" in (await stage.email("not approved"))["subject"]
    await stage.refund_state(order, "SUCCEEDED")
    await stage.sound()


async def test_the_same_topic_again_is_another_article_with_a_slug_of_its_own(stage: Stage) -> None:
    domain_id = await stage.site()
    orders = [
        await stage.commissioned(domain_id),
        await stage.commissioned(domain_id, email="ben@customers.example", topic="Growing tomatoes / on a balcony!"),
        await stage.commissioned(domain_id, email="cleo@customers.example", topic="番茄种植"),
        await stage.commissioned(domain_id, email="dan@customers.example"),
    ]

    assert [(await article_of(order)).slug for order in orders] == [
        "growing-tomatoes-on-a-balcony",
        "growing-tomatoes-on-a-balcony-2",
        "fanjiazhongzhi",
        "growing-tomatoes-on-a-balcony-3",
    ]


async def test_an_owners_text_does_not_come_before_the_one_that_was_ordered(stage: Stage) -> None:
    # Given an ordered draft
    order = await stage.commissioned(await stage.site())
    article = await article_of(order)
    session = await stage.signed_in()
    assert session

    # When an owner publishes a text of their own as it
    page = await stage.http.get(f"/admin/articles/{article.id}")
    form = page.text.partition('name="form" value="')[2].partition('"')[0]
    answer = await stage.http.post(
        f"/admin/articles/{article.id}", data={"form": form, "base": "", "text": "# Mine\n\nA text.\n"}
    )

    # Then it is refused with the order's name
    assert answer.status_code == 409
    assert str(order.id) in answer.text
    await stage.sound()


async def test_an_article_whose_three_proposals_all_break_a_rule_fails_its_attempt(stage: Stage) -> None:
    order = await stage.commissioned(await stage.site())
    await stage.faults(model=[{"kind": "wrong_article", "name": "second_link", "times": 3}])

    await stage.drain()

    job = (await stage.status(order))["queue"]["jobs"][0]
    assert (job["state"], job["attempts"]) == ("DELAYED", 1)
    assert await ArticleVersion.count().where(ArticleVersion.order_id == order.id) == 0
    await stage.time_passes()
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


@pytest.mark.parametrize(
    ("changes", "status", "field", "rule"),
    [
        ({"domainId": str(uuid4())}, 404, "domainId", "exists"),
        ({"domainId": None}, 400, "domainId", "required"),
        ({"articleId": str(uuid4())}, 400, "articleId", "unknown_field"),
        ({"notes": "near the top"}, 400, "notes", "unknown_field"),
        ({"topic": ""}, 422, "topic", "required"),
        ({"topic": "a" * 201}, 422, "topic", "length"),
        ({"topic": "<b>soil</b>"}, 422, "topic", "no_markup"),
        ({"topic": "see www.example.com"}, 422, "topic", "no_url"),
        ({"topic": "two\nlines of it"}, 422, "topic", "plain_text"),
        ({"keyword": "k" * 81}, 422, "keyword", "length"),
        ({"niche": "n" * 101}, 422, "niche", "length"),
        ({"niche": "Casino"}, 422, "niche", "forbidden_niche"),
        ({"topic": "Winning at poker"}, 422, "topic", "forbidden_word"),
        ({"targetUrl": "http://127.0.0.1/"}, 422, "targetUrl", "public_host"),
        ({"anchorText": "**bold**"}, 422, "anchorText", "no_markup"),
        ({"email": "nobody"}, 422, "email", "email"),
    ],
)
async def test_a_wish_that_cannot_be_granted_names_the_field_and_the_rule_and_is_not_kept(
    stage: Stage, changes: dict[str, str], status: int, field: str, rule: str
) -> None:
    domain_id = await stage.site(forbidden_niches=["casino"], forbidden_words=["poker"])

    answer = await stage.ask_article(domain_id, **changes)

    assert answer.status_code == status, answer.text
    assert (field, rule) in [(one["field"], one["rule"]) for one in answer.json()["error"]["details"]]
    assert await Purchase.count() == 0


async def test_a_site_that_takes_no_paid_links_sells_no_articles(stage: Stage) -> None:
    domain_id = await stage.site(max_paid_links=0)

    assert (await stage.http.get("/api/v1/domains")).json()["data"]["items"] == []
    assert (await stage.ask_article(domain_id)).status_code == 404


async def test_a_link_purchase_names_no_topic(stage: Stage) -> None:
    answer = await stage.ask(await stage.article(), topic="Growing tomatoes")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "topic"


async def test_a_failed_article_order_is_retried_unless_another_text_is_live(stage: Stage) -> None:
    # Given an order whose job failed for good
    order = await stage.commissioned(await stage.site())
    await stage.faults(model=[{"kind": "status", "code": 400, "times": -1}])
    await stage.drain()
    assert (await stage.status(order))["status"] == "FAILED"

    # When an editor retries it, the model being well again
    await stage.faults(model=[])
    retried = await stage.judge(order, "retry")

    # Then it is written
    assert retried.status_code == 202, retried.text
    await stage.drain()
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"
    await stage.sound()


async def test_an_order_opens_with_its_own_token_only(stage: Stage) -> None:
    domain_id = await stage.site()
    mine = await stage.commissioned(domain_id)
    other = await stage.commissioned(domain_id, email="ben@customers.example")

    answer = await stage.http.post(
        "/api/v1/purchase/regenerate-article", json={"orderId": str(mine.id)}, headers=bearer(other.access)
    )

    assert answer.status_code == 404
    assert (await stage.status(mine))["regenerationCount"] == 0


async def test_an_exclusive_article_costs_more_and_its_slots_are_never_offered(stage: Stage) -> None:
    # Given a domain that sells exclusive articles, for 99.00 EUR on top
    domain_id = await stage.site(max_paid_links=3, exclusive_price=9900)
    site = (await stage.http.get("/api/v1/domains")).json()["data"]["items"][0]
    assert (site["articlePrice"], site["exclusivePrice"]) == (14900, 9900)
    form = (await stage.http.get("/new-article/greenbench.example")).text
    assert "links in it are sold to other customers too: up to 3 paid links in all" in form
    assert "Exclusive: plus 99.00 EUR" in form and "Total: 248.00 EUR" in form

    # When one is bought, fails, is retried and goes live
    await stage.faults(model=[{"kind": "malformed_json", "times": 30}])
    order = await stage.commissioned(domain_id, exclusive=True)
    await stage.drain()
    for _ in range(2):
        await stage.time_passes()
        await stage.drain()
    await stage.faults(model=[])
    assert (await stage.judge(order, "retry")).status_code == 202
    await stage.drain()
    status = await stage.status(order)
    assert (status["price"], status["status"]) == (24800, "QUALITY_CHECK")
    await stage.submit(order, status["version"]["versionId"])
    assert (await stage.approve(order)).status_code == 200

    # Then it is for readers, and nobody else can buy a link in it, also after an editor has dropped its own
    article = await article_of(order)
    listed = {
        item["slug"]: item["linksFree"] for item in (await stage.http.get("/api/v1/articles")).json()["data"]["items"]
    }
    assert listed[article.slug] == 0 and listed["soil-that-lasts"] > 0
    asked = await stage.ask(article.id, email="ben@customers.example")
    assert (asked.status_code, asked.json()["error"]["code"]) == (409, "sold_out")
    await Order.update({Order.link_dropped_at: datetime.now(UTC)}).where(Order.id == order.id)
    assert (await stage.http.get(f"/api/v1/articles/{article.id}")).json()["data"]["linksFree"] == 0


async def test_the_audit_names_an_article_that_a_customer_paid_to_be_exclusive_and_that_is_not(stage: Stage) -> None:
    # Given an exclusive article that Ana ordered, and one of Ben that is not exclusive
    site = await stage.site(exclusive_price=9900)
    order = await stage.commissioned(site, exclusive=True)
    await stage.commissioned(site, email="ben@customers.example", topic="Another topic")
    await stage.drain()
    await stage.sound()

    # When the mark of hers is taken off, as an earlier version allowed
    article_id = (await order_row(order))["article_id"]
    await Article.update({Article.exclusive: False}).where(Article.id == article_id)

    # Then the audit names it, until her order is refunded
    assert [(found.number, found.offenders) for found in await audit() if found.offenders] == [(11, [str(article_id)])]
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    assert (await stage.judge(order, "reject", reason="It does not fit.")).status_code == 200
    await stage.drain()
    await stage.sound()


async def test_the_dropped_link_of_an_exclusive_article_comes_back(stage: Stage) -> None:
    # Given an exclusive article whose only link an editor has dropped by mistake
    order = await stage.commissioned(await stage.site(exclusive_price=9900), exclusive=True)
    await stage.drain()
    await stage.submit(order, (await stage.status(order))["version"]["versionId"])
    await stage.approve(order)
    article = await article_of(order)
    text = await live(stage, article.id)
    without = text.replace(format_link(POTS), POTS.anchor_text)
    await articles.publish_text(article.id, without, actor="edith", override="A mistake.")
    assert (await stage.http.get(f"/api/v1/articles/{article.id}")).json()["data"]["linksFree"] == 0

    # When a text has it again
    await articles.publish_text(article.id, text, actor="edith")

    # Then it is a paid link again, and no other is for sale
    assert (await order_row(order))["link_dropped_at"] is None
    assert (await stage.http.get(f"/api/v1/articles/{article.id}")).json()["data"]["linksFree"] == 0
    await stage.drain()
    await stage.sound()


async def test_a_domain_that_sells_no_exclusive_articles_refuses_one(stage: Stage) -> None:
    domain_id = await stage.site()

    refused = await stage.ask_article(domain_id, exclusive=True)

    assert refused.status_code == 422
    assert [(one["field"], one["rule"]) for one in refused.json()["error"]["details"]] == [("exclusive", "offered")]
    assert "exclusive" not in (await stage.http.get("/new-article/greenbench.example")).text.lower()
