"""What each process needs to be set; a production start without it is refused with all that is missing in one list."""

import sys
from pathlib import Path

from blogqueue.settings import settings

# Each process needs only its own secrets (DESIGN.md §9).
NEEDS = {
    "web": (
        "database_url",
        "broker",
        "secret_key",
        "stripe_api_key",
        "stripe_webhook_secret",
        "reply_to",
        "texts",
        "https",
    ),
    "writer": ("database_url", "broker", "openai_api_key", "https"),
    "mail": ("database_url", "broker", "secret_key", "smtp_url", "stripe_api_key", "mail_from", "reply_to", "https"),
    "clock": ("broker",),
    "cli": ("database_url",),
}
SECRET_LENGTH = 32


def check_settings(process: str) -> None:
    """Exit with one list of what is missing or unsafe for this process."""
    problems = [problem for need in NEEDS[process] if (problem := _problem(need))]
    if problems:
        sys.exit(f"blogqueue {process} does not start:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _problem(need: str) -> str:
    """What is wrong with one need of a process; "" if nothing is."""
    production = settings.env == "production"
    if need == "database_url":
        return "" if settings.database_url else "DATABASE_URL is not set"
    if need == "broker":
        return "" if settings.broker_url or settings.redis_url else "REDIS_URL (or BROKER_URL) is not set"
    if need == "texts":
        return _texts_problem()
    if need in {"https", "mail_from", "reply_to"}:
        return _address_problem(need) if production else ""
    return _secret_problem(need, production=production)


def _address_problem(need: str) -> str:
    """Which address of ours people could not reach, or should not; "" if none."""
    problems = {
        "https": ""
        if settings.public_url.startswith("https://")
        else "BLOGQUEUE_PUBLIC_URL must begin with https:// in production",
        "mail_from": "BLOGQUEUE_MAIL_FROM is not set" if "@localhost" in settings.mail_from else "",
        "reply_to": "" if settings.contact else "BLOGQUEUE_MAIL_REPLY_TO is not set: customers have nobody to write to",
    }
    return problems[need]


def _texts_problem() -> str:
    """Which of the owner's own texts cannot be read; "" if all can."""
    for name in ("terms_file", "privacy_file"):
        file: str = getattr(settings, name)
        try:
            _ = file and Path(file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            return f"BLOGQUEUE_{name.upper()} cannot be read: {error}"
    return ""


def _secret_problem(need: str, *, production: bool) -> str:
    secret: str = getattr(settings, need).get_secret_value()
    name = f"BLOGQUEUE_{need.upper()}" if need == "secret_key" else need.upper()
    if not secret:
        return f"{name} is not set"
    if production and need == "secret_key" and len(secret) < SECRET_LENGTH:
        return f"{name} is shorter than {SECRET_LENGTH} characters"
    return ""
