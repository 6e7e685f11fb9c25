"""What each process must be given before it starts; one that lacks something ends with a list of all that is wrong."""

import importlib.util
import sys
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from blogqueue.settings import LOOPBACK, TEXTS, settings

SECRET_LENGTH = 32
SECRET_VARIETY = 8
"""How many different characters a secret key must have. 32 random hexadecimal digits have 14 of the 16 on average."""

TOKEN_LENGTH = 16
EXAMPLE_PASSWORD = "password"  # noqa: S105 - the one of .env.example, which is refused
REDIS_SCHEMES = ("redis", "rediss", "unix")
RABBITMQ_SCHEMES = ("amqp", "amqps")
URL_SCHEMES = {
    "database_url": ("postgres", "postgresql"),
    "openai_base_url": ("https", "http"),
    "stripe_api_base": ("https", "http"),
}

# What each process needs; the workers' needs are in `jobs.queues`.
WEB_NEEDS = (
    "database_url",
    "broker",
    "secret_key",
    "stripe_api_key",
    "stripe_webhook_secret",
    "stripe_api_base",
    "reply_to",
    "texts",
    "https",
    "metrics_token",
)
CLOCK_NEEDS = ("broker",)
CLI_NEEDS = ("database_url",)


def check_settings(process: str, needs: Iterable[str]) -> None:
    """Exit with one list of what this process needs and is missing or unsafe."""
    if problems := find_problems(needs):
        sys.exit(f"blogqueue {process} does not start:\n" + "\n".join(f"  - {problem}" for problem in problems))


def find_problems(needs: Iterable[str]) -> list[str]:
    """Return a sentence about each need that is missing or unsafe."""
    return [problem for need in needs if (problem := _find_problem(need))]


def _find_problem(need: str) -> str:
    """Return what is wrong with one need of a process, or ""."""
    production = settings.env == "production"
    if need in URL_SCHEMES:
        return _find_url_problem(need.upper(), getattr(settings, need), URL_SCHEMES[need])
    if need in FINDERS:
        return FINDERS[need]()
    if need in {"https", "mail_from", "reply_to", "operator_email"}:
        return _find_address_problem(need) if production else ""
    return _find_secret_problem(need, production=production)


def _find_url_problem(name: str, url: str, schemes: tuple[str, ...]) -> str:
    """Return what is wrong with the address of a service, or ""; its password is never part of the sentence."""
    if not url:
        return f"{name} is not set"
    try:
        parts = urlsplit(url)
        password, host, _port = parts.password, parts.hostname, parts.port
    except ValueError:  # of a port that is none, too
        return f"{name} is not a URL (in a password, / ? # and @ are written %2F %3F %23 %40)"
    if parts.scheme not in schemes:
        return f"{name} must begin with " + " or ".join(f"{scheme}://" for scheme in schemes)
    if settings.env == "production" and (password == EXAMPLE_PASSWORD or _is_of_an_example(host)):
        return f"{name} is still the one of .env.example"
    return ""


def _find_broker_problem() -> str:
    """Return what is wrong with the broker's address, or ""."""
    if not settings.broker_url and not settings.redis_url:
        return "REDIS_URL (or BROKER_URL) is not set"
    name, url = ("BROKER_URL", settings.broker_url) if settings.broker_url else ("REDIS_URL", settings.redis_url)
    if problem := _find_url_problem(name, url, REDIS_SCHEMES + RABBITMQ_SCHEMES):
        return problem
    if url.startswith(RABBITMQ_SCHEMES) and importlib.util.find_spec("pika") is None:
        return f"{name} is a RabbitMQ, whose client is not installed: pip install -c constraints.txt '.[rabbitmq]'"
    return ""


