import hashlib

import pytest

from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.front_matter import FrontMatterError, read_front_matter
from blogqueue.writing.markdown.links import Link, find_links, format_link
from blogqueue.writing.markdown.rendering import find_html_links, render
from tests.writing.garden import GARDEN, PAID, turned

PROSE = (
    "Worms draw leaves down into their burrows at night and bring fine earth up to the surface, where the next rain \
spreads it among the stems of whatever grows there."
)


def article(*paragraphs: str) -> str:
    """An article with the given paragraphs between a lead and a close that are not for sale."""
    return "\n\n".join(["Lead.", "One.", "Two.", *paragraphs, "Close."]) + "\n"


def starts_of(blocks: list[str]) -> list[str]:
    return [block.split()[0] for block in blocks]


def test_every_top_level_paragraph_is_counted_and_nothing_else() -> None:
    blocks = find_prose_blocks(GARDEN)

    assert [block.id for block in blocks] == [f"p{n:02d}" for n in range(1, 10)]
    assert starts_of([b.text for b in blocks]) == [
        "Healthy", "Digging", "![A", "Water", "Compost", "Weeds", "Worms", "Snails", "Feed",
    ]  # fmt: skip


def test_a_block_is_its_characters_in_the_article_and_their_hash() -> None:
    for block in find_prose_blocks(turned(GARDEN, "\r\n")):
        assert block.text == turned(GARDEN, "\r\n")[block.start : block.end]
        assert block.sha256 == hashlib.sha256(block.text.encode()).hexdigest()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_indentation_and_trailing_blanks_stay_outside(line_end: str) -> None:
    text = line_end.join(["", "  Two  ", " lines.\t ", "", "Next", "- item"])

    assert [block.text for block in find_prose_blocks(text)] == [f"Two  {line_end} lines.", "Next"]


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_carriage_return_and_line_feed_end_a_line(character: str) -> None:
    text = f"One{character}line\n\nSecond paragraph"

    assert [block.text for block in find_prose_blocks(text)] == [f"One{character}line", "Second paragraph"]


def test_for_sale_is_plain_prose_between_lead_and_close() -> None:
    assert starts_of([b.text for b in find_eligible_blocks(GARDEN)]) == [
        "Digging", "Water", "Compost", "Weeds", "Worms", "Snails",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Too short to take a link.",
        f"*{PROSE}*",
        f"{PROSE} See [elsewhere](https://other.example).",
        f"{PROSE} See [elsewhere](//other.example).",
        f"{PROSE} See <https://other.example>.",
        f"{PROSE} See <me@other.example>.",
        f"{PROSE} See [elsewhere][].\n\n[elsewhere]: https://other.example",
        f"{PROSE} ![](/image.png)",
        f"{PROSE} <b>Really</b>.",
        f"{PROSE} It is so.[^1]",
        f"[^1]: {PROSE}",
        f"{PROSE} {{{{ site.title }}}}",
        f"{PROSE} `{{% raw %}}`",
        f"{PROSE}\n{{: .note}}",
        f"{PROSE}\n:::",
        f"{{% highlight text %}}\n\n{PROSE}\n\n{{% endhighlight %}}",
        f"{{% note(kind=1) %}}\n\n{PROSE}\n\n{{% end %}}",
        f"{PROSE} These are:",
        f"# {PROSE}",
        f"> {PROSE}",
        f"- {PROSE}",
        f"    {PROSE}",
        f"{PROSE}\n===",
        f"<div>\n{PROSE}\n</div>",
    ],
)
def test_what_is_not_plain_prose_is_not_for_sale(text: str) -> None:
    assert find_eligible_blocks(article(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        f"{PROSE} See [a page](/page#part) or [below](#part) or [that](page.html?a=b:c).",
        f"*Note:* {PROSE} And `code`.",
        f"{{% include a.html %}}\n\n{PROSE}",
        f"{{% raw %}}{{% endraw %}}\n\n{PROSE}\n\n{{% raw %}}{{% endraw %}}",
        "土壤是活的园丁每年秋天用落叶稻草和堆肥喂养它一两个季节之内就会看到蚯蚓回来",
    ],
)
def test_plain_prose_is_for_sale(text: str) -> None:
    assert len(find_eligible_blocks(article(text))) == 1


