"""What each process needs to be set; a production start without it is refused with all that is missing in one list."""

import sys

from blogqueue.settings import settings

# Each process needs only its own secrets (DESIGN.md §9).
NEEDS = {
    "web": ("database_url", "broker", "secret_key", "stripe_api_key", "stripe_webhook_secret", "https"),
    "writer": ("database_url", "broker", "openai_api_key"),
    "mail": ("database_url", "broker", "secret_key", "smtp_url", "stripe_api_key", "mail_from"),
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
    production = settings.env == "production"
    match need:
        case "database_url":
            return "" if settings.database_url else "DATABASE_URL is not set"
        case "broker":
            return "" if settings.broker_url or settings.redis_url else "REDIS_URL (or BROKER_URL) is not set"
        case "https":
            ok = settings.public_url.startswith("https://") or not production
            return "" if ok else "BLOGQUEUE_PUBLIC_URL must begin with https:// in production"
        case "mail_from":
            ok = "@localhost" not in settings.mail_from or not production
            return "" if ok else "BLOGQUEUE_MAIL_FROM is not set"
        case _:
            secret: str = getattr(settings, need).get_secret_value()
            name = f"BLOGQUEUE_{need.upper()}" if need == "secret_key" else need.upper()
            if not secret:
                return f"{name} is not set"
            if production and need == "secret_key" and len(secret) < SECRET_LENGTH:
                return f"{name} is shorter than {SECRET_LENGTH} characters"
            if (
                production
                and need == "stripe_api_key"
                and not secret.startswith(("sk_live_", "rk_live_", "sk_test_", "rk_test_"))
            ):
                return f"{name} is no Stripe secret key"
            return ""
