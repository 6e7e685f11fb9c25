"""Break the code on purpose, one small fault at a time, and list the faults that no test notices.

`make mutants ARGS='--area refunds --sample 20 --seed 7'`. Everything runs in a copy of the project, so that an
interrupted run leaves no fault behind. Faults that change nothing a test could see are in `equivalent.toml`, each with
the reason.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.commands.init import _all_work_items  # pyright: ignore[reportPrivateUsage] - the list without a database
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome

from tests.mutation.areas import AREAS, Area
from tests.mutation.sql import Provider

ROOT = Path(__file__).parents[2]

OPERATORS = (
    "core/AddNot",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceComparisonOperator",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceBinaryOperator_Add",
    "core/ReplaceBinaryOperator_Sub",
    "core/ReplaceBinaryOperator_Mul",
    "core/NumberReplacer",
    "core/ZeroIterationForLoop",
    "sql/",
)
"""How the names of the operators begin that are used: the others mostly break annotations."""

TIMEOUT_SECONDS = 300


def main() -> None:
    """Print each area's table and the surviving faults; exit with 1 if there are any."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--area", choices=AREAS, action="append", help="default: every area")
    parser.add_argument("--sample", type=int, default=0, help="this many random faults per area; default: all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blogqueue-mutants-") as folder:
        copy = _copy_project(Path(folder) / "blogqueue")
        os.chdir(copy)
        # The copy's own code comes before the installed one.
        os.environ |= {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        survivors = [
            found
            for name in arguments.area or AREAS
            for found in _break(name, AREAS[name], arguments.sample, arguments.seed)
        ]
    sys.exit(1 if survivors else 0)


def _copy_project(to: Path) -> Path:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def _break(name: str, area: Area, sample: int, seed: int) -> list[str]:
    """Try an area's faults; print and return those that survive."""
    plugins.OPERATOR_PROVIDERS["sql"] = Provider()
    modules = [Path("src/blogqueue") / module for module in area.modules]
    faults = [
        mutation
        for item in _all_work_items(modules, {})
        for mutation in item.mutations
        if mutation.operator_name.startswith(OPERATORS)
    ]
    chosen = random.Random(seed).sample(faults, min(sample, len(faults))) if sample else faults
    command = f"{sys.executable} -m pytest -x -q -n0 -p no:cacheprovider {area.tests}"
    known = {one["fault"] for one in tomllib.loads((ROOT / "tests/mutation/equivalent.toml").read_text())["equivalent"]}
    began, caught, equivalent = time.monotonic(), 0, 0
    survivors: list[str] = []
    for number, fault in enumerate(chosen, 1):
        result = mutate_and_test([fault], command, TIMEOUT_SECONDS)
        shown = _describe(fault, result.diff or "")
        if result.test_outcome != TestOutcome.SURVIVED:
            caught += 1
        elif shown in known:
            equivalent += 1
        else:
            survivors.append(shown)
            print(f"  SURVIVED {shown}", flush=True)
        print(f"  {number}/{len(chosen)}", end="\r", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(
        f"{name:<16} {len(chosen):>4} of {len(faults)} faults   caught {caught:>4}   equivalent {equivalent:>3}   "
        f"survived {len(survivors):>3}   {minutes:.1f} min"
    )
    return survivors


def _describe(fault: MutationSpec, diff: str) -> str:
    """Return a fault as its module and the changed line, which stays the same while other lines move."""
    lines = [line[1:].strip() for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    return f"{fault.module_path}: {' → '.join(lines)}"


if __name__ == "__main__":
    main()
