"""Which tests run which lines: a fault is shown only to those that reach it."""

import sys
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from tests.mutation.faults import ROOT, Fault, Place

SOURCE = str(ROOT / "src" / "blogqueue")


class Reach:
    """The lines of some modules, and the names that functions of all modules read, by the test that ran them."""

    def __init__(self, modules: set[str]) -> None:
        self._files = {str(ROOT / module): module for module in modules}
        self._lines: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._test = ""
        self._seen: set[CodeType] = set()
        self._seen_lines: set[tuple[str, int]] = set()

    @contextmanager
    def watch(self, test: str) -> Generator[None]:
        """Note what runs meanwhile as reached by a test."""
        self._test = test
        self._seen, self._seen_lines = set(), set()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)
            threading.settrace(None)  # pyright: ignore[reportArgumentType] - as Python documents it
            for code in self._seen:
                for name in code.co_names:
                    self._names[name].add(test)
            for place in self._seen_lines:
                self._lines[place].add(test)

    def find_tests(self, fault: Fault, place: Place, names: set[str]) -> set[str]:
        """Return the tests that reach a fault, or a function that reads one of the `names` whose values it changes."""
        if place.function:
            return {test for line in place.lines for test in self._lines[fault.module, line]}
        return {test for name in names for test in self._names[name]}

    def weigh(self, module: str) -> dict[str, float]:
        """Return how special each test is to a module: it weighs most if it reaches lines that few others do."""
        weights: dict[str, float] = defaultdict(float)
        for (of, _), tests in self._lines.items():
            if of == module:
                for test in tests:
                    weights[test] += 1 / len(tests)
        return weights

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(SOURCE):
            return None
        self._seen.add(code)
        module = self._files.get(code.co_filename)
        if module is None:
            return None

        def note(frame: FrameType, event: str, _argument: Any) -> Any:
            if event == "line":
                self._seen_lines.add((module, frame.f_lineno))
            return note

        self._seen_lines.add((module, frame.f_lineno))
        return note

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return {
            "lines": [[module, line, sorted(tests)] for (module, line), tests in self._lines.items()],
            "names": {name: sorted(tests) for name, tests in self._names.items()},
        }

    def load(self, stored: dict[str, Any]) -> None:
        """Take over what `as_json` returned."""
        for module, line, tests in stored.get("lines", ()):
            self._lines[module, line] = set(tests)
        for name, tests in stored.get("names", {}).items():
            self._names[name] = set(tests)
