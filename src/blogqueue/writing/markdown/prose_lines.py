"""Lines that CommonMark takes for prose and other renderers for something else: a table, a definition, a directive."""

import re

IMPORT_LINE = r"""import[ \t]+(?:[\w{*][^\n]*[ \t]from[ \t]+)?['"]"""
EXPORT_LINE = r"export[ \t]+(?:const|let|var|function|default)\b"
"""How lines of MDX begin. A sentence of prose may begin with Import or Export."""

_ODD_START = re.compile(
    r"""
      :(?!\w[\w+-]*:)                      # a definition, a directive; not an emoji such as :tada:
    | \#                                   # a heading without a blank
    | \*\[[^\]\n]*\]:                      # an abbreviation
    | \[[^\]\n]*\]:                        # a reference definition with a fault
    | \[[^\]\n]*\][ \t]*$                  # attributes of the block below (AsciiDoc)
    | \\(?:[\[\](][ \t]*$|begin\b|end\b)   # a formula
    | [@\\](?:end)?(?:code|verbatim)\b     # documentation commands
    | \.\.(?:$|[ \t]+(?:[\w-]+::|[_|\[]))  # a directive of reStructuredText
    | (?:!!|\?\?|%%|\$\$|//|\+\+|==|\^\^|@@|;;|&&|<<|>>)  # admonitions, fences, comments of many formats
    | \+-                                  # a grid table
    """
    f"|{IMPORT_LINE}|{EXPORT_LINE}",
    re.VERBOSE,
)
_ODD_FIRST_START = re.compile(r"[%=+^;][ \t]")  # further down, a line of prose may be wrapped before such a mark
_METADATA = re.compile(r"[\w-]+(?: [\w-]+)?:(?:[ \t]|$)")
_CODE_SPAN = re.compile(r"`[^`\n]*`|\\\|")
_TABLE_ROW = re.compile(
    r"\|[^\n|]*\||(?:[^\n|]*\|){3}|[^\n|]*\|[^\n|]*\|[ \t]*$|[^\n|]*[ ]{2}\||[ :|-]*-[ ]*\|[ ]*[:-]"
)


def read_as_prose(source: str) -> bool:
    """Return whether every line of a paragraph can be prose to any renderer."""
    lines = [line.strip(" \t") for line in _split_lines(source)]
    return not (
        _ODD_FIRST_START.match(lines[0]) or any(map(_ODD_START.match, lines)) or ("|" in source and _is_table(lines))
    )


def is_metadata(source: str) -> bool:
    """Return whether a paragraph at the top of an article is metadata: `Title: ...` (Pelican, MultiMarkdown)."""
    first = _split_lines(source)[:2]
    return len(first) > 1 and all(map(_METADATA.match, first))


def _split_lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _is_table(lines: list[str]) -> bool:
    """Return whether a line has cells, or every line of several; a pipe or two are also in prose: `File | New`."""
    plain = [_CODE_SPAN.sub("", line) for line in lines]
    return any(map(_TABLE_ROW.match, plain)) or (len(plain) > 1 and all("|" in line for line in plain))
