"""Bad input: an error that names the field and the rule, nothing stored and nothing sent."""

import base64
from uuid import uuid4

import httpx
import pytest

from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.emails import Email
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Purchase
from tests.stage import Stage, bearer


def refusal(answer: httpx.Response) -> tuple[int, str, str, str]:
    """The status, code, field and rule of an error envelope."""
    body = answer.json()
    assert body["success"] is False
    assert set(body) == {"success", "error"}
    assert body["error"]["message"]
    detail = body["error"].get("details", [{"field": "", "rule": ""}])[0]
    return answer.status_code, body["error"]["code"], detail["field"], detail["rule"]


async def nothing_kept(stage: Stage) -> None:
    assert await Purchase.count() == 0
    assert await Email.count() == 0
    assert await stage.mails() == []


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("targetUrl", "", "url"),
        ("targetUrl", "not a url", "url"),
        ("targetUrl", "javascript:alert(1)", "scheme"),
        ("targetUrl", "data:text/html,x", "scheme"),
        ("targetUrl", "ftp://files.example.com/x", "scheme"),
        ("targetUrl", "//www.example.com", "scheme"),
        ("targetUrl", "https://shop.example.com./", "public_host"),
        ("targetUrl", "https://localhost/", "public_host"),
        ("targetUrl", "https://intranet/", "public_host"),
        ("targetUrl", "https://printer.local/", "public_host"),
        ("targetUrl", "https://localhost.localdomain/", "public_host"),
        ("targetUrl", "https://a.intra/", "public_host"),
        ("targetUrl", "https://a.private/", "public_host"),
        ("targetUrl", "https://A.B.Corp./", "public_host"),
        ("targetUrl", "http://127.0.0.1/", "public_host"),
        ("targetUrl", "http://127.1/", "public_host"),
        ("targetUrl", "http://0x7f.1/", "public_host"),
        ("targetUrl", "http://2130706433/", "public_host"),
        ("targetUrl", "http://[::1]/", "public_host"),
        ("targetUrl", "http://10.0.0.8/", "public_host"),
        ("targetUrl", "https://ana:secret@www.example.com/", "credentials"),
        ("targetUrl", "https://www.example.com:8443/", "port"),
        ("targetUrl", "http://www.example.com:443/", "port"),
        ("targetUrl", "https://www.example.com:80/", "port"),
        ("targetUrl", "https://[v1.example.com]/", "public_host"),
        ("targetUrl", "https://www.example.com/a b", "url"),
        ("targetUrl", "https://www.example.com/\u200b", "url"),
        ("targetUrl", "https://www.example.com/<script>", "url"),
        ("targetUrl", "https://www.example.com/" + "a" * 2048, "length"),
        ("anchorText", "", "required"),
        ("anchorText", "   ", "required"),
        ("anchorText", "a" * 81, "length"),
        ("anchorText", "**bold**", "no_markup"),
        ("anchorText", "a](https://evil.example)[b", "no_markup"),
        ("anchorText", "<b>bold</b>", "no_markup"),
        ("anchorText", "`code`", "no_markup"),
        ("anchorText", "fish &amp; chips", "no_markup"),
        ("anchorText", "two\nlines", "plain_text"),
        ("anchorText", "zero\u200bwidth", "plain_text"),
        ("anchorText", "right\u202eto left", "plain_text"),
        ("anchorText", "see www.example.com", "no_url"),
        ("anchorText", "https://www.example.com", "no_url"),
        ("anchorText", "ana@example.com", "no_url"),
        ("anchorText", "sales\uff20example.com", "no_url"),
        ("anchorText", "bit.ly/abc1", "no_url"),
        ("anchorText", "\u3164", "plain_text"),
        ("anchorText", "paypal.com", "named_host"),
        ("anchorText", "the shop anasgarden.example.evil.com", "named_host"),
        ("notes", "n" * 1001, "length"),
        ("notes", "bell\x07", "plain_text"),
        ("email", "", "email"),
        ("email", "ana", "email"),
        ("email", "ana@", "email"),
        ("email", f"{'a' * 65}@customers.example", "email"),
        ("email", "ana@customers.example, ben@customers.example", "email"),
        ("email", "ana@customers.example\r\nBcc: ben@customers.example", "email"),
    ],
)
async def test_a_purchase_with_a_bad_value_is_refused(stage: Stage, field: str, value: str, rule: str) -> None:
    answer = await stage.ask(await stage.article(), **{field: value})

    assert refusal(answer) == (422, "invalid", field, rule)
    await nothing_kept(stage)