def test_the_lead_of_a_short_article_is_for_sale_and_its_close_is_not() -> None:
    assert [b.id for b in find_eligible_blocks(f"{PROSE}\n\n{PROSE} Again.\n")] == ["p01"]
    assert [b.id for b in find_eligible_blocks(PROSE)] == ["p01"]


def test_nothing_is_for_sale_in_or_beside_a_block_with_a_paid_link() -> None:
    sold = GARDEN.replace("Weeds that", f"Weeds ({format_link(PAID)}) that")

    free = find_eligible_blocks(sold, [PAID])

    assert starts_of([b.text for b in free]) == ["Digging", "Water", "Snails"]


def test_ids_do_not_move_when_a_block_is_sold() -> None:
    sold = GARDEN.replace("Weeds that", f"Weeds ({format_link(PAID)}) that")

    ids = {block.text: block.id for block in find_eligible_blocks(GARDEN)}

    assert all(ids[block.text] == block.id for block in find_eligible_blocks(sold, [PAID]))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["---", "title: A", "tags: [b]", "---", ""], {"title": "A", "tags": ["b"]}),
        (["---  ", "title: A", "...", ""], {"title": "A"}),
        (["+++", 'title = "A"', "+++", ""], {"title": "A"}),
        (["---", "---", ""], {}),
        (["---", "2020: x", "---", ""], {"2020": "x"}),
    ],
)
def test_front_matter_is_read_and_the_body_starts_below(
    lines: list[str], said: dict[str, object], line_end: str, mark: str
) -> None:
    head = mark + line_end.join(lines)

    assert read_front_matter(f"{head}Body") == (said, len(head))


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


def test_links_are_listed_as_a_reader_gets_them() -> None:
    text = "[a *b*\nc](/x 't') <https://d.example> ![e](/f) [g][] `[h](/i)` <a href='/j'>k</a>\n\n> [l](/m)\n\n[g]: /n"

    assert find_links(text) == [
        Link("/x", "a b c"),
        Link("https://d.example", "https://d.example"),
        Link("/n", "g"),
        Link("/m", "l"),
    ]


def test_a_paid_link_is_rendered_with_its_rel_and_others_without() -> None:
    text = f"---\ntitle: A\n---\n{format_link(PAID)} and [a page](/page) and [a file](/f 'T')"

    html = render(text, [(PAID, "sponsored"), (Link("/f", "a file"), "")])

    assert [(link.text, dict(link.attributes)) for link in find_html_links(html)] == [
        (PAID.anchor_text, {"href": PAID.target_url, "rel": "sponsored"}),
        ("a page", {"href": "/page"}),
        ("a file", {"href": "/f", "title": "T"}),
    ]
    assert "title: A" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "Some <script>alert(1)</script> text",
        "[a](javascript:alert(1))",
        "[a](vbscript:x)",
        "<img src=x onerror=alert(1)>",
        "<!-- --><script>alert(1)</script>",
        "<!-- a -->\n<script>alert(1)</script><!-- b -->",
    ],
)
def test_no_markup_of_the_text_becomes_markup_of_the_page(text: str) -> None:
    html = render(text)

    assert "<script" not in html
    assert "<img" not in html
    assert find_html_links(html) == []


def test_links_of_other_schemes_lead_nowhere() -> None:
    html = render("[a](ftp://x.example) [b](ssh://x.example) [c](mailto:a@x.example)")

    assert [dict(link.attributes) for link in find_html_links(html)] == [{}, {}, {"href": "mailto:a@x.example"}]


def test_html_is_shown_as_text_and_comments_not_at_all() -> None:
    assert render("<div>x</div>\n\n<!-- more -->\n\ny <b>z</b>") == (
        "<p>&lt;div&gt;x&lt;/div&gt;\n</p>\n<p>y &lt;b&gt;z&lt;/b&gt;</p>\n"
    )
