"""Limits are shared by all processes, hold without Redis, and end by themselves."""

import json
from typing import Any

import httpx
import pytest

from blogqueue import limits
from blogqueue.admin import login
from blogqueue.errors import TooManyError
from blogqueue.limits import Limit, take, to_network
from blogqueue.settings import settings
from tests.stage import PASSWORD, Stage, redis_broker

TWICE = Limit("twice", 2, 3600)


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process find no Redis, as when it is stopped."""
    monkeypatch.setattr(limits, "_counts", limits._Counts())  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - its state
    monkeypatch.setattr(settings, "redis_url", "redis://127.0.0.1:1/0")


@pytest.mark.usefixtures("stage")
async def test_a_count_is_in_redis_ends_with_its_window_and_names_nobody() -> None:
    await take(TWICE, "ana@customers.example")
    await take(TWICE, "ana@customers.example")
    await take(TWICE, "ben@customers.example")

    with pytest.raises(TooManyError) as refused:
        await take(TWICE, "ana@customers.example")

    keys = redis_broker().client.keys("blogqueue:limit:*")
    assert isinstance(keys, list)
    assert len(keys) == 2
    assert all(b"ana" not in key and 0 < int(redis_broker().client.ttl(key)) <= 3600 for key in keys)  # type: ignore[arg-type]
    assert 1 <= refused.value.retry_after <= 3601


@pytest.mark.usefixtures("no_redis")
async def test_without_redis_a_process_counts_for_itself() -> None:
    await take(TWICE, "ana")
    await take(TWICE, "ana")
    with pytest.raises(TooManyError):
        await take(TWICE, "ana")
    await take(TWICE, "ben")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/56"),
        ("2001:db8:1:2::1", "2001:db8:1::/56"),
        ("2001:db8:1:103::1", "2001:db8:1:100::/56"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_is_what_one_line_is_given(address: str, network: str) -> None:
    assert to_network(address) == network


async def try_login(stage: Stage, body: Any, address: str = "192.0.2.1") -> httpx.Response:
    """Send something to the login, from an address that the proxy names."""
    own = {"cookie": "csrftoken=x", "x-csrftoken": "x", "x-forwarded-for": address}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await stage.http.post("/admin/public/login/", content=content, headers=own)


async def test_guessing_a_password_is_limited_and_looking_at_the_login_is_not(stage: Stage) -> None:
    # Given Edith, and somebody who guesses her password
    await stage.sign_in()
    wrong = {"username": "edith", "password": "a guess"}
    guesses = [await try_login(stage, wrong) for _ in range(login.BY_ACCOUNT_AND_NETWORK.most + 1)]

    # Then they are told when they may go on, and Edith signs in from elsewhere
    assert {guess.status_code for guess in guesses[:-1]} == {401}
    assert guesses[-1].status_code == 429
    assert 1 <= int(guesses[-1].headers["retry-after"]) <= 15 * 60 + 1
    assert (await try_login(stage, {"username": "edith", "password": PASSWORD}, "192.0.2.2")).status_code == 200
    # and whoever looks at the page of the login is not counted
    for _ in range(25):
        assert (await stage.http.get("/admin/public/login/")).status_code == 200


async def test_guessing_from_many_networks_or_for_many_names_is_limited_too(stage: Stage) -> None:
    many_networks = [
        (await try_login(stage, {"username": "Edith", "password": "a"}, f"2001:db8:{n + 1}::1")).status_code
        for n in range(login.BY_ACCOUNT.most + 1)
    ]
    many_names = [
        (await try_login(stage, {"username": f"editor {n}", "password": "a"}, f"2001:db8::{n}")).status_code
        for n in range(login.BY_NETWORK.most + 1)
    ]

    assert many_networks == [401] * login.BY_ACCOUNT.most + [429]
    assert many_names == [401] * login.BY_NETWORK.most + [429]


async def test_guessing_at_the_set_up_of_a_second_factor_is_limited_with_an_end(stage: Stage) -> None:
    # Given Edith's browser, left open, and somebody who guesses her password there
    await stage.signed_in()
    token = stage.http.cookies["csrftoken"]
    guess = {"action": "register", "password": "a guess", "csrftoken": token}
    guesses = [
        await stage.http.post("/admin/api/mfa-setup/", data=guess, headers={"X-CSRFToken": token})
        for _ in range(login.PASSWORD_BY_EDITOR.most + 1)
    ]

    # Then it ends with a time to wait, and the page can still be looked at
    assert {answer.status_code for answer in guesses[:-1]} == {401}
    assert guesses[-1].status_code == 429
    assert 1 <= int(guesses[-1].headers["retry-after"]) <= 15 * 60 + 1
    for _ in range(25):
        assert (await stage.http.get("/admin/api/mfa-setup/")).status_code == 200


async def test_a_guess_is_counted_for_the_name_that_is_tried_however_it_is_sent(stage: Stage) -> None:
    # Given somebody who guesses Edith's password, in bodies that name another editor to whoever reads them as a form
    await stage.sign_in()
    own = {"cookie": "csrftoken=x", "x-csrftoken": "x", "x-forwarded-for": "192.0.2.1"}
    guesses = [
        await stage.http.post(
            "/admin/public/login/",
            files={
                "username": (None, "edith"),
                "password": (None, PASSWORD if number else "a guess"),
                "filler": (None, f"&username=decoy{number}&"),
            },
            headers=own,
        )
        for number in range(2)
    ]

    # Then no password is compared
    assert {guess.status_code for guess in guesses} == {422}

    # And a form is read as it is counted
    form = {"username": "edith", "password": PASSWORD, "csrftoken": "x"}
    del own["x-csrftoken"]
    assert (await stage.http.post("/admin/public/login/", data=form, headers=own)).status_code == 200


async def test_guessing_where_a_password_is_changed_is_limited(stage: Stage) -> None:
    await stage.signed_in()
    token = {"x-csrftoken": stage.http.cookies["csrftoken"]}
    guess = {
        "current_password": "a guess",
        "new_password": "tidal otter 4 lamp",
        "confirm_password": "tidal otter 4 lamp",
    }
    guesses = [
        (await stage.http.post("/admin/api/change-password/", json=guess, headers=token)).status_code
        for _ in range(login.PASSWORD_BY_EDITOR.most + 1)
    ]

    assert guesses == [422] * login.PASSWORD_BY_EDITOR.most + [429]


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b'"str"', b"null", b"1", b"", b"{", b"\xff", b"username=\xff&password=a", b"[" * 60_000,
        b'{"username":' + b"9" * 5000 + b"}",
        {"username": {}, "password": "a"}, {"username": "edith", "password": 123}, {"username": None, "password": "a"},
        {"username": "a\0", "password": "a"}, {"username": "\ud800", "password": "a"},
        {"username": "edith", "password": PASSWORD, "mfa_code": 123456},
        {"username": "edith", "password": PASSWORD, "mfa_code": "1" * 2000},
        {"username": "edith", "password": "a" * 20_000},
    ],
)  # fmt: skip
async def test_no_odd_login_is_our_fault(stage: Stage, body: Any) -> None:
    answer = await try_login(stage, body)

    assert 400 <= answer.status_code < 500, answer.text
