"""Break the code on purpose, one small fault at a time, and list the faults that no test notices.

`make mutants ARGS='--area refunds --sample 20 --seed 7'`. The faults are made in the memory of the process that runs
the tests, so that no file changes, PostgreSQL and Redis start once, and a fault takes as long as the tests that reach
it, until the first fails. Faults that change nothing a test could see are in `equivalent.toml`, each with the reason.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from tests import services
from tests.mutation.areas import AREAS
from tests.mutation.faults import ROOT, Fault, find_faults, write_faults

STUCK_SECONDS = 400
"""A process that reports nothing for so long is ended, and its fault counts as caught."""

PYTEST = (sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--timeout=60")


def main() -> None:
    """Print each area's table and the surviving faults; exit with 1 if there are any."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--area", choices=AREAS, action="append", help="default: every area")
    parser.add_argument("--sample", type=int, default=0, help="this many random faults per area; default: all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--count", action="store_true", help="only count the faults")
    parser.add_argument("--minutes", type=float, default=0, help="end an area after so long; default: when it is done")
    parser.add_argument("--tests", type=int, default=0, help="at most so many tests, the likeliest, per fault")
    parser.add_argument("--reach", type=Path, help="keep in this file what each test reaches; delete it after changes")
    parser.add_argument("--by", action="store_true", help="also name the test that caught each fault")
    arguments = parser.parse_args()
    chosen = {area: find_faults(area) for area in arguments.area or AREAS}
    if arguments.count:
        for area, faults in chosen.items():
            print(f"{area:<16} {len(faults):>4} faults")
        return
    running = services.start()
    kept = Path(tempfile.mkdtemp(prefix="blogqueue-mutants-"))
    os.environ |= {
        "BLOGQUEUE_TEST_DATABASE_URL": running.database_url,
        "BLOGQUEUE_TEST_REDIS_URL": running.redis_url,
        "BLOGQUEUE_MUTATION_REACH": str((arguments.reach or kept / "reach.json").absolute()),
        "BLOGQUEUE_MUTATION_TESTS": str(arguments.tests),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(kept / "hypothesis"),
    }
    try:
        sys.exit(_print_table(chosen, arguments))
    finally:
        shutil.rmtree(kept, ignore_errors=True)
        services.stop(running)


def _print_table(chosen: dict[str, list[Fault]], arguments: argparse.Namespace) -> int:
    """Try the faults of some areas, and print a line for each area; return whether any survived."""
    survived = 0
    for tests in dict.fromkeys(AREAS[area].tests for area in chosen):
        areas = [area for area in chosen if AREAS[area].tests == tests]  # one process for all that share their tests
        some = [fault for area in areas for fault in _sample(chosen[area], arguments)]
        until = time.time() + arguments.minutes * 60 * len(areas) if arguments.minutes else 0
        os.environ["BLOGQUEUE_MUTATION_UNTIL"] = str(until)
        began = time.monotonic()
        counts = _try(tests.split(), some, verbose=arguments.by)
        minutes = (time.monotonic() - began) / 60
        for area in areas:
            of = {outcome: number for (name, outcome), number in counts.items() if name == area}
            tried = sum(of.values()) - of.get("not tried", 0)
            survived += of.get("survived", 0)
            print(
                f"{area:<14} {tried:>4} of {len(chosen[area])} faults tried   caught {of.get('caught', 0):>4}   "
                f"equivalent {of.get('equivalent', 0):>3}   survived {of.get('survived', 0):>3}"
            )
        print(f"{'':<14} {minutes:.1f} min", flush=True)
    return int(survived > 0)


def _sample(faults: list[Fault], arguments: argparse.Namespace) -> list[Fault]:
    return random.Random(arguments.seed).sample(faults, min(arguments.sample or len(faults), len(faults)))


def _try(tests: list[str], faults: list[Fault], *, verbose: bool) -> Counter[tuple[str, str]]:
    """Try faults; print those that survive, and count by area what became of them."""
    known = {one["fault"] for one in tomllib.loads((ROOT / "tests/mutation/equivalent.toml").read_text())["equivalent"]}
    counts = Counter((fault.area, "equivalent") for fault in faults if fault.describe() in known)
    faults = [fault for fault in faults if fault.describe() not in known]
    with tempfile.TemporaryDirectory(prefix="blogqueue-mutants-") as name:
        folder = Path(name)
        os.environ["BLOGQUEUE_MUTATION_FOLDER"] = name
        write_faults(folder / "faults.json", faults)
        while len(results := _read_results(folder, len(faults))) < len(faults):
            _run_worker(tests, folder)
        for number, fault in enumerate(faults):
            result = results[number]
            outcome = "caught" if result["outcome"] == "stuck" else result["outcome"]
            counts[fault.area, outcome] += 1
            if outcome == "survived" or (verbose and outcome == "caught"):
                print(
                    f"  {outcome.upper()} {fault.describe()} (line {fault.first}; {result.get('by', '')})", flush=True
                )
    return counts


def _run_worker(tests: list[str], folder: Path) -> None:
    """Run faults in one process until all are done, or until something stays broken or hangs."""
    progress = folder / "results.jsonl"
    progress.touch()
    with (folder / "output.txt").open("a") as output:
        worker = subprocess.Popen(
            [*PYTEST, "-p", "tests.mutation.worker", *tests], cwd=ROOT, stdout=output, stderr=output
        )
        seen, since = 0, time.monotonic()
        while worker.poll() is None:
            time.sleep(1)
            size = progress.stat().st_size
            if size != seen:
                seen, since = size, time.monotonic()
            elif time.monotonic() - since > STUCK_SECONDS:
                worker.kill()
                worker.wait()
    lines = [json.loads(line) for line in progress.read_text().splitlines()]
    begun = [line["begun"] for line in lines if "begun" in line]
    if not begun:
        sys.exit(f"no test ran:\n{(folder / 'output.txt').read_text()[-4000:]}")
    if worker.returncode not in {0, 70} and not any(line.get("fault") == begun[-1] for line in lines):
        with progress.open("a") as file:
            file.write(json.dumps({"fault": begun[-1], "outcome": "caught", "by": "the process ended"}) + "\n")


def _read_results(folder: Path, faults: int) -> dict[int, dict[str, Any]]:
    path = folder / "results.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return {line["fault"]: line for line in lines if "fault" in line and line["fault"] < faults}


if __name__ == "__main__":
    main()
