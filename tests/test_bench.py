"""The benchmarks can be started: what they measure takes too long to be measured here."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("BLOGQUEUE_", "STRIPE_", "OPENAI_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SMTP_URL")


def python(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder, with no settings but these."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | settings
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_benchmarks_help_needs_no_settings() -> None:
    asked = python("-m", "bench", "--help")

    assert (asked.returncode, "--kills" in asked.stdout) == (0, True), asked.stderr


def test_the_settings_are_read_after_the_benchmark_has_made_them() -> None:
    # When everything is imported in the order in which the benchmark does it
    made = python(
        "-c",
        "import os, sys; from pathlib import Path; from bench.__main__ import settings; "
        "assert 'blogqueue.settings' not in sys.modules; "
        "settings(os.environ['GIVEN_DATABASE'], os.environ['GIVEN_REDIS'], Path('unused')); "
        "from bench import orders, pages, pickup; from blogqueue.settings import settings as read; "
        "print(read.database_url)",
        GIVEN_DATABASE=os.environ["DATABASE_URL"],
        GIVEN_REDIS=os.environ["REDIS_URL"],
    )

    # Then the settings are the benchmark's own
    assert made.stdout.strip() == os.environ["DATABASE_URL"], made.stderr
