"""The description of the API is complete, and programs can be made from it."""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blogqueue.api.openapi import build_document
from tests.stage import Stage, bearer

DOCUMENT = build_document()
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document."""
    if isinstance(node, dict):
        if "type" in node or "$ref" in node or "anyOf" in node:
            yield node
        for key, value in node.items():
            if key not in {"example", "examples"}:
                yield from schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas(value)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_described_with_examples_and_errors(name: str) -> None:
    _, _, operation = OPERATIONS[name]

    assert name == name.lower()
    assert operation["summary"] and operation["description"] and operation["tags"]
    assert {tag["name"] for tag in DOCUMENT["tags"]} >= set(operation["tags"])
    if "requestBody" in operation:
        assert operation["requestBody"]["content"]["application/json"]["examples"]
        assert {"400", "408", "413"} <= set(operation["responses"])
    assert "503" in operation["responses"]
    for parameter in operation.get("parameters", ()):
        assert parameter["description"]
    for status, response in operation["responses"].items():
        assert "X-Request-Id" in response["headers"]
        assert ("content" in response) == (status != "304")
        assert all("example" in content for content in response.get("content", {}).values())
        if status.startswith(("4", "5")):
            schema = response["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}
        if status in {"429", "503"}:
            assert "Retry-After" in response["headers"]


def test_every_object_is_closed_and_described_and_no_answer_is_a_bare_array() -> None:
    from_stripe = {"StripeEventBody", "StripeEventData"}  # Stripe adds fields as it likes
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        if schema["type"] == "object" and name not in from_stripe:
            assert schema["additionalProperties"] is False, name
        assert schema["type"] in {"object", "string"}, name


def test_every_text_and_number_that_is_sent_to_us_has_bounds() -> None:
    sent = [DOCUMENT["components"]["schemas"][name] for name in ("LinkPurchase", "ArticlePurchase", "RejectRequest")]
    parameters = [
        parameter["schema"] for _, _, operation in OPERATIONS.values() for parameter in operation.get("parameters", ())
    ]
    for schema in schemas(sent + parameters):
        if schema.get("type") == "integer":
            assert {"minimum", "maximum"} <= set(schema)
        if schema.get("type") == "string" and "enum" not in schema and "format" not in schema:
            assert "maxLength" in schema or "Stripe's signature" in schema["description"], schema


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for kind in ("schemas", "headers"):
        known = set(DOCUMENT["components"][kind])
        used = {part.partition('"')[0] for part in text.split(f"#/components/{kind}/")[1:]}
        assert used <= known


async def test_a_python_client_is_generated_without_a_warning_and_works(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article_id = await stage.article()
    described = tmp_path / "openapi.json"
    described.write_text((await stage.http.get("/api/openapi.json")).text)
    tools = Path(sys.executable).parent
    generating = await asyncio.create_subprocess_exec(
        str(tools / "openapi-python-client"),
        "generate",
        "--path",
        str(described),
        "--output-path",
        str(tmp_path / "shop_client"),
        "--meta",
        "none",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},  # it formats with ruff
    )
    said, _ = await generating.communicate()
    assert generating.returncode == 0, said.decode()
    assert "warning" not in said.decode().lower(), said.decode()

    monkeypatch.syspath_prepend(str(tmp_path))
    client: Any = importlib.import_module("shop_client")
    get_article: Any = importlib.import_module("shop_client.api.catalogue.get_article")
    async with client.Client(base_url=str(stage.http.base_url)) as shop:
        answer = await get_article.asyncio(article_id, client=shop)
    assert answer.success is True
    assert answer.data.id == article_id
    assert answer.data.content.startswith("---")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/articles/not-an-id", 404, "not_found"),
        ("DELETE", "/api/v1/purchase", 405, "method_not_allowed"),
        ("GET", "/api/v1/purchase/checkout", 405, "method_not_allowed"),
        ("GET", "/api/v1/articles?limit=0", 400, "bad_request"),
        ("GET", "/api/v1/articles?maxPrice=null", 400, "bad_request"),
    ],
)
async def test_an_error_of_the_router_is_in_the_envelope(
    stage: Stage, method: str, path: str, status: int, code: str
) -> None:
    answer = await stage.http.request(method, path, headers={"accept": "text/html"})

    assert answer.status_code == status
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == code
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("path", ["/", "/api/v1/articles", "/api/openapi.json", "/health/live", "/api/docs"])
async def test_head_is_answered_like_get_but_without_a_body(stage: Stage, path: str) -> None:
    shown = await stage.http.get(path)
    answer = await stage.http.head(path)

    assert answer.status_code == shown.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(shown.content))
    assert answer.headers["content-type"] == shown.headers["content-type"]


async def test_head_of_a_stream_ends(stage: Stage) -> None:
    order = await stage.buy(await stage.article())

    answer = await stage.http.head(
        f"/api/v1/purchase/status/{order.id}/events", headers=bearer(order.access), timeout=10
    )

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_every_answer_has_an_id_of_its_own(stage: Stage) -> None:
    paths = ["/", "/api/v1/articles", "/api/v1/nothing", "/health/live", "/admin/", "/nothing", "/api/v1/admin/orders"]
    ids = [(await stage.http.get(path)).headers["x-request-id"] for path in paths]

    assert len(set(ids)) == len(paths)
