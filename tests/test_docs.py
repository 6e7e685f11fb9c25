"""The documents say what the code does."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from blogqueue.settings import Settings
from blogqueue.states import ORDER_MOVES, OrderStatus

ROOT = Path(__file__).parents[1]


def names_in_example() -> list[str]:
    return re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_stands_in_the_example_environment() -> None:
    names = set(names_in_example())
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        outside = alias.choices[0] if alias is not None else f"BLOGQUEUE_{name.upper()}"  # type: ignore[union-attr]
        assert outside in names


def test_every_setting_of_the_example_has_a_sentence() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if re.match(r"[A-Z_]+=", line):
            above = next(other for other in reversed(lines[:index]) if not re.match(r"[A-Z_]+=", other))
            assert above.startswith("# "), line


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_stands_in_the_picture(status: OrderStatus) -> None:
    picture = (ROOT / "README.md").read_text(encoding="utf-8").partition("## States")[2].partition("## ")[0]
    assert status in picture


def test_every_test_that_the_readme_names_is_there() -> None:
    what_happens = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## What happens when")[2].partition("## ")[0]
    )
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    }
    rows = [line for line in what_happens.splitlines() if line.startswith("| ")][2:]

    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert set(named) <= there, row


def test_the_table_of_packages_is_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one["layers"] for one in contract["contracts"] if one["type"] == "layers")
    floor = {name.strip(): at for at, layer in enumerate(layers) for name in re.split(r"[|:]", layer)}
    table = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where things are")[2].partition("## ")[0]
    )
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    named = [[floor.get(name, -1) for name in re.findall(r"`(\w+)`", row)] for row in rows]

    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(floor)
    for above, below in pairwise(named):
        assert max(above) < min(below)


def test_every_status_can_be_left_or_is_the_end() -> None:
    assert {status for status, targets in ORDER_MOVES.items() if not targets} == {OrderStatus.COMPLETED}


def test_no_file_names_a_package_host_or_a_machines_path() -> None:
    forbidden = re.compile(r"pythonhosted|pypi\.org|registry\.npmjs|--(extra-)?index-url|/root/")
    for file in ("constraints.txt", "pyproject.toml", "Makefile", "README.md", ".ci/run"):
        assert not forbidden.search((ROOT / file).read_text(encoding="utf-8")), file
