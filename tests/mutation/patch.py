"""Put a fault into modules that are imported already, and take it out again: no file changes, nothing starts anew."""

import functools
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any, cast

from tests.mutation.faults import Fault, Place

LONG = 12
"""Shorter texts may be in others by chance."""


class NotInPlaceError(Exception):
    """The fault is where only a new import would see it."""


@contextmanager
def broken(fault: Fault, place: Place) -> Generator[None]:
    """Run with a fault. Raises NotInPlaceError, and SyntaxError where the fault is none that Python accepts."""
    module = import_faulted(fault)
    name = module.__name__
    code = compile(fault.make(), str(module.__file__), "exec")
    with ExitStack() as stack:
        forget = _find_caches(name)
        stack.callback(lambda: [each() for each in forget])
        if place.head:
            _swap_defaults(stack, module, place.function, code)
        elif place.function:
            _swap_code(stack, module, place.function, code)
        elif place.names:
            _swap_values(stack, module, place.names, code)
        else:
            raise NotInPlaceError
        for each in forget:
            each()
        yield


def import_faulted(fault: Fault) -> Any:
    """Return the module that a fault is in, as it is imported."""
    return import_module(fault.module.removeprefix("src/").removesuffix(".py").replace("/", "."))


def _swap_code(stack: ExitStack, module: Any, path: str, code: CodeType) -> None:
    owner: Any = module
    for part in path.split("."):
        held = vars(owner)[part]
        owner = held
        code = next(const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == part)
    function = _unwrap(owner)
    if function.__code__.co_freevars != code.co_freevars:
        raise NotInPlaceError
    before = function.__code__
    stack.callback(setattr, function, "__code__", before)
    function.__code__ = code


def _swap_defaults(stack: ExitStack, module: Any, name: str, code: CodeType) -> None:
    function, fresh = vars(module).get(name), _run_anew(module, code).get(name)
    if not isinstance(function, FunctionType) or not isinstance(fresh, FunctionType):
        raise NotInPlaceError
    for kind in ("__defaults__", "__kwdefaults__"):
        stack.callback(setattr, function, kind, getattr(function, kind))
        setattr(function, kind, getattr(fresh, kind))


def _unwrap(held: Any) -> FunctionType:
    """Return the function that was written, below a property, a static method or decorators."""
    while not isinstance(held, FunctionType) or hasattr(held, "__wrapped__"):
        inner = getattr(held, "__wrapped__", None) or getattr(held, "fget", None) or getattr(held, "__func__", None)
        if inner is None:
            raise NotInPlaceError
        held = inner
    return held


def _swap_values(stack: ExitStack, module: Any, names: tuple[str, ...], code: CodeType) -> None:
    """Give names their new values, in their module and wherever they were imported."""
    fresh = _run_anew(module, code)
    for name in names:
        before, after = vars(module)[name], fresh[name]
        for other, key in find_copies(module, name):
            held = vars(other)[key]
            stack.callback(setattr, other, key, held)
            setattr(other, key, after if held is before else held.replace(before, after))


def find_copies(module: Any, name: str) -> list[tuple[Any, str]]:
    """Return the modules, with the names in them, that have a value or a text in which it was put."""
    value = vars(module)[name]
    return [
        (other, key)
        for path, other in list(sys.modules.items())
        if path.startswith("blogqueue")
        for key, held in vars(other).items()
        if (held is value and key == name)
        or (
            isinstance(value, str)
            and isinstance(held, str)
            and len(value) >= LONG
            and value in held
            and held is not value
        )
    ]


def _run_anew(module: Any, code: CodeType) -> dict[str, Any]:
    """Run a module's code, and return the names that it makes."""
    fresh: dict[str, Any] = {
        "__name__": module.__name__,
        "__file__": module.__file__,
        "__package__": module.__package__,
    }
    exec(code, fresh)  # noqa: S102 - our own module, with one fault
    return fresh


@functools.cache
def _list_caches() -> list[Any]:
    wrapper = type(functools.lru_cache(lambda: None))
    modules = [held for key, held in sys.modules.items() if key.startswith("blogqueue")]
    return [held for module in modules for held in vars(module).values() if isinstance(held, wrapper)]


def _find_caches(module: str) -> list[Callable[[], None]]:
    """Return what empties the caches of results that a fault may change; clients and templates stay."""
    kept = ("blogqueue.writing.model", "blogqueue.payments.stripe_api")
    return [
        cast("Callable[[], None]", held.cache_clear)
        for held in _list_caches()
        if held.__module__ not in kept
        and held.__module__.startswith(("blogqueue.writing", "blogqueue.catalogue", module))
    ]


def forget_results() -> None:
    """Empty the caches, so that each test is seen to run what it needs."""
    for each in _find_caches("blogqueue.writing"):
        each()
