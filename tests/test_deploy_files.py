"""The files in deploy/ fit the settings, and the programs that read them accept them where they are installed."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.certificates import make_certificate
from tests.test_docs import names_in_example

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def read_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line.split("=")[0] in names_in_example())


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def test_the_unit_makes_the_folders_of_the_settings_and_waits_for_the_processes() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue] - as the library documents it
    unit.read(DEPLOY / "blogqueue.service")
    service, settings = unit["Service"], read_example()

    assert settings["BLOGQUEUE_RUN_DIR"] == f"/var/lib/{service['StateDirectory']}"
    assert settings["BLOGQUEUE_LOG_DIR"] == f"/var/log/{service['LogsDirectory']}"
    assert settings["BLOGQUEUE_PYTHON"].startswith(f"{service['WorkingDirectory']}/.venv/")
    assert service["StateDirectoryMode"] == "0700"
    assert int(service["TimeoutStopSec"]) > int(settings["BLOGQUEUE_STOP_SECONDS"]) + 5


@needs("systemd-analyze")
def test_systemd_finds_no_mistake_in_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "blogqueue.service").read_text(encoding="utf-8")
    (tmp_path / "blogqueue.service").write_text(text.replace("/opt/blogqueue/.venv/bin/supervisord", "/bin/true"))

    found = run("systemd-analyze", "verify", tmp_path / "blogqueue.service")

    assert "blogqueue.service" not in found.stderr


@needs("nginx")
def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "127.0.0.1")
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    folder = "/etc/letsencrypt/live/links.example.com/"
    site = site.replace(f"{folder}fullchain.pem", str(certificate)).replace(f"{folder}privkey.pem", str(key))
    temporary = " ".join(
        f"{name}_temp_path {tmp_path};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {temporary}\n{site}\n}}"
    )

    assert run("nginx", "-t", "-c", tmp_path / "nginx.conf").returncode == 0


@needs("caddy")
def test_caddy_accepts_its_file() -> None:
    assert run("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile").returncode == 0


@pytest.mark.durability
@pytest.mark.timeout(900)
@pytest.mark.skipif(run("docker", "info").returncode != 0 if shutil.which("docker") else True, reason="no Docker here")
def test_the_image_is_built_and_refuses_to_start_without_settings() -> None:
    built = run("docker", "build", "-q", "-f", DEPLOY / "Dockerfile", ROOT)
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip()

    refused = run("docker", "run", "--rm", image, "blogqueue", "api")

    assert refused.returncode == 1
    assert "DATABASE_URL is not set" in refused.stderr
    assert run("docker", "run", "--rm", image, "blogqueue", "--version").returncode == 0


@needs("promtool")
def test_prometheus_accepts_the_alert_rules() -> None:
    found = run("promtool", "check", "rules", DEPLOY / "prometheus.rules.yml")

    assert found.returncode == 0, found.stdout + found.stderr