async def test_every_bad_value_is_named_at_once(stage: Stage) -> None:
    answer = await stage.ask(await stage.article(), targetUrl="x", anchorText="", email="x")

    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["targetUrl", "anchorText", "email"]


@pytest.mark.parametrize("anchor", ["anasgarden.example", "mulch at Anasgarden.example", "Essex and Sussex"])
async def test_an_anchor_may_name_the_host_of_the_target(stage: Stage, anchor: str) -> None:
    answer = await stage.ask(await stage.article(forbidden_words=["sex"]), anchorText=anchor)

    assert answer.status_code == 202, answer.text


async def test_a_forbidden_word_is_refused(stage: Stage) -> None:
    answer = await stage.ask(await stage.article(forbidden_words=["casino"]), anchorText="the best Casino")

    assert refusal(answer) == (422, "invalid", "anchorText", "forbidden_word")
    await nothing_kept(stage)


async def test_an_unknown_article_is_not_found(stage: Stage) -> None:
    assert refusal(await stage.ask(uuid4())) == (404, "not_found", "articleId", "exists")
    await nothing_kept(stage)


async def test_an_unpublished_article_is_not_on_sale(stage: Stage) -> None:
    article_id = await stage.article()
    await Article.update({Article.status: "UNPUBLISHED"}).where(Article.id == article_id)

    assert refusal(await stage.ask(article_id)) == (409, "not_on_sale", "articleId", "published")
    await nothing_kept(stage)


async def test_a_sold_out_article_is_refused_before_payment(stage: Stage) -> None:
    # Given an article with one place, which an open purchase holds
    article_id = await stage.article(max_paid_links=1)
    await stage.ask(article_id)
    await stage.open_link()

    # When somebody else asks for it
    answer = await stage.ask(article_id, email="ben@customers.example")

    # Then it is sold out
    assert refusal(answer) == (409, "sold_out", "articleId", "slots")
    assert await Purchase.count() == 1


async def test_an_article_without_a_paragraph_for_a_link_is_refused(stage: Stage) -> None:
    article_id = await stage.article(content="# Only a heading\n\nAnd a short line.\n")

    assert refusal(await stage.ask(article_id)) == (409, "no_room", "articleId", "room")
    await nothing_kept(stage)


async def test_a_link_that_the_article_has_already_is_refused(stage: Stage) -> None:
    article_id = await stage.article()
    await stage.approve(await stage.submitted(article_id))

    answer = await stage.ask(article_id, email="ben@customers.example")

    assert refusal(answer) == (409, "already_there", "anchorText", "new")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "bad_request", "body", "json")),
        (b"", (400, "bad_request", "targetUrl", "required")),
        (b"[]", (400, "bad_request", "body", "type")),
        (b'{"articleId": 7}', (400, "bad_request", "articleId", "type")),
        (b"{}", (400, "bad_request", "targetUrl", "required")),
    ],
)
async def test_a_body_that_does_not_fit_is_refused(
    stage: Stage, body: bytes, expected: tuple[int, str, str, str]
) -> None:
    answer = await stage.http.post("/api/v1/purchase", content=body, headers={"content-type": "application/json"})

    assert refusal(answer) == expected
    await nothing_kept(stage)


async def test_an_unknown_field_is_named(stage: Stage) -> None:
    answer = await stage.ask(await stage.article(), coupon="FREE")

    assert refusal(answer) == (400, "bad_request", "coupon", "unknown_field")
    await nothing_kept(stage)


