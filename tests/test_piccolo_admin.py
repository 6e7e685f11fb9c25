"""Piccolo Admin: one login, the owner's tables kept with history, the workflow's only looked at."""

from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest
from piccolo.apps.user.tables import BaseUser

from blogqueue.db.tables.catalogue import Article, Domain
from blogqueue.db.tables.orders import Order, OrderEvent
from tests.forms import press
from tests.piccolo import write
from tests.stage import PASSWORD, Stage, order_row


async def test_the_login_opens_the_admin_the_reviews_and_the_api_alike(stage: Stage) -> None:
    # Given nobody is signed in
    assert (await stage.http.get("/admin")).headers["location"] == "/admin/reviews"
    assert (await stage.http.get("/admin/api/tables/")).status_code == 401
    assert (await stage.http.get("/admin/reviews")).headers["location"] == "/admin/login?next=%2Fadmin%2Freviews"
    assert (await stage.http.get("/api/v1/admin/orders")).status_code == 401

    # When Edith signs in
    assert (await stage.sign_in()).status_code == 200

    # Then all three are open
    assert (await stage.http.get("/admin/api/tables/")).status_code == 200
    assert "All clear" in (await stage.http.get("/admin/reviews")).text
    assert (await stage.http.get("/api/v1/admin/orders")).status_code == 200


async def test_who_is_no_editor_is_refused_without_a_hint(stage: Stage) -> None:
    # Given an order, and somebody who was an editor until just now
    order = await stage.submitted(await stage.article())
    await stage.sign_in("mallory")
    await BaseUser.update({BaseUser.admin: False}, force=True)

    # When they ask for an order that is and for one that is not
    html = {"accept": "text/html"}
    answers = [
        await stage.http.get(path, headers=html)
        for path in ("/admin/reviews", f"/admin/reviews/{order.id}", f"/admin/reviews/{UUID(int=1)}")
    ]

    # Then it is all the same
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert (await stage.http.get("/api/v1/admin/orders")).status_code == 403
    assert (await stage.http.get("/admin/api/tables/")).status_code == 403
    assert (await stage.http.get("/admin/api/tables/articles/")).status_code == 403


async def test_a_second_factor_counts_once_a_code_was_entered(stage: Stage) -> None:
    # Given Edith, who has been shown the code for her authenticator app
    await stage.signed_in()
    token = stage.http.cookies["csrftoken"]
    shown = await stage.http.post(
        "/admin/api/mfa-setup/",
        data={"action": "register", "password": PASSWORD, "csrftoken": token},
        headers={"X-CSRFToken": token},
    )
    assert "Set up a second factor" in shown.text and "data:image/png" in shown.text
    assert "/admin/tables/#/forms/confirm-the-second-factor/" in shown.text
    from piccolo_api.mfa.authenticator.tables import AuthenticatorSecret  # noqa: PLC0415

    from blogqueue.admin.second_factor import make_encryption  # noqa: PLC0415 - after the environment is set

    (row,) = await AuthenticatorSecret.objects()
    app, now = pyotp.TOTP(make_encryption().decrypt(row.secret)), datetime.now(UTC)

    # When she has not entered a code yet, her password is enough; a wrong code changes nothing
    assert (await stage.sign_in()).status_code == 200
    wrong = await write(stage, "POST", "forms/confirm-the-second-factor/", code="000000")
    assert wrong.status_code == 422 and "does not fit" in wrong.text
    assert (await stage.sign_in()).status_code == 200

    # Then once she has, only a code opens, and none opens twice
    done = await write(stage, "POST", "forms/confirm-the-second-factor/", code=app.at(now))
    assert done.status_code == 200, done.text
    stage.http.cookies.clear()
    assert (await stage.sign_in()).status_code == 401
    assert (await stage.sign_in(mfa_code=app.at(now))).status_code == 401
    assert (await stage.sign_in(mfa_code=app.at(now, 1))).status_code == 200


