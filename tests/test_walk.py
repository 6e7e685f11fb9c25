"""One paid order, from the catalogue to the live article, over HTTP and mail."""

import asyncio

from blogqueue.actors.messages import integrate_backlink
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.payments import StripeEvent
from blogqueue.writing.markdown.links import Link, find_links
from tests.stage import GARDEN, Stage, bearer, order_row

LINK = Link("https://www.anasgarden.example/mulch-guide", "a guide to mulching")


async def test_a_paid_order_becomes_a_live_link(stage: Stage) -> None:
    # Given an article on sale
    article_id = await stage.article()
    listed = (await stage.http.get("/api/v1/articles")).json()["data"]["items"]
    assert [(item["id"], item["price"], item["currency"], item["linksFree"]) for item in listed] == [
        (str(article_id), 4900, "EUR", 2)
    ]

    # When Ana asks for a link, confirms the emailed link and pays
    asked = await stage.ask(article_id)
    assert asked.status_code == 202
    opened = await stage.checkout(await stage.magic_token())
    await stage.pay(opened.json()["data"]["checkoutUrl"])
    order = await stage.received()

    # Then her order waits in the queue
    status = await stage.status(order)
    assert status["status"] == "PROCESSING"
    assert status["statusMessage"] == "Request received, waiting in the queue"
    assert status["progress"] == {"step": 1, "total": 5, "description": "Request received"}
    assert status["queue"]["jobs"][0]["jobId"] == f"backlink-int-{order.id}"
    assert status["queue"]["jobs"][0]["position"] == 1

    # When a worker takes the job
    assert await stage.drain() == ["integrate_backlink", "deliver_email"]

    # Then a checked version with exactly her link waits for her, and nothing else of the article has changed
    status = await stage.status(order)
    assert (status["status"], status["statusMessage"]) == ("QUALITY_CHECK", "Content ready for review")
    assert status["canRegenerateBacklink"] and status["canSubmitForReview"]
    assert status["version"]["qcStatus"] == "APPROVED_BY_AI"
    assert find_links(status["version"]["content"]) == [LINK]
    assert 'rel="sponsored"' in status["version"]["html"]
    assert (await stage.mails("ana@"))[-1]["subject"] == "Your Backlink is Ready for Review"
    await stage.sound()

    # When she submits it and Edith approves
    answer = await stage.submit(order, status["version"]["versionId"])
    assert answer.json()["data"]["status"] == "ADMIN_REVIEW"
    approved = await stage.approve(order)
    assert approved.json()["data"]["status"] == "COMPLETED"

    # Then it is live
    live = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]
    assert live["content"] == status["version"]["content"]
    assert live["linksFree"] == 1
    await stage.drain()
    assert [mail["subject"] for mail in await stage.mails("ana@")][-2:] == [
        "Submitted for review",
        "Your link is published",
    ]
    await stage.sound()


async def test_a_regeneration_starts_from_the_published_article(stage: Stage) -> None:
    # Given a version in Ana's hands
    order = await stage.delivered(await stage.article())
    first = await stage.status(order)

    # When she regenerates
    answer = await stage.regenerate(order)

    # Then a new job is created, and its customer informed
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert data["jobId"].startswith(f"backlink-int-{order.id}-regen-")
    assert data["note"] == "The AI will re-integrate your backlink into the current published version."
    assert (await stage.status(order))["status"] == "PROCESSING"

    # And its version is made of the published article, with the link once
    await stage.drain()
    second = await stage.status(order)
    assert second["status"] == "QUALITY_CHECK"
    assert second["version"]["versionId"] != first["version"]["versionId"]
    assert find_links(second["version"]["content"]) == [LINK]
    assert second["regenerationCount"] == 1
    assert (await stage.mails("ana@"))[-1]["subject"] == "Your Regeneration is Ready"
    await stage.sound()


