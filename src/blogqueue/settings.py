"""What differs between machines, read from the environment once; `.env.example` explains every setting.

What a process cannot do without is in `needs`.
"""

import re
import sys
from decimal import Decimal
from email.utils import parseaddr
from typing import Annotated, Literal
from urllib.parse import urlsplit

import idna
from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

STRIPE_API_BASE = "https://api.stripe.com"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

DARK = 0.04045
CONTRAST = 4.5
"""Of text to its background, at least (WCAG 2.2, 1.4.3); the formulas are its relative luminance and contrast ratio."""


TEXTS = ("terms_file", "privacy_file", "imprint_file")
"""The operator's own texts."""


_MAILBOX = re.compile(r"(?:(?P<name>[^<>]*)<)?(?P<local>[!#-'*+/-9=?A-Z^-~-]+)@(?P<host>[^\s<>@,;:]+)(?(name)>)")
"""An address, or a name and an address in angle brackets; the characters of RFC 5322 §3.2.3 before the @."""


def _normalize_mailbox(value: str) -> str:
    """Return a name and an address as a header takes them: the name in quotes, the host in ASCII. Raises ValueError."""
    found = _MAILBOX.fullmatch(value.strip())
    if found is None or not value.isprintable():
        raise ValueError("must be an address in ASCII letters, or a name with the address in <>")
    try:
        address = f"{found['local']}@{idna.encode(found['host'], uts46=True).decode()}"
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(f"the host of the address is not valid: {error}") from error
    name = (found["name"] or "").strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


def _normalize_address(value: str) -> str:
    """Return an address without a name, its host in ASCII. Raises ValueError."""
    if "<" in value:
        raise ValueError("must be an address without a name")
    return _normalize_mailbox(value)


def _normalize_public_url(value: str) -> str:
    """Return an address as a browser writes its origin; links are made by adding a path. Raises ValueError."""
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an address like https://links.example.com")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("must have no path: blogqueue needs its own host, such as https://links.example.com")
    host = parts.hostname
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f"its host is not valid: {error}") from error
    host = f"[{host}]" if ":" in host else host
    own_port = parts.port not in {None, 80 if parts.scheme == "http" else 443}
    return f"{parts.scheme}://{host}:{parts.port}" if own_port else f"{parts.scheme}://{host}"


def _drop_last_slash(value: str) -> str:
    """Return an address to which paths are added."""
    return value.strip().rstrip("/")


def _check_accent_color(value: str) -> str:
    """Return a colour on which white text can be read (WCAG 2.2, 1.4.3). Raises ValueError."""
    if not value:
        return ""
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour such as #1c6142")
    parts = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    if contrast < CONTRAST:
        raise ValueError(f"must be darker: its contrast to white is {contrast:.1f}, and text needs {CONTRAST}")
    return value


def _check_locale(value: str) -> str:
    """Return the name of a locale if Babel knows it. Raises ValueError."""
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("must be a locale such as en_GB, en_US or de_AT") from error
    return value