async def test_a_write_without_the_form_token_is_refused(stage: Stage) -> None:
    article_id = await stage.article()
    await stage.signed_in()

    answer = await stage.http.patch(f"/admin/api/tables/articles/{article_id}/", json={"title": "Other"})

    assert answer.status_code == 403
    assert (await Article.select(Article.title))[0]["title"] == "Soil that lasts"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("max_paid_links", "-1"),
        ("max_paid_links", "1000000000000"),
        ("rel", "dofollow"),
        ("language", "<x>"),
        ("language", ""),
        ("name", "  "),
        ("name", "two\nlines"),
    ],
)
async def test_terms_that_nobody_can_have_meant_are_refused_and_leave_no_line(
    stage: Stage, name: str, wrong: str
) -> None:
    await stage.article()
    await stage.signed_in()
    before = (await Domain.select())[0]
    lines = await OrderEvent.count()

    answer = await press(stage, "/admin/domains", f"/admin/domains/{before['id']}", **{name: wrong})

    assert answer.status_code == 422
    assert f"{name}: " in answer.text
    assert (await Domain.select())[0] == before
    assert await OrderEvent.count() == lines


async def test_domains_are_only_looked_at_so_that_an_older_page_puts_no_terms_back(stage: Stage) -> None:
    # Given Edith's open page of a domain in Piccolo Admin, and terms that another editor has set since
    await stage.article()
    await stage.signed_in()
    domain = (await Domain.select())[0]
    path = f"tables/domains/{domain['id']}/"
    page = (await stage.http.get(f"/admin/api/{path}")).json()
    terms = {"rel": "nofollow", "max_paid_links": "1", "forbidden_words": "casino"}
    await press(stage, "/admin/domains", f"/admin/domains/{domain['id']}", **terms)
    before = await Domain.select()

    # When she saves it, or another as a new one
    saved = await write(stage, "PATCH", path, **page)
    added = await write(stage, "POST", "tables/domains/", **(page | {"host": "new.example"}))

    # Then nothing has changed, and she reads where domains are changed
    assert [saved.status_code, added.status_code] == [405, 405]
    assert "/admin/domains" in saved.text and "/admin/domains" in added.text
    assert await Domain.select() == before


@pytest.mark.parametrize("host", ["", "not a host", "javascript:alert(1)", "127.0.0.1", "intranet", "a.example/x"])
async def test_a_domain_has_a_public_host(stage: Stage, host: str) -> None:
    await stage.signed_in()
    new = {"host": host, "name": "New", "niche": "general", "language": "en"}

    answer = await press(stage, "/admin/domains", "/admin/domains", **new)

    assert (answer.status_code, "host: " in answer.text) == (422, True)
    assert await Domain.count() == 0


async def test_what_the_workflow_wrote_is_only_looked_at_and_nothing_is_deleted(stage: Stage) -> None:
    # Given an order in review and Edith
    order = await stage.submitted(await stage.article())
    await stage.signed_in()
    row = await order_row(order)

    # When she tries to change or delete rows
    answers = [
        await write(stage, "DELETE", f"tables/articles/{row['article_id']}/"),
        await write(stage, "DELETE", "tables/domains/"),
        await write(stage, "PUT", f"tables/articles/{row['article_id']}/", title="x"),
    ]

    # Then nothing has changed
    assert {answer.status_code for answer in answers} == {405}
    assert await order_row(order) == row
    await stage.sound()


async def test_no_secret_is_shown(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.signed_in()

    tables = (await stage.http.get("/admin/api/tables/")).json()
    shown = (await stage.http.get("/admin/history")).text
    shown += (await stage.http.get(f"/admin/reviews/{order.id}")).text

    assert set(tables) == {"domains", "articles"}
    hashes = await Order.select(Order.access_token_hash)
    assert hashes[0]["access_token_hash"] not in shown
    assert order.access not in shown and PASSWORD not in shown


async def test_every_table_can_be_listed_searched_and_opened(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.approve(order)
    await stage.drain()
    await stage.signed_in()

    for table in (await stage.http.get("/admin/api/tables/")).json():
        for path in ("schema", "", "count", "new", "ids"):
            answer = await stage.http.get(f"/admin/api/tables/{table}/{path}{'/' if path else ''}")
            assert answer.status_code == 200, (table, path, answer.text)
    found = await stage.http.get("/admin/api/tables/articles/", params={"title": "Soil", "__page_size": 5})
    assert [row["slug"] for row in found.json()["rows"]] == ["soil-that-lasts"]
    lines = (await stage.http.get("/admin/history", params={"q": str(order.id)})).text
    assert "approve" in lines and "publish text" not in lines
    assert "publish text" in (await stage.http.get("/admin/history", params={"q": "PUBLISH t"})).text
    assert "No lines found" in (await stage.http.get("/admin/history", params={"q": "100%"})).text
