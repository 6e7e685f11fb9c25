"""What varies between machines, read from the environment once; every setting has its sentence in `.env.example`."""

import sys
from email.utils import parseaddr
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

STRIPE_API_BASE = "https://api.stripe.com"


def _outside(name: str) -> AliasChoices:
    """A setting named by the outside party, so without our prefix."""
    return AliasChoices(name)


class Settings(BaseSettings):
    """All settings; a setting's environment name is `BLOGQUEUE_` and its name, unless an alias says otherwise."""

    model_config = SettingsConfigDict(env_prefix="BLOGQUEUE_", populate_by_name=True, extra="ignore")

    env: Literal["production", "demo", "test"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    log_format: Literal["json", "console"] = "json"

    database_url: str = Field(default="", validation_alias=_outside("DATABASE_URL"))
    redis_url: str = Field(default="", validation_alias=_outside("REDIS_URL"))
    broker_url: str = Field(default="", validation_alias=_outside("BROKER_URL"))

    stripe_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=_outside("STRIPE_API_KEY"))
    stripe_webhook_secret: SecretStr = Field(default=SecretStr(""), validation_alias=_outside("STRIPE_WEBHOOK_SECRET"))
    stripe_api_base: str = Field(default=STRIPE_API_BASE, validation_alias=_outside("STRIPE_API_BASE"))

    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias=_outside("OPENAI_API_KEY"))
    openai_base_url: str = Field(default="https://api.openai.com/v1", validation_alias=_outside("OPENAI_BASE_URL"))
    openai_model: str = Field(default="gpt-5.6-mini", validation_alias=_outside("OPENAI_MODEL"))
    openai_timeout_seconds: float = 60.0

    smtp_url: SecretStr = Field(default=SecretStr(""), validation_alias=_outside("SMTP_URL"))
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

    def concurrency(self, queue: str) -> int:
        """How many jobs of a queue one writer process works on at a time."""
        return int(getattr(self, f"{queue.replace('-', '_')}_concurrency"))

    @property
    def contact(self) -> str:
        """The address that customers write to with questions; "" if there is none."""
        return parseaddr(self.mail_reply_to)[1]


def _read() -> Settings:
    """The settings of this process; exits with one line for each that cannot be read, without its value."""
    try:
        return Settings()
    except ValidationError as error:
        broken = [(str(one["loc"][0]), one["msg"]) for one in error.errors(include_input=False)]
        lines = [
            f"  - {name if name.isupper() else f'BLOGQUEUE_{name.upper()}'}: {message}" for name, message in broken
        ]
        sys.exit("blogqueue does not start:\n" + "\n".join(lines))


settings = _read()