async def test_the_same_webhook_five_times_at_once_is_one_order_and_one_job(stage: Stage) -> None:
    # Given a paid session whose webhook has arrived
    order = await stage.buy(await stage.article())
    event = (await StripeEvent.select(StripeEvent.id))[0]["id"]

    # When it comes five times more in a row, and five times at once
    for concurrently in (False, True):
        again = await stage.sandbox.post(
            "/webhooks/redeliver", json={"eventId": event, "times": 5, "concurrently": concurrently}
        )
        assert again.status_code == 200

    # Then nothing more has happened
    assert await Job.count() == 1
    assert await StripeEvent.count() == 1
    assert await Email.count().where(Email.order_id == order.id) == 1
    await stage.drain()
    await stage.sound()


async def test_five_first_webhooks_at_once_are_one_order(stage: Stage) -> None:
    # Given a paid session whose webhook was lost on the way
    opened = (await stage.ask(await stage.article()), await stage.checkout(await stage.magic_token()))[1].json()["data"]
    await stage.sandbox.put("/faults", json={"webhook": [{"kind": "drop", "times": 1}]})
    await stage.pay(opened["checkoutUrl"])
    assert await Job.count() == 0

    # When the customer's return page is opened five times at once, while the webhook comes after all
    await asyncio.gather(
        *(stage.http.get("/purchase/return", params={"session_id": opened["sessionId"]}) for _ in range(5))
    )

    # Then there is one order with one job
    assert await Job.count() == 1
    order = await stage.received()
    assert (await order_row(order))["session_id"] == opened["sessionId"]
    await stage.sound()


async def test_the_same_job_run_five_times_is_one_version_and_one_mail(stage: Stage) -> None:
    # Given a job that has run
    order = await stage.delivered(await stage.article())
    calls = await stage.model_calls()

    # When its message comes four times more

    for _ in range(4):
        integrate_backlink.send(f"backlink-int-{order.id}")
    assert await stage.drain() == ["integrate_backlink"] * 4

    # Then the model was not asked again, and there is one version and one mail
    assert await stage.model_calls() == calls
    assert (await stage.status(order))["version"]["versionNum"] == 2
    subjects = [mail["subject"] for mail in await stage.mails("ana@")]
    assert subjects.count("Your Backlink is Ready for Review") == 1
    await stage.sound()


async def test_an_order_opens_only_with_its_access_token(stage: Stage) -> None:
    # Given two orders
    mine = await stage.buy(await stage.article())
    other = await stage.buy(await stage.article(slug="another"), email="ben@customers.example")

    # When the status is asked for without a token, with a wrong one, and with the other order's
    path = f"/api/v1/purchase/status/{mine.id}"
    answers = [await stage.http.get(path, headers=headers) for headers in ({}, bearer("x"), bearer(other.access))]

    # Then there is no such order
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all(answer.json()["error"]["code"] == "not_found" for answer in answers)


async def test_the_mailed_link_becomes_a_cookie_and_a_clean_address(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    redirected = await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})

    assert redirected.status_code == 303
    assert redirected.headers["location"] == f"/order-status/{order.id}"
    assert "httponly" in redirected.headers["set-cookie"].lower()
    page = await stage.http.get(redirected.headers["location"])
    assert page.status_code == 200
    assert "Request received, waiting in the queue" in page.text


async def test_two_links_in_one_article_both_stay(stage: Stage) -> None:
    # Given two customers whose links were integrated into the same published text
    article_id = await stage.article()
    ana = await stage.submitted(article_id)
    ben = await stage.submitted(
        article_id,
        email="ben@customers.example",
        targetUrl="https://worms.example/",
        anchorText="worm farming",
    )

    # When both are approved, one after the other
    await stage.approve(ana)
    second = await stage.approve(ben)

    # Then the second is published with both links, or is integrated again into the text with the first
    live = (await stage.http.get(f"/api/v1/articles/{article_id}")).json()["data"]["content"]
    if second.json()["data"]["status"] == "COMPLETED":
        assert sorted(link.anchor_text for link in find_links(live)) == ["a guide to mulching", "worm farming"]
    else:
        assert second.json()["data"]["status"] == "PROCESSING"
        assert find_links(live) == [LINK]
    assert GARDEN.split("\n\n")[0] in live
    await stage.drain()
    await stage.sound()
