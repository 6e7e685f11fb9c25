"""The faults that may be made: one small change of one module each."""

import ast
import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray import plugins
from cosmic_ray.commands.init import _all_work_items  # pyright: ignore[reportPrivateUsage] - the list without a database
from cosmic_ray.mutating import mutate_code

from tests.mutation.areas import AREAS, NAMED
from tests.mutation.sql import Provider

ROOT = Path(__file__).parents[2]

OPERATORS = (
    "AddNot",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div",
    "NumberReplacer",
    "ZeroIterationForLoop",
    *(
        f"ReplaceComparisonOperator_{change}"
        for change in (
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
            *("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt"),
            *("Lt_GtE", "LtE_Gt", "Gt_LtE", "GtE_Lt"),
        )
    ),
)
"""cosmic-ray's operators that are used: each comparison is turned round and, if it has a bound, moved by one.

The other comparisons and sums are caught by the same tests, or make an expression that cannot run at all.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of a module, and the lines on which it is (`first` and `last`, from 1)."""

    area: str
    module: str
    operator: str
    occurrence: int
    first: int
    last: int

    def read(self) -> str:
        """Return the module as it is."""
        return read_source(self.module)

    def make(self) -> str:
        """Return the module with the fault in it."""
        return _mutate(self.module, self.operator, self.occurrence)

    def describe(self) -> str:
        """Return the module and the changed line, which stay the same while other lines move."""
        changes = difflib.unified_diff(self.read().splitlines(), self.make().splitlines(), lineterm="", n=0)
        lines = [line[1:].strip() for line in changes if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
        return f"{self.module}: {' → '.join(lines)}"


@cache
def read_source(module: str) -> str:
    """Return a module's text."""
    return (ROOT / module).read_text()


@cache
def _mutate(module: str, name: str, occurrence: int) -> str:
    if name == "named":
        named = NAMED[occurrence]
        return read_source(module).replace(named["before"], named["after"])
    operator: Any = plugins.get_operator(name)()
    return mutate_code(read_source(module), operator, occurrence) or read_source(module)


def find_faults(area: str) -> list[Fault]:
    """Return every fault of an area, one of each that makes the same text.

    The last of some rows instead of the first is none, as there is only one. Fields of classes and decorators are left
    out: only a new import would see them.
    """
    if area == "named":
        return list(_find_named())
    plugins.OPERATOR_PROVIDERS["sql"] = Provider()
    modules = [Path("src/blogqueue") / module for module in AREAS[area].modules]
    found: dict[tuple[str, str], Fault] = {}
    for item in _all_work_items([ROOT / module for module in modules], {}):
        for mutation in item.mutations:
            name = mutation.operator_name
            if name.startswith("sql/") or name.removeprefix("core/") in OPERATORS:
                module = str(mutation.module_path.relative_to(ROOT))
                first, last = mutation.start_pos[0], mutation.end_pos[0]
                fault = Fault(area, module, name, mutation.occurrence, first, last)
                made = fault.make()
                if (
                    find_place(fault) != Place()
                    and _can_run(fault.read(), made)
                    and made.count("[ -1]") == fault.read().count("[ -1]")
                ):
                    found.setdefault((module, made), fault)
    return list(found.values())


def _find_named() -> Iterator[Fault]:
    for number, named in enumerate(NAMED):
        source = read_source(named["module"])
        if source.count(named["before"]) != 1:
            raise LookupError(f"{named['module']} has not exactly one {named['before']!r}")
        line = source[: source.index(named["before"])].count("\n") + 1
        yield Fault("named", named["module"], "named", number, line, line)


def _can_run(before: str, after: str) -> bool:
    """Say whether a change leaves Python code, and changes more than a decorator or the `*` before keywords."""
    try:
        tree = ast.parse(after)
    except SyntaxError:
        return False
    if any(isinstance(node, ast.arguments) and node.posonlyargs for node in ast.walk(tree)):
        return False
    return _drop_decorators(tree) != _read_without_decorators(before)


@cache
def _read_without_decorators(source: str) -> str:
    return _drop_decorators(ast.parse(source))


def _drop_decorators(tree: ast.Module) -> str:
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            statement.decorator_list, statement.keywords = [], []
    return ast.dump(tree)


def write_faults(path: Path, faults: list[Fault]) -> None:
    """Store faults for the process that runs the tests."""
    path.write_text(json.dumps([asdict(fault) for fault in faults]))


def read_faults(path: Path) -> list[Fault]:
    """Return stored faults."""
    plugins.OPERATOR_PROVIDERS["sql"] = Provider()
    return [Fault(**values) for values in json.loads(path.read_text())]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is: in the body of a function, in the value of names of the module, or elsewhere.

    `function` is the function's qualified name, `lines` are those of the statement's head, and `names` the names of the
    module whose values change, those that are made from others last. In its `head`, it is a default.
    """

    function: str = ""
    head: bool = False
    lines: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()


def find_place(fault: Fault) -> Place:
    """Return where a fault is."""
    tree = ast.parse(fault.read())
    for path, function in _walk_functions(tree):
        if function.body[0].lineno <= fault.first and fault.last <= (function.end_lineno or 0):
            return Place(function=path, lines=_find_head(function, fault.first))
        if function.lineno <= fault.first and fault.last < function.body[0].lineno:
            return Place(function=path, head=True, lines=frozenset({function.lineno}))
    for statement in tree.body:
        if statement.lineno <= fault.first <= (statement.end_lineno or 0):
            names = _find_assigned(statement)
            return Place(names=_add_dependents(tree, names)) if names else Place()
    return Place()


FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _walk_functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the functions of a module and the methods of its classes, with their qualified names."""
    for statement in tree.body:
        if isinstance(statement, FUNCTION):
            yield statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, FUNCTION):
                    yield f"{statement.name}.{member.name}", member


def _find_head(function: ast.AST, line: int) -> frozenset[int]:
    """Return the lines of the smallest statement around a line, without those of the statements in it."""
    around = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    smallest = min(around, key=lambda node: (node.end_lineno or 0) - node.lineno)
    inner: list[ast.stmt] = getattr(smallest, "body", [])
    end = max(smallest.lineno, inner[0].lineno - 1) if inner else smallest.end_lineno or 0
    return frozenset(range(smallest.lineno, end + 1))


def _find_assigned(statement: ast.stmt) -> tuple[str, ...]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return tuple(target.id for target in targets if isinstance(target, ast.Name))


def _add_dependents(tree: ast.Module, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of a module, and the names whose values are made from theirs."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            used = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
            if used & set(names):
                names += tuple(name for name in _find_assigned(statement) if name not in names)
    return names