class Settings(BaseSettings):
    """All settings. The environment variable is `BLOGQUEUE_` and the setting's name.

    A setting that another party has named keeps that name (`validation_alias`).
    """

    model_config = SettingsConfigDict(env_prefix="BLOGQUEUE_", populate_by_name=True, extra="ignore")

    env: Literal["production", "demo", "test"] = "production"
    public_url: Annotated[str, AfterValidator(_normalize_public_url)] = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")
    log_format: Literal["auto", "json", "console"] = "auto"

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    redis_url: str = Field(default="", validation_alias="REDIS_URL")
    broker_url: str = Field(default="", validation_alias="BROKER_URL")

    stripe_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="STRIPE_API_KEY")
    stripe_webhook_secret: SecretStr = Field(default=SecretStr(""), validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: Annotated[str, AfterValidator(_drop_last_slash)] = Field(
        default=STRIPE_API_BASE, validation_alias="STRIPE_API_BASE"
    )

    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_base_url: Annotated[str, AfterValidator(_drop_last_slash)] = Field(
        default="https://api.openai.com/v1", validation_alias="OPENAI_BASE_URL"
    )
    openai_model: str = Field(default="gpt-5.6-mini", validation_alias="OPENAI_MODEL")
    # A run has nine times as long to wait (`jobs.queues.RUN_LIMIT_MS`): three articles of twice the time each, and
    # three second opinions. It must end by its own timeouts: a run that is killed counts as the job's failure.
    openai_timeout_seconds: float = Field(default=60.0, ge=1, le=90)

    metrics_token: SecretStr = SecretStr("")

    smtp_url: SecretStr = Field(default=SecretStr(""), validation_alias="SMTP_URL")
    mail_from: Annotated[str, AfterValidator(_normalize_mailbox)] = "blogqueue <no-reply@localhost>"
    mail_reply_to: Annotated[str, AfterValidator(lambda value: value and _normalize_mailbox(value))] = ""
    operator_email: Annotated[str, AfterValidator(_normalize_address)] = "operator@localhost"

    alert_webhook_url: SecretStr = SecretStr("")

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=1, le=65535)
    max_connections: int = Field(default=800, ge=10, le=100_000)
    head_seconds: float = Field(default=15.0, gt=0, le=3600)
    body_seconds: float = Field(default=20.0, gt=0, le=3600)
    read_seconds: float = Field(default=30.0, gt=0, le=3600)
    pool_seconds: float = Field(default=10.0, gt=0, le=60)
    article_generation_concurrency: int = Field(default=1, ge=1, le=50)
    backlink_integration_concurrency: int = Field(default=1, ge=1, le=50)
    terms_file: str = ""
    privacy_file: str = ""
    shutdown_grace_seconds: int = Field(default=10, ge=1, le=3600)
    stop_seconds: int | None = None

    site_name: str = Field(default="blogqueue", min_length=1, max_length=60)
    accent_color: Annotated[str, AfterValidator(_check_accent_color)] = ""
    logo_file: str = ""
    imprint_file: str = ""
    locale: Annotated[str, AfterValidator(_check_locale)] = "en_GB"
    order_number_prefix: str = Field(default="BQ", pattern=r"^[A-Z]{1,6}$")

    invoices: bool = True
    automatic_tax: bool = False
    billing_address: bool = False

    magic_link_ttl_minutes: int = Field(default=30, ge=1, le=1440)
    checkout_ttl_minutes: int = Field(default=60, ge=35, le=1430)
    access_days: int = Field(default=365, ge=1, le=3650)
    refund_grace_hours: int = Field(default=24, ge=0, le=720)
    provider_outage_hours: int = Field(default=24, ge=1, le=720)
    max_regenerations_per_hour_per_order: int = Field(default=6, ge=1, le=1000)
    max_purchases_per_hour_per_email: int = Field(default=10, ge=1, le=1000)
    max_purchases_per_hour_per_ip: int = Field(default=60, ge=1, le=10000)
    max_purchases_per_hour_per_email_domain: int = Field(default=100, ge=1, le=100_000)
    max_purchases_per_hour: int = Field(default=500, ge=1, le=100_000)
    max_checkouts_per_minute_per_ip: int = Field(default=30, ge=1, le=10000)
    # At least what the answers of one run may need: six calls, three of 8,000 and three of 4,000 tokens. What the model
    # reads counts, too.
    max_model_calls_per_order: int = Field(default=200, ge=6, le=100_000)
    max_model_tokens_per_order: int = Field(default=2_000_000, ge=36_000, le=1_000_000_000)

    model_price_input: Decimal = Field(default=Decimal(0), ge=0, le=100_000)
    model_price_cached: Decimal = Field(default=Decimal(0), ge=0, le=100_000)
    model_price_output: Decimal = Field(default=Decimal(0), ge=0, le=100_000)
    model_price_currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")

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
