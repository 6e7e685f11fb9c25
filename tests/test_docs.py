"""The documents say what the code does."""

import re
import subprocess
import tomllib
from importlib.metadata import distributions, requires, version
from itertools import pairwise
from pathlib import Path

import pytest

from blogqueue.settings import Settings
from blogqueue.states import ORDER_MOVES, OrderStatus

ROOT = Path(__file__).parents[1]
INSTALLED = {one.metadata["Name"].lower().replace("_", "-").replace(".", "-") for one in distributions()}


def names_in_example() -> list[str]:
    return re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def read_section(file: str, heading: str) -> str:
    """Return a section of a document, without its heading."""
    section = (ROOT / file).read_text(encoding="utf-8").partition(f"\n## {heading}")[2].partition("\n## ")[0]
    assert section, f"{file} has no section {heading!r}"
    return section


def test_every_setting_is_in_the_example_environment() -> None:
    names = set(names_in_example())
    for name, field in Settings.model_fields.items():
        assert (field.validation_alias or f"BLOGQUEUE_{name.upper()}") in names


def test_every_setting_of_the_example_has_a_sentence() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if re.match(r"[A-Z_]+=", line):
            above = next(other for other in reversed(lines[:index]) if not re.match(r"[A-Z_]+=", other))
            assert above.startswith("# "), line


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_is_in_the_picture(status: OrderStatus) -> None:
    assert status in read_section("docs/architecture.md", "States")


@pytest.mark.parametrize(
    ("document", "section", "at_least"),
    [
        ("docs/reliability.md", "What happens when", 40),
        ("docs/security.md", "Threats and counter-measures", 40),
    ],
)
def test_every_test_that_the_failure_table_names_exists(document: str, section: str, at_least: int) -> None:
    what_happens = read_section(document, section)
    existing = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    }
    lines = [line for line in what_happens.splitlines() if line.startswith("| ")]
    ruled = [
        line for line, below in pairwise([*lines, ""]) if not below.startswith("| ---")
    ]  # without the tables' heads
    rows = [line for line in ruled if not line.startswith("| ---")]

    assert len(rows) >= at_least
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert set(named) <= existing, row


def test_the_table_of_packages_is_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one["layers"] for one in contract["contracts"] if one["type"] == "layers")
    depths = {name.strip(): at for at, layer in enumerate(layers) for name in re.split(r"[|:]", layer)}
    table = read_section("docs/architecture.md", "Packages")
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    named = [[depths.get(name, -1) for name in re.findall(r"`(\w+)`", row)] for row in rows]

    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(depths)
    for above, below in pairwise(named):
        assert max(above) < min(below)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_relative_link_leads_to_a_file_and_its_heading() -> None:
    broken: list[str] = []
    for document in list_documents():
        for target in re.findall(r"\]\(([^)\s]+)\)", remove_code(document.read_text(encoding="utf-8"))):
            path, _, heading = target.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = document.parent / path if path else document
            if not file.exists() or (heading and heading not in list_anchors(file)):
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []


PUBLIC_SOURCE = r"(RFC \d+|HTML|BCP \d+|URL|CSP \d|UTS \d+|GFM spec|CommonMark [\d.]+|Unicode \d+|ASVS [\d.]+),? "


def test_nothing_cites_a_document_that_is_not_here() -> None:
    """Numbered sections are allowed of public standards only."""
    cited: list[str] = []
    for file in list_files():
        if file.suffix in {".png", ".ico", ".js", ".css"} or file == Path(__file__):
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            names = [name for name in re.findall(r"\b[A-Z]{4,}\.md\b", line) if not (ROOT / name).exists()]
            if names or re.search(r"\b[Tt]he seed's\b", line) or "§" in re.sub(PUBLIC_SOURCE + "§", "", line):
                cited.append(f"{file.relative_to(ROOT)}: {line.strip()}")
    assert cited == []


def list_files(*patterns: str) -> list[Path]:
    """Return the files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", *patterns],  # noqa: S607 - git, wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


def list_documents() -> list[Path]:
    """Return the Markdown files that people read; the articles of samples and tests are data."""
    data = re.compile(r"samples/.+/|tests/corpus/(?!README)|src/")
    return [file for file in list_files("*.md") if not data.match(str(file.relative_to(ROOT)))]


def remove_code(markdown: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", markdown, flags=re.DOTALL)


def list_anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as they are made from their text."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_installed_package_has_its_pinned_version() -> None:
    """Compare what blogqueue and its extras need here, directly or not, with constraints.txt."""
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )
    seen, waiting = set[str](), ["blogqueue"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for text in requires(name) or []:
            need = re.split(r"[^A-Za-z0-9._-]", text)[0].lower().replace("_", "-").replace(".", "-")
            if need in INSTALLED:
                waiting.append(need)

    wrong = [name for name in seen - {"blogqueue"} if pinned.get(name) != version(name)]
    assert len(seen) > 60
    assert wrong == []


def test_every_status_can_be_left_or_is_the_end() -> None:
    assert {status for status, targets in ORDER_MOVES.items() if not targets} == {OrderStatus.COMPLETED}


def test_no_file_names_a_package_host_or_a_machines_path() -> None:
    forbidden = re.compile(r"pythonhosted|pypi\.org|registry\.npmjs|--(extra-)?index-url|/root/")
    for file in ("constraints.txt", "pyproject.toml", "Makefile", "README.md", ".ci/run"):
        assert not forbidden.search((ROOT / file).read_text(encoding="utf-8")), file