async def test_a_body_that_is_too_large_is_refused(stage: Stage) -> None:
    answer = await stage.ask(await stage.article(), notes="n" * 100_000)

    assert refusal(answer)[:2] == (413, "body_too_large")
    await nothing_kept(stage)


async def test_an_unknown_token_is_not_found(stage: Stage) -> None:
    assert refusal(await stage.checkout("made-up")) == (404, "not_found", "token", "exists")


async def test_an_expired_token_is_refused(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await Purchase.raw("UPDATE purchases SET token_expires_at = now() - interval '1 second'")

    assert refusal(await stage.checkout(token)) == (409, "token_expired", "token", "fresh")


async def test_a_used_token_is_refused(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()
    await stage.pay((await stage.checkout(token)).json()["data"]["checkoutUrl"])

    assert refusal(await stage.checkout(token)) == (409, "token_used", "token", "unused")


async def test_asking_for_the_checkout_twice_gives_the_same_session(stage: Stage) -> None:
    await stage.ask(await stage.article())
    token = await stage.magic_token()

    first, second = await stage.checkout(token), await stage.checkout(token)

    assert first.json() == second.json()
    assert len(
        (await stage.sandbox.get("/v1/checkout/sessions", headers=bearer("sk_test_of_the_tests"))).json()["data"]
    )


@pytest.mark.parametrize("call", ["regenerate", "submit"])
async def test_a_call_in_the_wrong_state_is_a_conflict(stage: Stage, call: str) -> None:
    # Given an order that is still PROCESSING
    order = await stage.buy(await stage.article())

    # When its customer regenerates or submits
    answer = await (stage.regenerate(order) if call == "regenerate" else stage.submit(order, str(uuid4())))

    # Then it is a conflict, and nothing is promised
    assert refusal(answer) == (409, "wrong_state", "orderId", "status")
    assert await Job.count() == 1


async def test_submitting_another_version_is_a_conflict(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    answer = await stage.submit(order, str(uuid4()))

    assert refusal(answer) == (409, "stale_version", "versionId", "current")
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_a_foreign_order_cannot_be_regenerated_or_submitted(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    order.access = "made-up"

    assert refusal(await stage.regenerate(order))[0] == 404
    assert refusal(await stage.submit(order, str(uuid4())))[0] == 404


async def test_the_admin_api_asks_for_a_token(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())

    for headers in ({}, bearer("made-up"), bearer(order.access)):
        for verb in ("approve", "reject", "refund", "retry"):
            for body in (b"", b"{}", b"{", b'{"no": "such field"}'):
                answer = await stage.http.post(f"/api/v1/admin/orders/{order.id}/{verb}", content=body, headers=headers)
                assert refusal(answer)[:2] == (401, "unauthorized")
        assert refusal(await stage.http.get("/api/v1/admin/orders?status=none", headers=headers))[0] == 401
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"


async def test_approving_twice_is_a_conflict(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())
    await stage.approve(order)

    assert refusal(await stage.approve(order))[:2] == (409, "wrong_state")


async def test_too_many_purchases_of_one_address_are_put_off(stage: Stage) -> None:
    article_id = await stage.article(max_paid_links=100)
    answers = [await stage.ask(article_id) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


async def test_an_unknown_path_is_not_found_in_the_envelope(stage: Stage) -> None:
    assert refusal(await stage.http.get("/api/v1/nothing-here"))[:2] == (404, "not_found")


@pytest.mark.parametrize("cursor", ["x", "fA==", base64.urlsafe_b64encode(b"0001-01-01T00:00:00+14:00|x").decode()])
async def test_a_cursor_that_is_none_is_refused(stage: Stage, cursor: str) -> None:
    answer = await stage.http.get("/api/v1/articles", params={"cursor": cursor})

    assert refusal(answer)[:2] == (422, "invalid")


async def test_text_with_a_nul_character_is_refused(stage: Stage) -> None:
    await stage.article()

    answer = await stage.http.get("/api/v1/articles", params={"q": "a\0b"})

    assert refusal(answer)[:2] == (400, "bad_request")
