"""A plugin for pytest that runs the tests again and again, each time with another fault.

Everything is imported and collected once, and the stage starts once. A first round shows which tests pass, how long
they take and what they reach. Then each fault is put in place, its likeliest tests run, and it is taken out again.
"""

import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.mutation.areas import AREAS
from tests.mutation.faults import Fault, Place, find_place, read_faults
from tests.mutation.patch import NotInPlaceError, broken, find_copies, forget_results, import_faulted
from tests.mutation.reach import Reach

FOLDER = Path(os.environ["BLOGQUEUE_MUTATION_FOLDER"])
"""Where `faults.json` is read and `results.jsonl` is written."""

REACH = Path(os.environ["BLOGQUEUE_MUTATION_REACH"])
"""Where it is kept what each test reaches."""

MOST_TESTS = int(os.environ["BLOGQUEUE_MUTATION_TESTS"])
"""So many tests, the likeliest, are tried on a fault; 0 for all."""

UNTIL = float(os.environ["BLOGQUEUE_MUTATION_UNTIL"])
"""When no further fault is tried, in seconds since 1970; 0 for never."""

UNSURE = 8
"""After so many caught faults in a row, a test must pass without a fault: else what they broke is still broken."""

UNHEALTHY = 70
"""How the process ends if something stays broken: it is started again for the faults that are left."""

TRUSTED_SECONDS = 60.0
"""A test that takes so long was stopped: its fault counts as caught, and the process ends, as its loop may hang."""


def pytest_configure() -> None:
    """Let Hypothesis stop at the first failure: the smallest example is of no interest here."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Take the place of pytest's own loop."""
    status = Rounds(session.items).run()
    sys.stdout.flush()
    if status:
        os._exit(status)  # its loop may hang
    return True


class Nothing:
    """What comes after a test: all of the session's fixtures stay, and no others."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def listchain(self) -> list[pytest.Session]:
        """Return what pytest keeps."""
        return [self._session]


class Rounds:
    """One process's share of the faults."""

    def __init__(self, items: list[pytest.Item]) -> None:
        self._items = {item.nodeid: item for item in items}
        self._order = list(self._items)
        self._seconds: dict[str, float] = {}
        self._kills: dict[tuple[str, str], int] = defaultdict(int)
        self._faults = read_faults(FOLDER / "faults.json")
        modules = {f"src/blogqueue/{module}" for area in AREAS.values() for module in area.modules}
        self._reach = Reach(modules | {fault.module for fault in self._faults})
        self._held: list[dict[str, Any]] = []
        self._reports: list[pytest.TestReport] = []
        next(iter(self._items.values())).config.pluginmanager.register(self)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what pytest reports of the test that runs."""
        self._reports.append(report)

    def run(self) -> int:
        """Run the first round, unless it was stored, and then each fault; return the process's status."""
        self._run_first_round()
        self._passes(self._pick_quick())
        lines = _read_lines()
        done = {line["fault"] for line in lines if "fault" in line}
        streak = 0
        careful = UNSURE if any("begun" in line for line in lines) else 0  # something stayed broken before
        for number, fault in enumerate(self._faults):
            if number in done:
                continue
            if UNTIL and time.time() > UNTIL:
                self._held.append({"fault": number, "outcome": "not tried"})
                continue
            self._write({"begun": number})
            result = self._try(fault)
            self._held.append({"fault": number} | result)
            streak = streak + 1 if result.get("first") else 0
            if result["outcome"] == "stuck":
                self._flush()
                return UNHEALTHY
            careful = max(0, careful - 1)
            if streak >= (1 if careful else UNSURE):
                if not self._passes(self._pick_quick()):
                    if streak == 1:
                        self._flush()  # it alone breaks what comes after it
                    return UNHEALTHY
                streak = 0
            if not streak:
                self._flush()
        if self._held and self._passes(self._pick_quick()):
            self._flush()
        return UNHEALTHY if self._held else 0

    def _run_first_round(self) -> None:
        known: dict[str, Any] = json.loads(REACH.read_text()) if REACH.exists() else {"seconds": {}}
        self._reach.load(known)
        self._seconds = {test: took for test, took in known["seconds"].items() if test in self._items}
        missing = [test for test in self._order if test not in known["seconds"]]
        for number, test in enumerate(missing):
            forget_results()
            began = time.monotonic()
            with self._reach.watch(test):
                passed = self._passes(test)
            if passed:
                self._seconds[test] = time.monotonic() - began
            self._write(
                {"first_round": f"{number + 1}/{len(missing)}"} | ({} if passed else self._describe_failure(test))
            )
        if missing:
            REACH.write_text(json.dumps({"seconds": known["seconds"] | self._seconds} | self._reach.as_json()))

    def _describe_failure(self, test: str) -> dict[str, Any]:
        return {"left_out": test, "because": [report.longreprtext[-300:] for report in self._reports if report.failed]}

    def _try(self, fault: Fault) -> dict[str, Any]:
        """Run a fault's tests until one fails; `first` says that none had passed before."""
        place = find_place(fault)
        module = import_faulted(fault)
        names = {key for name in place.names for _, key in find_copies(module, name)}
        tests = [test for test in self._reach.find_tests(fault, place, names) if test in self._seconds]
        try:
            with broken(fault, place):
                return self._run_until_failure(fault, place, tests)
        except NotInPlaceError:
            return {"outcome": "not tried"}
        except SyntaxError:
            return {"outcome": "caught", "by": "Python"}
        except Exception as error:  # noqa: BLE001 - the module cannot even be imported
            return {"outcome": "caught", "by": f"import: {error!r}"}

    def _run_until_failure(self, fault: Fault, place: Place, tests: list[str]) -> dict[str, Any]:
        near = fault.module + (place.function or place.names[0])
        special = self._reach.weigh(fault.module)

        def rank(test: str) -> tuple[float, ...]:
            return (
                -self._kills[near, test],
                -self._kills[fault.module, test],
                -(special[test] if place.function else 1) / self._seconds[test],
            )

        chosen = sorted(tests, key=rank)[: MOST_TESTS or None]
        for number, test in enumerate(chosen):
            began = time.monotonic()
            if not self._passes(test):
                self._kills[near, test] += 1
                self._kills[fault.module, test] += 1
                stuck = time.monotonic() - began >= TRUSTED_SECONDS
                return {"outcome": "stuck" if stuck else "caught", "by": test, "first": not number}
        return {"outcome": "survived", "by": f"{len(chosen)} of {len(tests)} tests that reach it passed"}

    def _pick_quick(self) -> str:
        return min(self._seconds, key=lambda test: self._seconds[test] if "test_walk" not in test else 0.0)

    def _passes(self, test: str) -> bool:
        item = self._items[test]
        getattr(item, "_initrequest", lambda: None)()  # fixtures of a test that runs again
        self._reports.clear()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=Nothing(item.session))
        return bool(self._reports) and not any(report.failed for report in self._reports)

    def _flush(self) -> None:
        for result in self._held:
            self._write(result)
        self._held.clear()

    def _write(self, line: dict[str, Any]) -> None:
        with (FOLDER / "results.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


def _read_lines() -> list[dict[str, Any]]:
    path = FOLDER / "results.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
