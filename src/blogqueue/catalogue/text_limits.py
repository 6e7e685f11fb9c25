"""What a text may have at most, so that parsing and showing it stay bounded work."""

import re

MAX_CHARACTERS = 200_000
"""Some 30,000 words, six times the longest blog articles; at worst, parsing takes some seconds for so many."""

MAX_UNCLOSED = 1000
"""For each opening bracket without a closing one, the parser searches to its full nesting depth, about 0.1 ms each."""

_PARAGRAPH_ENDS = re.compile(r"\n\s*\n")
_BRACKETS = re.compile(r"[\[\]]")


def find_text_problem(content_md: str) -> str:
    """Return why a text cannot be stored, in a sentence, or ""."""
    if not content_md.strip() or len(content_md) > MAX_CHARACTERS or "\0" in content_md:
        return f"Enter a text of at most {MAX_CHARACTERS:,} characters, without NUL characters."
    if sum(map(_count_unclosed, _PARAGRAPH_ENDS.split(content_md))) > MAX_UNCLOSED:
        return f"The text has more than {MAX_UNCLOSED:,} opening brackets, [, without a closing one."
    return ""


def _count_unclosed(paragraph: str) -> int:
    """Return how many opening brackets of a paragraph have no closing one after them."""
    unclosed = 0
    for bracket in _BRACKETS.findall(paragraph):
        unclosed = unclosed + 1 if bracket == "[" else max(0, unclosed - 1)
    return unclosed
