"""What Piccolo Admin answers: its policy, no redirects elsewhere, no caches, and to odd calls."""

import re

import pytest

from tests.stage import Stage


async def test_only_the_admin_has_its_looser_policy(stage: Stage) -> None:
    await stage.signed_in()

    admin, reviews = await stage.http.get("/admin/tables/"), await stage.http.get("/admin/reviews")

    assert "'unsafe-inline'" in admin.headers["content-security-policy"]
    assert "unsafe-inline" not in reviews.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in admin.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "tables/articles/?__page_size=-1", b""),
        ("GET", "tables/articles/?__page_size=9999999999999999999", b""),
        ("GET", "tables/articles/?__page=-1", b""),
        ("GET", "tables/articles/?__order=foo", b""),
        ("GET", "tables/articles/?__cursor=foo", b""),
        ("GET", "tables/articles/?domain_id=x", b""),
        ("GET", "tables/domains/?max_paid_links=9999999999999999999", b""),
        ("GET", "tables/articles/x/", b""),
        ("GET", "tables/articles/%00/", b""),
        ("GET", "tables/domains/?host=%00", b""),
        ("POST", "forms/confirm-the-second-factor/", b"[]"),
        ("POST", "forms/confirm-the-second-factor/", b"{"),
        ("POST", "forms/confirm-the-second-factor/", b"\xff"),
        ("POST", "forms/confirm-the-second-factor/", b"[" * 60_000),
        ("POST", "tables/domains/", b"[]"),
        ("POST", "tables/domains/", b'{"host": "\\ud800"}'),
        ("POST", "change-password/", b"[]"),
        ("POST", "mfa-setup/", b"[]"),
    ],
)
async def test_no_odd_call_of_an_editor_is_our_fault(stage: Stage, method: str, path: str, body: bytes) -> None:
    await stage.signed_in()
    token = {"x-csrftoken": stage.http.cookies["csrftoken"], "content-type": "application/json"}

    answer = await stage.http.request(method, f"/admin/api/{path}", content=body, headers=token)

    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["openapi.json", "public/openapi.json", "public/docs", "api/openapi.json", "api"])
async def test_no_address_below_admin_redirects_to_the_host_of_the_request(stage: Stage, path: str) -> None:
    await stage.signed_in()

    answer = await stage.http.get(f"/admin/{path}", headers={"host": "evil.example"})

    assert "evil" not in answer.headers.get("location", "")
    assert answer.status_code in {200, 404}


async def test_what_the_admin_answers_is_kept_by_no_cache_but_its_own_files_are(stage: Stage) -> None:
    await stage.signed_in()

    private = [await stage.http.get(f"/admin/api/{path}") for path in ("tables/articles/", "mfa-setup/", "user/")]
    page = (await stage.http.get("/admin/tables/")).text
    files = re.findall(r"assets/[\w.-]+\.js", page)

    assert {answer.headers["cache-control"] for answer in private} == {"no-store"}
    assert files
    assert "cache-control" not in (await stage.http.get(f"/admin/tables/{files[0]}")).headers


@pytest.mark.parametrize("name", ["%00", "a" * 3000, "..%2fapp.py", "a/" * 1000])
async def test_no_odd_name_of_a_file_is_our_fault(stage: Stage, name: str) -> None:
    assert (await stage.http.get(f"/static/{name}")).status_code in {400, 404}
