"""The environment that the demo's processes run in: what is set outside wins, the demo's own parts fill the rest."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from blogqueue.demo.folder import Ports, Secrets
from blogqueue.demo.servers import postgres_url, redis_url

# Everything has to stop within 20 s (DESIGN §9): the app has 8 and is killed 3 later, the sandbox has 2, the data 5.
GRACE_SECONDS = 8
STOP_SECONDS = GRACE_SECONDS + 3


@dataclass(frozen=True, slots=True)
class Slots:
    """The demo's folders: `folder` holds its data, `run` the control socket."""

    folder: Path
    run: Path

    @property
    def logs(self) -> Path:
        """Where the processes log."""
        return self.folder / "log"


def environment(
    slots_free: Slots, ports: Ports, keys: Secrets, postgres_password: str, outside: Mapping[str, str]
) -> dict[str, str]:
    """All that the processes are told; an outside value that is empty counts as not set.

    A Stripe or OpenAI key from outside means the real party, unless a base address is given with it.
    """
    given = {name: value for name, value in outside.items() if value}
    base, sandbox = f"http://127.0.0.1:{ports.web}", f"http://127.0.0.1:{ports.sandbox}"
    own = {
        "DATABASE_URL": postgres_url(postgres_password, ports.postgres),
        "REDIS_URL": redis_url(keys.redis_password, ports.redis),
        "SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "STRIPE_WEBHOOK_SECRET": keys.stripe_webhook_secret,
        "BLOGQUEUE_SECRET_KEY": keys.secret_key,
        "BLOGQUEUE_WEB_HOST": "127.0.0.1",
        "BLOGQUEUE_PUBLIC_URL": base,
        "BLOGQUEUE_MAIL_REPLY_TO": "blogqueue <help@blogqueue.example>",
    }
    if "STRIPE_API_KEY" not in given:
        own |= {"STRIPE_API_KEY": keys.stripe_api_key, "STRIPE_API_BASE": sandbox}
    if "OPENAI_API_KEY" not in given:
        own |= {"OPENAI_API_KEY": keys.openai_api_key, "OPENAI_BASE_URL": f"{sandbox}/v1"}
        own |= {"OPENAI_MODEL": "sandbox-writer"}
    own["BROKER_URL"] = given.get("REDIS_URL", own["REDIS_URL"])
    if given.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Without byte code nine processes translate the same libraries at every start: 28 s instead of 11 (2 cores).
        given["PYTHONPYCACHEPREFIX"] = str(slots_free.folder / "bytecode")
    return own | given | _of_this_start(slots_free, ports, base)


def _of_this_start(slots_free: Slots, ports: Ports, base: str) -> dict[str, str]:
    """What the launcher alone decides."""
    return {
        "BLOGQUEUE_ENV": "demo",
        "BLOGQUEUE_WEB_PORT": str(ports.web),
        "BLOGQUEUE_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        "BLOGQUEUE_STOP_SECONDS": str(STOP_SECONDS),
        "BLOGQUEUE_APP_AUTOSTART": "false",
        "BLOGQUEUE_PYTHON": sys.executable,
        "BLOGQUEUE_DATA_DIR": str(slots_free.folder),
        "BLOGQUEUE_RUN_DIR": str(slots_free.run),
        # supervisord expands a log file's name twice.
        "BLOGQUEUE_LOG_DIR": str(slots_free.logs).replace("%", "%%"),
        "BLOGQUEUE_SANDBOX_PORT": str(ports.sandbox),
        "BLOGQUEUE_SANDBOX_SMTP_PORT": str(ports.smtp),
        "BLOGQUEUE_SANDBOX_DIR": str(slots_free.folder / "sandbox"),
        "BLOGQUEUE_SANDBOX_WEBHOOK_URL": f"{base}/api/v1/purchase/webhook",
        "PYTHONUNBUFFERED": "1",
    }


def outside_parties(outside: Mapping[str, str]) -> list[str]:
    """The names set outside that take the demo away from its own parts, for telling."""
    names = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    names += ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "SMTP_URL")
    return [name for name in names if outside.get(name)]


def database_name(environ: Mapping[str, str], postgres_password: str) -> str:
    """A name for the database that this start uses, which tells nothing of its password.

    The embedded PostgreSQL's password is made with its data, so new data have a new name and another port has not.
    """
    own = urlsplit(environ["DATABASE_URL"]).password == postgres_password
    return hashlib.sha256((postgres_password if own else environ["DATABASE_URL"]).encode()).hexdigest()
