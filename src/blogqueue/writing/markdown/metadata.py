"""The values in front matter, as they were written: `title: 2.10` is the text 2.10 and no number."""

import json
import re
import tomllib
from typing import Any

import yaml

from blogqueue.writing.markdown.front_matter import Format, find_front_matter, find_opening_fence

MAX_VALUES = 10_000
"""How many values front matter may hold once its aliases are followed: a page needs a dozen, an alias bomb billions."""

_LINE = re.compile(r"([A-Za-z_][\w.-]{0,40})[ \t]*:[ \t]*(.*)")


class FrontMatterError(ValueError):
    """The front matter is broken; the message says how."""


# The loader in C is ten times as fast, but PyYAML has it only where it was built with libyaml.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _TextLoader(_LOADER):  # pyright: ignore[reportGeneralTypeIssues, reportUntypedBaseClass] - one of two classes
    """Reads every plain value as text, except the ways to write nothing: YAML would make 12:30 the number 750."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        start: [one for one in resolvers if one[0] == "tag:yaml.org,2002:null"]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_front_matter(article: str) -> tuple[dict[str, object], int]:
    """Return the front matter's values and the offset where the body starts; ({}, 0) if there is none.

    Raises FrontMatterError if it has no closing line, cannot be parsed, or is not a mapping.
    """
    found = find_front_matter(article)
    if found is None:
        opener = find_opening_fence(article)
        if opener:
            raise FrontMatterError(f"it opens with {opener} and has no line that closes it")
        if re.match(r'\{\s*"[\w.-]+"\s*:', article):
            raise FrontMatterError("it begins as JSON and is not valid JSON")
        return {}, 0
    inside = article[found.start : found.end].replace("\r\n", "\n").replace("\r", "\n")
    try:
        values = _PARSERS[found.format](inside)
        if values is None:
            return {}, found.body
        if not isinstance(values, dict):
            raise FrontMatterError(f"it is a {type(values).__name__}, not a mapping of names to values")
        if _count_values(values, {}) > MAX_VALUES:
            raise FrontMatterError(f"its aliases expand to more than {MAX_VALUES:,} values")
    # PyYAML lets ValueErrors through (an explicit `!!int x`) and recurses into nested lists.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FrontMatterError(" ".join(str(error).split())) from error
    return {str(name): value for name, value in values.items()}, found.body


def _parse_yaml(inside: str) -> object:
    loader = _TextLoader(inside)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _parse_toml(inside: str) -> object:
    return tomllib.loads(inside, parse_float=str)


def _parse_json(inside: str) -> object:
    return json.loads(inside, strict=False, parse_float=str)


def _parse_json_lines(inside: str) -> object:
    return _parse_json("{" + inside.strip().removesuffix(",") + "}")


def _parse_lines(inside: str) -> object:
    """Parse lines of `name: value`; indented lines continue the value above, and names are in small letters."""
    values: dict[str, str] = {}
    name = ""
    for line in inside.split("\n"):
        match = _LINE.match(line)
        if match:
            name = match[1].lower()
            values[name] = match[2].strip()
        elif name and line.strip():
            values[name] = f"{values[name]} {line.strip()}".strip()
    return values


def _parse_percent(inside: str) -> object:
    fields = [" ".join(field.split()) for field in re.split(r"(?m)^%", inside)[1:]]
    return {name: value for name, value in zip(("title", "author", "date"), fields, strict=False) if value}


_PARSERS = {
    Format.YAML: _parse_yaml,
    Format.TOML: _parse_toml,
    Format.JSON: _parse_json,
    Format.JSON_LINES: _parse_json_lines,
    Format.LINES: _parse_lines,
    Format.PERCENT: _parse_percent,
}


def _count_values(value: Any, counted: dict[int, int]) -> int:  # noqa: ANN401 - any YAML value
    """Count a value and all within it, each alias as often as it is used. Raises FrontMatterError for a cycle."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) in counted:
        if not counted[id(value)]:
            raise FrontMatterError("it contains itself, by an alias")
        return counted[id(value)]
    counted[id(value)] = 0
    inside = list(value.values()) if isinstance(value, dict) else value
    counted[id(value)] = 1 + sum(_count_values(one, counted) for one in inside)
    return counted[id(value)]
