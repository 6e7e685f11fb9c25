"""Front matter: read, or refused with a reason."""

import pytest

from blogqueue.writing.markdown.blocks import find_prose_blocks
from blogqueue.writing.markdown.front_matter import FrontMatterError, read_front_matter


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (["---", "title: A", "tags: [b]", "---", ""], {"title": "A", "tags": ["b"]}),
        (["---  ", "title: A", "...", ""], {"title": "A"}),
        (["+++", 'title = "A"', "+++", ""], {"title": "A"}),
        (["---", "---", ""], {}),
        (["---", "2020: x", "---", ""], {"2020": "x"}),
    ],
)
def test_front_matter_is_read_and_the_body_starts_below(
    lines: list[str], values: dict[str, object], line_end: str, mark: str
) -> None:
    head = mark + line_end.join(lines)

    assert read_front_matter(f"{head}Body") == (values, len(head))


@pytest.mark.parametrize("text", ["", "Body", "----\n", "--- a\n---\n", "\n---\na: b\n---\n", "\ufeffBody", "+ a\n"])
def test_an_article_without_front_matter_is_all_body(text: str) -> None:
    assert read_front_matter(text) == ({}, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: A\n", "no line that closes it"),
        ("+++\ntitle = 1\n---\n", "no line that closes it"),
        ("---\n- a\n---\n", "a list, not a mapping"),
        ("---\njust words\n---\n", "a str, not a mapping"),
        ("---\na: [\n---\n", "while parsing"),
        ("---\na: 2020-13-45\n---\n", "month must be"),
        ("---\na: " + "[" * 5000 + "\n---\n", "recursion"),
        ("+++\na = \n+++\n", "Invalid value"),
    ],
)
def test_broken_front_matter_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(FrontMatterError, match=reason):
        read_front_matter(text)


def test_front_matter_is_never_prose() -> None:
    assert [b.text for b in find_prose_blocks("---\n\nA paragraph.\n\n---\nBody.")] == ["Body."]
