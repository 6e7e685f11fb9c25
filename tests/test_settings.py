"""A process that lacks a setting in production does not start, and names everything that is missing in one list."""

import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest
from annotated_types import Ge, Le
from pydantic import SecretStr, ValidationError

from blogqueue.jobs import breaker
from blogqueue.jobs.queues import MAIL_NEEDS, RUN_LIMIT_MS
from blogqueue.needs import WEB_NEEDS, check_settings
from blogqueue.settings import STRIPE_API_BASE, TEXTS, Settings, settings
from blogqueue.writing.article.prompts import ARTICLE_OUTPUT_TOKENS
from blogqueue.writing.attempts import MAX_QC_ATTEMPTS
from blogqueue.writing.questions import MAX_OUTPUT_TOKENS

ROOT = Path(__file__).parents[1]


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in TEXTS:
        (tmp_path / f"{name}.md").write_text("# Ours\n", encoding="utf-8")
        monkeypatch.setattr(settings, name, str(tmp_path / f"{name}.md"))
    monkeypatch.setattr(settings, "env", "production")
    monkeypatch.setattr(settings, "public_url", "https://links.blogqueue.example")
    monkeypatch.setattr(settings, "smtp_url", SecretStr("smtps://mail.blogqueue.example"))
    return monkeypatch


@pytest.mark.parametrize("needs", [WEB_NEEDS, MAIL_NEEDS], ids=["web", "mail"])
def test_customers_have_an_address_for_questions(production: pytest.MonkeyPatch, needs: tuple[str, ...]) -> None:
    check_settings("process", needs)

    production.setattr(settings, "mail_reply_to", "")

    with pytest.raises(SystemExit, match="BLOGQUEUE_MAIL_REPLY_TO is not set"):
        check_settings("process", needs)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_the_operator_that_cannot_be_read_keeps_the_web_from_starting(
    production: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    production.setattr(settings, name, str(tmp_path / "nowhere.md"))
    with pytest.raises(SystemExit, match=f"BLOGQUEUE_{name.upper()} cannot be read"):
        check_settings("web", WEB_NEEDS)

    (tmp_path / "nowhere.md").write_text("# Ours\n", encoding="utf-8")
    check_settings("web", WEB_NEEDS)


@pytest.mark.parametrize("name", TEXTS)
def test_production_shows_no_placeholder_as_a_text_of_the_operator(
    production: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "blank.md").write_text(" \n", encoding="utf-8")
    for value in ("", str(tmp_path / "blank.md")):
        production.setattr(settings, name, value)
        with pytest.raises(
            SystemExit, match=f"BLOGQUEUE_{name.upper()} is not set: customers would read a placeholder"
        ):
            check_settings("web", WEB_NEEDS)

    production.setattr(settings, "env", "demo")
    check_settings("web", WEB_NEEDS)


@pytest.mark.parametrize("color", ["green", "#86d2a8", "#1c614", "#1c6142;}"])
def test_an_accent_colour_that_cannot_be_read_is_refused(color: str) -> None:
    assert Settings(accent_color="#1c6142").accent_color == "#1c6142"
    with pytest.raises(ValidationError):
        Settings(accent_color=color)


def test_all_that_is_missing_is_in_one_list(production: pytest.MonkeyPatch) -> None:
    production.setattr(settings, "mail_reply_to", "")
    production.setattr(settings, "public_url", "http://links.blogqueue.example")

    with pytest.raises(SystemExit) as refused:
        check_settings("web", WEB_NEEDS)

    assert str(refused.value).count("\n  - ") == 2


@pytest.mark.parametrize(
    ("setting", "value", "name"),
    [
        ("public_url", "https://links.example.com", "BLOGQUEUE_PUBLIC_URL"),
        ("mail_from", "no-reply@links.example.com", "BLOGQUEUE_MAIL_FROM"),
        ("mail_reply_to", "Help <help@example.org>", "BLOGQUEUE_MAIL_REPLY_TO"),
        ("operator_email", "operator@links.example.com", "BLOGQUEUE_OPERATOR_EMAIL"),
        ("operator_email", "operator@localhost", "BLOGQUEUE_OPERATOR_EMAIL"),
        ("database_url", "postgresql://blogqueue:password@127.0.0.1:5432/blogqueue", "DATABASE_URL"),
        ("broker_url", "redis://:password@127.0.0.1:6379/0", "BROKER_URL"),
        ("smtp_url", SecretStr("smtps://user:secret@mail.example.com:465"), "SMTP_URL"),
        ("smtp_url", SecretStr("mail.links.example"), "SMTP_URL"),
        ("secret_key", SecretStr("a" * 44), "BLOGQUEUE_SECRET_KEY"),
        ("secret_key", SecretStr("a short one"), "BLOGQUEUE_SECRET_KEY"),
        ("stripe_webhook_secret", SecretStr("we_1"), "STRIPE_WEBHOOK_SECRET"),
        ("stripe_api_key", SecretStr(""), "STRIPE_API_KEY"),
    ],
)
def test_what_is_missing_or_still_the_examples_keeps_production_from_starting(
    production: pytest.MonkeyPatch, setting: str, value: object, name: str
) -> None:
    needs = (*WEB_NEEDS, *MAIL_NEEDS)
    check_settings("process", needs)

    production.setattr(settings, setting, value)

    with pytest.raises(SystemExit, match=f"  - {name} ") as refused:
        check_settings("process", needs)
    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "name", "address"),
    [
        ("no-reply@links.example.com", "", "no-reply@links.example.com"),
        ("blogqueue <no-reply@links.example.com>", "blogqueue", "no-reply@links.example.com"),
        ("Green Bench, Ltd. <no-reply@links.example.com>", "Green Bench, Ltd.", "no-reply@links.example.com"),
        ('"Green Bench, Ltd." <no-reply@links.example.com>', "Green Bench, Ltd.", "no-reply@links.example.com"),
        ('The "Green" Bench <o\'neil+x@links.example.com>', 'The "Green" Bench', "o'neil+x@links.example.com"),
        ("Grüne Bank: Beet (alt) <post@grünebank.example>", "Grüne Bank: Beet (alt)", "post@xn--grnebank-75a.example"),
    ],
)
def test_a_sender_is_read_once_whatever_is_in_its_name(typed: str, name: str, address: str) -> None:
    values = Settings(mail_from=typed, mail_reply_to=typed)

    message = EmailMessage()
    message["From"] = values.mail_from
    (mailbox,) = message["From"].addresses
    assert (mailbox.display_name, mailbox.addr_spec, values.contact) == (name, address, address)
    assert message["From"].defects == ()
    assert f"<{address}>".encode() in message.as_bytes() or address.encode() in message.as_bytes()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mail_from", ""),
        ("mail_from", "Green Bench"),
        ("mail_from", "grün@links.example.com"),
        ("mail_from", "Green <a@links.example.com"),
        ("mail_from", "a@links.example.com, b@links.example.com"),
        ("mail_from", "Green\nBcc: x@y.example <a@links.example.com>"),
        ("mail_reply_to", "help@"),
        ("operator_email", "Otto <otto@links.example.com>"),
        ("public_url", "https://links.example.com/shop"),
        ("public_url", "https://links.example.com/?a=b"),
        ("public_url", "links.example.com"),
        ("public_url", "https://me@links.example.com"),
        ("public_url", "https://a..example.com\u00e4"),
        ("openai_timeout_seconds", "0"),
        ("openai_timeout_seconds", "nan"),
        ("openai_timeout_seconds", "91"),
        ("max_model_calls_per_order", "5"),
        ("max_model_tokens_per_order", "35999"),
    ],
)
def test_an_address_that_cannot_work_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({name: value})
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]