def _find_address_problem(need: str) -> str:
    """Return what is wrong with an address that customers or the operator use or see, or ""."""
    if need == "https":
        if not settings.public_url.startswith("https://"):
            return "BLOGQUEUE_PUBLIC_URL must begin with https:// in production"
        return _find_url_problem("BLOGQUEUE_PUBLIC_URL", settings.public_url, ("https",))
    name, value = {
        "mail_from": ("BLOGQUEUE_MAIL_FROM", settings.mail_from),
        "reply_to": ("BLOGQUEUE_MAIL_REPLY_TO", settings.mail_reply_to),
        "operator_email": ("BLOGQUEUE_OPERATOR_EMAIL", settings.operator_email),
    }[need]
    address = parseaddr(value)[1]
    if not address or address.endswith("@localhost"):
        purpose = {
            "mail_from": "",
            "reply_to": ": customers have no address for questions",
            "operator_email": ": nobody gets the alerts",
        }[need]
        return f"{name} is not set{purpose}"
    return f"{name} is still the one of .env.example" if _is_of_an_example(address.rpartition("@")[2]) else ""


def _find_token_problem() -> str:
    """Return what is wrong with the token for the metrics, or ""."""
    short = 0 < len(settings.metrics_token.get_secret_value()) < TOKEN_LENGTH
    return f"BLOGQUEUE_METRICS_TOKEN is shorter than {TOKEN_LENGTH} characters" if short else ""


def _find_chat_problem() -> str:
    """Return what is wrong with the address of the operator's chat, or "", without the address itself."""
    url = settings.alert_webhook_url.get_secret_value()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        local = parts.port != 0 and parts.hostname in LOOPBACK  # ValueError for a port that is none
    except ValueError:
        return "BLOGQUEUE_ALERT_WEBHOOK_URL is not a URL"
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        return "BLOGQUEUE_ALERT_WEBHOOK_URL must begin with https:// (or lead to this machine)"
    return "BLOGQUEUE_ALERT_WEBHOOK_URL is still an example" if _is_of_an_example(parts.hostname) else ""


def _is_of_an_example(host: str | None) -> bool:
    """Return whether a host is in one of the domains that are reserved for examples (RFC 2606, section 3)."""
    return f".{host}".endswith((".example.com", ".example.net", ".example.org"))


def _find_text_problem() -> str:
    """Return which of the operator's own texts cannot be read, or ""."""
    for name in TEXTS:
        file: str = getattr(settings, name)
        try:
            text = Path(file).read_text(encoding="utf-8") if file else ""
        except (OSError, ValueError) as error:
            return f"BLOGQUEUE_{name.upper()} cannot be read: {error}"
        if settings.env == "production" and not text.strip():
            return f"BLOGQUEUE_{name.upper()} is not set: customers would read a placeholder"
    try:
        _ = settings.logo_file and Path(settings.logo_file).read_bytes()
    except OSError as error:
        return f"BLOGQUEUE_LOGO_FILE cannot be read: {error}"
    return ""


def _find_secret_problem(need: str, *, production: bool) -> str:
    """Return what is wrong with a secret, or ""."""
    secret: str = getattr(settings, need).get_secret_value()
    name = f"BLOGQUEUE_{need.upper()}" if need == "secret_key" else need.upper()
    if not secret:
        return f"{name} is not set"
    if need == "smtp_url":
        return _find_url_problem(name, secret, ("smtps", "smtp"))
    if production and need == "secret_key":
        if len(secret) < SECRET_LENGTH:
            return f"{name} is shorter than {SECRET_LENGTH} characters"
        if len(set(secret)) < SECRET_VARIETY:
            return f"{name} is not random: make one with `openssl rand -base64 32`"
    if production and need == "stripe_webhook_secret" and not secret.startswith("whsec_"):
        return f"{name} does not begin with whsec_: it is not a signing secret of Stripe's"
    return ""


FINDERS: dict[str, Callable[[], str]] = {
    "broker": _find_broker_problem,
    "texts": _find_text_problem,
    "alert_webhook_url": _find_chat_problem,
    "metrics_token": _find_token_problem,
}
"""What looks at the needs that are neither a URL nor a secret."""
