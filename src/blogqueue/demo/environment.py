"""The environment of the demo's processes: settings from outside win, the demo's own parts fill in the rest."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from blogqueue.demo.folder import Ports, Secrets
from blogqueue.demo.servers import postgres_url, redis_url

# Everything has to stop within 20 s: the app has 8 s and is killed 3 s later, the sandbox has 2 s, the data 5 s.
GRACE_SECONDS = 8
STOP_SECONDS = GRACE_SECONDS + 3


@dataclass(frozen=True, slots=True)
class Folders:
    """The demo's folders: `data` for everything it keeps, `run` for the control socket."""

    data: Path
    run: Path

    @property
    def logs(self) -> Path:
        """Return the folder of the processes' logs."""
        return self.data / "log"


def build_environment(
    folders: Folders, ports: Ports, keys: Secrets, postgres_password: str, outside: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment for supervisord and its processes. An empty value from outside counts as not set.

    A Stripe or OpenAI key from outside means the real service, unless a base URL is given with it.
    """
    given = {name: value for name, value in outside.items() if value}
    base, sandbox = f"http://127.0.0.1:{ports.web}", f"http://127.0.0.1:{ports.sandbox}"
    own = {
        "DATABASE_URL": postgres_url(postgres_password, ports.postgres),
        "REDIS_URL": redis_url(keys.redis_password, ports.redis),
        "BLOGQUEUE_ALERT_WEBHOOK_URL": f"{sandbox}/chat/operators",
        "SMTP_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "STRIPE_WEBHOOK_SECRET": keys.stripe_webhook_secret,
        "BLOGQUEUE_SECRET_KEY": keys.secret_key,
        "BLOGQUEUE_WEB_HOST": "127.0.0.1",
        "BLOGQUEUE_LOG_FORMAT": "console",
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
        # Without bytecode nine processes compile the same libraries at every start: 28 s instead of 11 s on 2 cores.
        given["PYTHONPYCACHEPREFIX"] = str(folders.data / "bytecode")
    return own | given | _get_values_of_this_start(folders, ports, base)


def _get_values_of_this_start(folders: Folders, ports: Ports, base: str) -> dict[str, str]:
    """Return the values that nothing from outside may change."""
    return {
        "BLOGQUEUE_ENV": "demo",
        "BLOGQUEUE_WEB_PORT": str(ports.web),
        "BLOGQUEUE_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        "BLOGQUEUE_STOP_SECONDS": str(STOP_SECONDS),
        "BLOGQUEUE_APP_AUTOSTART": "false",
        "BLOGQUEUE_PYTHON": sys.executable,
        "BLOGQUEUE_DATA_DIR": str(folders.data),
        "BLOGQUEUE_RUN_DIR": str(folders.run),
        # supervisord expands a log file's name twice.
        "BLOGQUEUE_LOG_DIR": str(folders.logs).replace("%", "%%"),
        "BLOGQUEUE_SANDBOX_PORT": str(ports.sandbox),
        "BLOGQUEUE_SANDBOX_SMTP_PORT": str(ports.smtp),
        "BLOGQUEUE_SANDBOX_DIR": str(folders.data / "sandbox"),
        "BLOGQUEUE_SANDBOX_WEBHOOK_URL": f"{base}/api/v1/purchase/webhook",
        "PYTHONUNBUFFERED": "1",
    }


def list_outside_services(outside: Mapping[str, str]) -> list[str]:
    """Return the names of the settings from outside that replace parts of the demo."""
    names = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    names += ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "SMTP_URL")
    return [name for name in names if outside.get(name)]


def hash_database(environ: Mapping[str, str], postgres_password: str) -> str:
    """Return a name for the database of this start that does not reveal its password.

    The password of the demo's own PostgreSQL is made with its data, so new data have a new name, and a changed port
    keeps the old one.
    """
    own = urlsplit(environ["DATABASE_URL"]).password == postgres_password
    return hashlib.sha256((postgres_password if own else environ["DATABASE_URL"]).encode()).hexdigest()
