"""What differs between machines, read from the environment once; `.env.example` explains every setting.

`check_settings` refuses to start a process that lacks something, with one list of everything that is missing.
"""

import sys
from collections.abc import Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

STRIPE_API_BASE = "https://api.stripe.com"
SECRET_LENGTH = 32

# What each process needs (see `check_settings`); the workers' needs are in `jobs.queues`.
WEB_NEEDS = (
    "database_url",
    "broker",
    "secret_key",
    "stripe_api_key",
    "stripe_webhook_secret",
    "reply_to",
    "texts",
    "https",
)
CLOCK_NEEDS = ("broker",)
CLI_NEEDS = ("database_url",)


class Settings(BaseSettings):
    """All settings. The environment variable is `BLOGQUEUE_` and the setting's name.

    A setting that another party has named keeps that name (`validation_alias`).
    """

    model_config = SettingsConfigDict(env_prefix="BLOGQUEUE_", populate_by_name=True, extra="ignore")

    env: Literal["production", "demo", "test"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    log_format: Literal["json", "console"] = "json"

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    redis_url: str = Field(default="", validation_alias="REDIS_URL")
    broker_url: str = Field(default="", validation_alias="BROKER_URL")

    stripe_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="STRIPE_API_KEY")
    stripe_webhook_secret: SecretStr = Field(default=SecretStr(""), validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str = Field(default=STRIPE_API_BASE, validation_alias="STRIPE_API_BASE")

    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(default="https://api.openai.com/v1", validation_alias="OPENAI_BASE_URL")
    openai_model: str = Field(default="gpt-5.6-mini", validation_alias="OPENAI_MODEL")
    openai_timeout_seconds: float = 60.0

    smtp_url: SecretStr = Field(default=SecretStr(""), validation_alias="SMTP_URL")
    mail_from: str = "blogqueue <no-reply@localhost>"
    mail_reply_to: str = ""
    operator_email: str = "operator@localhost"

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=1, le=65535)
    article_generation_concurrency: int = Field(default=1, ge=1, le=50)
    backlink_integration_concurrency: int = Field(default=1, ge=1, le=50)
    terms_file: str = ""
    privacy_file: str = ""
    shutdown_grace_seconds: int = Field(default=10, ge=1, le=3600)

    magic_link_ttl_minutes: int = Field(default=30, ge=1, le=1440)
    checkout_ttl_minutes: int = Field(default=60, ge=35, le=1430)
    refund_grace_hours: int = Field(default=24, ge=0, le=720)
    max_regenerations_per_hour_per_order: int = Field(default=6, ge=1, le=1000)
    max_purchases_per_hour_per_email: int = Field(default=10, ge=1, le=1000)
    max_purchases_per_hour_per_ip: int = Field(default=60, ge=1, le=10000)
    max_checkouts_per_minute_per_ip: int = Field(default=30, ge=1, le=10000)
    max_model_calls_per_order: int = Field(default=200, ge=1, le=100_000)
    max_model_tokens_per_order: int = Field(default=2_000_000, ge=1000, le=1_000_000_000)

    @property
    def contact(self) -> str:
        """Return the address for customers' questions, or "" if there is none."""
        return parseaddr(self.mail_reply_to)[1]


def _read() -> Settings:
    """Read this process's settings; exit with one line, without the value, for each that is not valid."""
    try:
        return Settings()
    except ValidationError as error:
        invalid = [(str(one["loc"][0]), one["msg"]) for one in error.errors(include_input=False)]
        lines = [
            f"  - {name if name.isupper() else f'BLOGQUEUE_{name.upper()}'}: {message}" for name, message in invalid
        ]
        sys.exit("blogqueue does not start:\n" + "\n".join(lines))


settings = _read()


def check_settings(process: str, needs: Iterable[str]) -> None:
    """Exit with one list of what this process needs and is missing or unsafe."""
    problems = [problem for need in needs if (problem := _find_problem(need))]
    if problems:
        sys.exit(f"blogqueue {process} does not start:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _find_problem(need: str) -> str:
    """Return what is wrong with one need of a process, or ""."""
    production = settings.env == "production"
    if need == "database_url":
        return "" if settings.database_url else "DATABASE_URL is not set"
    if need == "broker":
        return "" if settings.broker_url or settings.redis_url else "REDIS_URL (or BROKER_URL) is not set"
    if need == "texts":
        return _find_text_problem()
    if need in {"https", "mail_from", "reply_to"}:
        return _find_address_problem(need) if production else ""
    return _find_secret_problem(need, production=production)


def _find_address_problem(need: str) -> str:
    """Return what is wrong with an address that customers use or see, or ""."""
    problems = {
        "https": ""
        if settings.public_url.startswith("https://")
        else "BLOGQUEUE_PUBLIC_URL must begin with https:// in production",
        "mail_from": "BLOGQUEUE_MAIL_FROM is not set" if "@localhost" in settings.mail_from else "",
        "reply_to": ""
        if settings.contact
        else "BLOGQUEUE_MAIL_REPLY_TO is not set: customers have no address for questions",
    }
    return problems[need]


def _find_text_problem() -> str:
    """Return which of the operator's own texts cannot be read, or ""."""
    for name in ("terms_file", "privacy_file"):
        file: str = getattr(settings, name)
        try:
            _ = file and Path(file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            return f"BLOGQUEUE_{name.upper()} cannot be read: {error}"
    return ""


def _find_secret_problem(need: str, *, production: bool) -> str:
    """Return what is wrong with a secret, or ""."""
    secret: str = getattr(settings, need).get_secret_value()
    name = f"BLOGQUEUE_{need.upper()}" if need == "secret_key" else need.upper()
    if not secret:
        return f"{name} is not set"
    if production and need == "secret_key" and len(secret) < SECRET_LENGTH:
        return f"{name} is shorter than {SECRET_LENGTH} characters"
    return ""
