"""Bodies that are none: whatever is sent, it is the sender's fault and said in the envelope."""

import itertools
import json
from collections import defaultdict
from uuid import UUID, uuid4

import pytest
from litestar.routes import HTTPRoute

from blogqueue import editors
from blogqueue.app import create_app
from tests.stage import Stage, bearer
from tests.test_bad_input import nothing_kept, refusal
from tests.thoroughness import THOROUGH

NO_JSON = [
    b"{",
    b"{} {}",
    b"\xef\xbb\xbf{}",
    b'{"email": "\xff"}',
    b'{"email": "\\ud800"}',
    b'{"email": NaN}',
    b'{"email": 1e999}',
    b'{"email": ' + b"9" * 5_000 + b"}",
    b'{"a":' * 5_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"[" * 5_000,
    '{"email": "a"}'.encode("utf-16"),
]
NO_FIT = [b"[]", b'[{"token": "a"}]', b'"a"', b"7", b'{"\\u0000": 1, "no such field": 2}', b'{"a": 1, "a": 2}']
JSON = "application/json"
CONTENT_TYPES = [JSON, "application/json; charset=utf-16", "text/plain", "multipart/form-data", "", "a"]
BODYLESS = ("/resume", "/run-now", "/refund", "/retry", "/release", "/end", "/accept", "/return", "/dismiss")


def posts() -> list[str]:
    """Every address that takes a POST of ours."""
    routes = [route for route in create_app().routes if isinstance(route, HTTPRoute) and "POST" in route.methods]
    paths = [str(route.path_format) for route in routes if not route.path_format.startswith("/admin/public")]
    known = {
        "order_id": uuid4(),
        "article_id": uuid4(),
        "session_id": "cs_x",
        "name": "backlink-integration",
        "bulk_id": uuid4(),
    }
    return [path.format_map(defaultdict(lambda: "x", known)) for path in paths]


def cross(bodies: list[bytes], kinds: list[str]) -> list[tuple[bytes, str]]:
    """Return every body with every content type; by default, each with the first of the others."""
    if THOROUGH:
        return list(itertools.product(bodies, kinds))
    return [(body, kinds[0]) for body in bodies] + [(bodies[0], kind) for kind in kinds[1:]]


async def test_no_body_is_our_fault(stage: Stage) -> None:
    token = bearer(await editors.issue_token("edith's program"))
    calls = [path for path in posts() if path.startswith("/api/")]
    assert len(calls) > 8

    for path in calls:
        for body, kind in cross(NO_JSON + NO_FIT, CONTENT_TYPES):
            answer = await stage.http.post(path, content=body, headers=token | {"content-type": kind})
            assert answer.json()["success"] is False
            if path.endswith("/webhook") or path.endswith(BODYLESS):
                assert 400 <= answer.status_code < 500, (path, body[:40], kind)
            elif body in NO_JSON:
                assert refusal(answer) == (400, "bad_request", "body", "json"), (path, body[:40], kind)
            else:
                assert refusal(answer)[:2] == (400, "bad_request"), (path, body[:40], kind)
    await nothing_kept(stage)


async def test_no_form_is_our_fault(stage: Stage) -> None:
    forms = [path for path in posts() if not path.startswith("/api/")]
    assert len(forms) > 8
    forms.remove("/order-link")  # takes a few an hour from an address; the others are alike
    bodies = [
        b"email=%ff",
        b"email=%",
        b"%00=%00&email=a%00b",
        b"\xff\xfe=\xff",
        b"=&&&=",
        b"email=%ed%a0%80",
        b"[]",
        b"",
    ]
    kinds = ["application/x-www-form-urlencoded", JSON, "multipart/form-data; boundary=x", ""]

    for path in forms:
        for body, kind in cross(bodies, kinds):
            answer = await stage.http.post(path, content=body, headers={"content-type": kind})
            assert answer.status_code < 500, (path, body, kind)
    await nothing_kept(stage)


@pytest.mark.parametrize("value", ["\\ud800", "\\udc00\\ud800", "a\\u0000b"])
@pytest.mark.parametrize("field", ["targetUrl", "anchorText", "notes", "email", "topic", "niche", "keyword", "kind"])
async def test_text_that_cannot_be_kept_is_refused_in_every_field(stage: Stage, field: str, value: str) -> None:
    of_a_link = {
        "articleId": str(uuid4()),
        "targetUrl": "https://a.example/",
        "anchorText": "words",
        "email": "a@b.example",
    }
    of_an_article = of_a_link | {"kind": "article", "domainId": str(uuid4()), "topic": "words"}
    del of_an_article["articleId"]
    purchase_request = (of_an_article if field in {"topic", "niche", "keyword"} else of_a_link) | {field: "HERE"}

    body = json.dumps(purchase_request).replace("HERE", value).encode()
    answer = await stage.http.post("/api/v1/purchase", content=body, headers={"content-type": "application/json"})

    assert refusal(answer)[0] in {400, 422}
    await nothing_kept(stage)


async def test_a_reason_that_cannot_be_kept_is_refused(stage: Stage) -> None:
    order = await stage.submitted(await stage.article())

    answer = await stage.judge(order, "reject", reason="No\0thing of ours.")

    assert refusal(answer)[0] in {400, 422}
    assert (await stage.status(order))["status"] == "ADMIN_REVIEW"


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/purchase", ["targetUrl", "anchorText", "email", "articleId"]),
        ("/purchase/checkout", ["token"]),
        ("/purchase/regenerate-backlink", ["orderId"]),
        ("/purchase/regenerate-article", ["orderId"]),
        ("/purchase/submit-for-review", ["orderId", "versionId"]),
        (f"/admin/orders/{UUID(int=0)}/reject", ["reason"]),
    ],
)
async def test_what_is_missing_is_named(stage: Stage, path: str, missing: list[str]) -> None:
    token = bearer(await editors.issue_token("edith's program"))

    nothing = await stage.http.post(f"/api/v1{path}", headers=token)
    empty = await stage.http.post(f"/api/v1{path}", json={}, headers=token)

    assert [(said["field"], said["rule"]) for said in nothing.json()["error"]["details"]] == [
        (field, "required") for field in missing
    ]
    assert refusal(empty) == (400, "bad_request", missing[0], "required")