def test_the_limits_leave_a_run_the_time_and_the_budget_for_all_its_calls_of_the_model() -> None:
    # Given the slowest model and the smallest budget that the settings allow
    def bound(name: str, kind: type[Ge] | type[Le]) -> float:
        (found,) = (one for one in Settings.model_fields[name].metadata if isinstance(one, kind))
        return float(getattr(found, kind.__name__.lower()))

    opinion = bound("openai_timeout_seconds", Le)
    article = opinion * ARTICLE_OUTPUT_TOKENS / MAX_OUTPUT_TOKENS

    # Then a run ends by its own timeouts, and a probe is not lost while it asks
    assert MAX_QC_ATTEMPTS * (article + opinion) < RUN_LIMIT_MS / 1000
    assert settings.openai_timeout_seconds * article / opinion < breaker.PROBE_LEASE_SECONDS
    # And one run does not use up its order's budget
    assert bound("max_model_calls_per_order", Ge) >= 2 * MAX_QC_ATTEMPTS
    tokens = MAX_QC_ATTEMPTS * (ARTICLE_OUTPUT_TOKENS + MAX_OUTPUT_TOKENS)
    assert bound("max_model_tokens_per_order", Ge) >= tokens


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://links.example.com/", "https://links.example.com"),
        ("https://Links.Example.com:443", "https://links.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://g\u00e4rten.example:8443", "https://xn--grten-gra.example:8443"),
    ],
)
def test_the_public_address_is_written_as_browsers_write_an_origin(typed: str, origin: str) -> None:
    assert Settings(public_url=typed).public_url == origin


def test_the_slash_at_the_end_of_another_partys_address_is_left_out() -> None:
    values = Settings(stripe_api_base="https://api.stripe.com/", openai_base_url="https://models.example/v1/")

    assert (values.stripe_api_base, values.openai_base_url) == (STRIPE_API_BASE, "https://models.example/v1")


@pytest.mark.parametrize("shell", ["/bin/sh", "bash"])
def test_a_shell_reads_from_the_example_what_the_product_has_as_defaults(shell: str) -> None:
    # When a shell reads the example as the operator's .env
    command = "set -eua; . ./.env.example; env -0"
    done = subprocess.run([shell, "-c", command], cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    values = dict(line.split("=", 1) for line in done.stdout.rstrip("\0").split("\0"))

    # Then the settings are valid, and every number is the product's own default
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool):
            assert values[f"BLOGQUEUE_{name.upper()}"] == str(field.default).lower(), name
        elif isinstance(field.default, int | float):
            assert float(values[f"BLOGQUEUE_{name.upper()}"]) == field.default, name
    assert values["BLOGQUEUE_MAIL_FROM"] == "no-reply@links.example.com"
