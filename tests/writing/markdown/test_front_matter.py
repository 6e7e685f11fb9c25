"""Front matter: read, or refused with a reason."""

import pytest

from blogqueue.writing.markdown.blocks import find_prose_blocks
from blogqueue.writing.markdown.metadata import FrontMatterError, read_front_matter


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
        (
            ["---", "title: 2.10", "time: 12:30", "yes: 0777", "none: ~", "---", ""],
            {"title": "2.10", "time": "12:30", "yes": "0777", "none": None},
        ),
        (["", "", "+++", "title = 2.10", "+++", ""], {"title": "2.10"}),
        (["", "---", "title: A", "---", ""], {"title": "A"}),
        (["---json", '{"title": "A"}', "---", ""], {"title": "A"}),
        (["{", '  "title": "A"', "}", "", ""], {"title": "A"}),
        (['"title": "A",', '"date": "2015"', ";;;", ""], {"title": "A", "date": "2015"}),
        ([";;;", '"title": "A"', ";;;", ""], {"title": "A"}),
        (["title: A", "tags:", "- b", "---", ""], {"title": "A", "tags": ["b"]}),
        (["Title: A", "Summary: long", "    and longer", "", ""], {"title": "A", "summary": "long and longer"}),
        (["% A", "% B", "", ""], {"title": "A", "author": "B"}),
    ],
)
def test_front_matter_is_read_and_the_body_starts_below(
    lines: list[str], values: dict[str, object], line_end: str, mark: str
) -> None:
    head = mark + line_end.join(lines)

    assert read_front_matter(f"{head}Body") == (values, len(head))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Body",
        "----\n",
        "--- a\n---\n",
        "\n---\nText.\n\n---\n",
        "\ufeffBody",
        "+ a\n",
        "Note: a\n\nBody",
        "Note: a\n---\n",
        "Title: a\nand prose\n\nBody",
        "{% include a %}\n",
        "{}x",
        "{: .a}\n",
        "100 %\n",
    ],
)
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
        ("---\na: !!int x\n---\n", "invalid literal"),
        ("---\na: !include b\n---\n", "could not determine"),
        ("---\na: " + "[" * 5000 + "\n---\n", "parsing|nesting|recursion"),
        (
            "---\na: &a [x]\n"
            + "".join(f"{n}: &{n} [{', '.join([f'*{p}'] * 10)}]\n" for p, n in zip("abcd", "bcde", strict=True))
            + "---\n",
            "aliases",
        ),
        ("---\na: &a [*a]\n---\n", "itself"),
        ('{\n"title": "A",\n}\n\nBody', "not valid JSON"),
        ("+++\na = \n+++\n", "Invalid value"),
    ],
)
def test_broken_front_matter_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(FrontMatterError, match=reason):
        read_front_matter(text)


def test_front_matter_is_never_prose() -> None:
    assert [b.text for b in find_prose_blocks("---\n\nA paragraph.\n\n---\nBody.")] == ["Body."]
