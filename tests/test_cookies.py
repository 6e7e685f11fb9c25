"""Browsers send an order's cookie whoever asks them to: only our own pages can make them write with it."""

import pytest

from blogqueue.settings import settings
from tests.stage import Bought, Stage


async def submit_with_cookie(stage: Stage, order: Bought, **headers: str) -> tuple[int, str]:
    """Submit by the API as a browser would that has opened the order's page; the status and code of the answer."""
    version = (await stage.status(order))["version"]["versionId"]
    body = f'{{"orderId": "{order.id}", "versionId": "{version}"}}'.encode()
    stage.http.cookies.set(f"order_{order.id.hex}", order.access)
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await stage.http.post("/api/v1/purchase/submit-for-review", content=body, headers=own)
    return answer.status_code, "" if answer.is_success else answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"content_type": "application/json", "sec_fetch_site": "cross-site"}, (403, "forbidden")),
        ({"content_type": "application/json", "sec_fetch_site": "same-site"}, (403, "forbidden")),
        ({"content_type": "application/json", "origin": "https://evil.example"}, (403, "forbidden")),
        ({"content_type": "application/json", "origin": "null"}, (403, "forbidden")),
        ({"content_type": "text/plain"}, (415, "unsupported_media_type")),
        ({"content_type": "application/x-www-form-urlencoded"}, (415, "unsupported_media_type")),
        ({}, (415, "unsupported_media_type")),
    ],
)
async def test_another_site_cannot_write_with_the_cookie(
    stage: Stage, headers: dict[str, str], refused: tuple[int, str]
) -> None:
    order = await stage.delivered(await stage.article())

    assert await submit_with_cookie(stage, order, **headers) == refused
    assert (await stage.status(order))["status"] == "QUALITY_CHECK"


async def test_our_own_page_can(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())

    answer = await submit_with_cookie(
        stage,
        order,
        content_type="application/json; charset=utf-8",
        sec_fetch_site="same-origin",
        origin=settings.public_url,
    )

    assert answer == (200, "")


async def test_no_cache_keeps_what_is_private(stage: Stage) -> None:
    order = await stage.delivered(await stage.article())
    token = {"authorization": f"bearer {order.access}"}  # the scheme's name is case-insensitive (RFC 9110 §11.1)

    private = [
        await stage.http.get(f"/api/v1/purchase/status/{order.id}", headers=token),
        await stage.http.get(f"/api/v1/purchase/status/{order.id}"),
        await stage.http.get("/api/v1/admin/orders"),
        await stage.http.get("/admin/reviews"),
        await stage.http.get(f"/order-status/{order.id}"),
    ]

    assert private[0].status_code == 200
    assert [answer.headers["cache-control"] for answer in private] == ["no-store"] * len(private)
    assert "no-store" not in (await stage.http.get("/api/v1/articles")).headers.get("cache-control", "")
