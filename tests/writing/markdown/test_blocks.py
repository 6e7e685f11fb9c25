"""The paragraphs of an article, and which of them may take a link."""

import hashlib

import pytest

from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import format_link
from tests.writing.garden import GARDEN, PAID, turned

PROSE = (
    "Worms draw leaves down into their burrows at night and bring fine earth up to the surface, where the next rain \
spreads it among the stems of whatever grows there."
)


def article(*paragraphs: str) -> str:
    """Return an article with the given paragraphs between a lead and a close that may not take a link."""
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


def test_plain_prose_between_lead_and_close_is_eligible() -> None:
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
def test_what_is_not_plain_prose_is_not_eligible(text: str) -> None:
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
def test_plain_prose_is_eligible(text: str) -> None:
    assert len(find_eligible_blocks(article(text))) == 1


def test_the_lead_of_a_short_article_is_eligible_and_its_close_is_not() -> None:
    assert [b.id for b in find_eligible_blocks(f"{PROSE}\n\n{PROSE} Again.\n")] == ["p01"]
    assert [b.id for b in find_eligible_blocks(PROSE)] == ["p01"]


def test_no_block_with_or_beside_a_paid_link_is_eligible() -> None:
    sold = GARDEN.replace("Weeds that", f"Weeds ({format_link(PAID)}) that")

    free = find_eligible_blocks(sold, [PAID])

    assert starts_of([b.text for b in free]) == ["Digging", "Water", "Snails"]


def test_ids_do_not_move_when_a_block_is_sold() -> None:
    sold = GARDEN.replace("Weeds that", f"Weeds ({format_link(PAID)}) that")

    ids = {block.text: block.id for block in find_eligible_blocks(GARDEN)}

    assert all(ids[block.text] == block.id for block in find_eligible_blocks(sold, [PAID]))
