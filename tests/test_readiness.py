"""A production start without what it needs is refused, with all that is missing in one list."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from blogqueue.readiness import check_settings
from blogqueue.settings import settings


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(settings, "env", "production")
    monkeypatch.setattr(settings, "public_url", "https://links.example.com")
    monkeypatch.setattr(settings, "smtp_url", SecretStr("smtps://mail.example.com"))
    return monkeypatch


@pytest.mark.parametrize("process", ["web", "mail"])
def test_customers_have_somebody_to_write_to(production: pytest.MonkeyPatch, process: str) -> None:
    check_settings(process)

    production.setattr(settings, "mail_reply_to", "")

    with pytest.raises(SystemExit, match="BLOGQUEUE_MAIL_REPLY_TO is not set"):
        check_settings(process)


@pytest.mark.parametrize("name", ["terms_file", "privacy_file"])
def test_a_text_of_the_owners_that_cannot_be_read_is_said_at_the_start(
    production: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    production.setattr(settings, name, str(tmp_path / "nowhere.md"))
    with pytest.raises(SystemExit, match=f"BLOGQUEUE_{name.upper()} cannot be read"):
        check_settings("web")

    (tmp_path / "nowhere.md").write_text("# Ours\n", encoding="utf-8")
    check_settings("web")


def test_all_that_is_missing_is_in_one_list(production: pytest.MonkeyPatch) -> None:
    production.setattr(settings, "mail_reply_to", "")
    production.setattr(settings, "public_url", "http://links.example.com")

    with pytest.raises(SystemExit) as refused:
        check_settings("web")

    assert str(refused.value).count("\n  - ") == 2
