"""Who reads what of `/health/ready`."""

import pytest
from pydantic import SecretStr

from blogqueue.settings import settings
from tests.stage import Stage, bearer

BY_PROXY = {"host": "links.example.com", "x-forwarded-for": "203.0.113.9"}


async def test_ready_says_why_only_to_those_who_may_read_the_metrics(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an installation on which nobody works, whose provider refused a key and whose broker is away
    await stage.by_force(
        "INSERT INTO breakers (name, opened_at, reason) VALUES ('model', now(), 'Incorrect API key provided: sk-12')"
    )
    monkeypatch.setattr(settings, "broker_url", "redis://127.0.0.1:1")

    # When this machine asks, then it reads why
    own = (await stage.http.get("/health/ready")).json()
    assert own["postgres"] == "ok"
    assert "Redis does not answer" in own["broker"]
    assert "backlink-integration" in own["workers"] and "sk-12" in own["provider"] and "minute" in own["clock"]

    # When somebody asks through a proxy, then they read that it is so
    theirs = await stage.http.get("/health/ready", headers=BY_PROXY)
    assert theirs.status_code == 200
    assert theirs.json() == {name: "ok" if said == "ok" else "not ok" for name, said in own.items()}

    # And with a token in the settings, only who shows it reads why
    monkeypatch.setattr(settings, "metrics_token", SecretStr("a token of 24 characters"))
    assert (await stage.http.get("/health/ready")).json() == theirs.json()
    shown = bearer("a token of 24 characters") | BY_PROXY
    assert "sk-12" in (await stage.http.get("/health/ready", headers=shown)).json()["provider"]


async def test_ready_has_the_status_code_for_everybody(stage: Stage) -> None:
    rename = "UPDATE migration SET app_name = '{}' WHERE app_name = '{}'"
    await stage.by_force(rename.format("aside", "blogqueue"))
    try:
        answer = await stage.http.get("/health/ready", headers=BY_PROXY)
    finally:
        await stage.by_force(rename.format("blogqueue", "aside"))

    assert (answer.status_code, answer.json()) == (503, {"postgres": "not ok", "broker": "ok"})
    assert (await stage.http.get("/health/live", headers=BY_PROXY)).json() == {"status": "ok"}
