"""Readers get every link that the checks accept, whatever markup the article has: its page shows the link once."""

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.article_page import find_lost_links, render_page
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.rendering import HtmlLink, find_html_links
from tests.thoroughness import examples
from tests.writing.garden import LINK
from tests.writing.link_edit.scenes import LITERAL, REQUIREMENTS, Try

WORDS = re.findall(
    r"\w+", "worms draw leaves into their burrows at night and bring fine earth up to where rain spreads it"
)
MARKS = r"""
<title>|</title>|<TITLE>|\<title>|<title/>|<title a=">|`<title>`|&lt;title&gt;|<Title a={b} />|<textarea>|</textarea>
<template>|</template>|<template/>|<style>|</style>|<script>|</script>|<select>|</select>|<noscript>|</noscript>
<iframe>|</iframe>|<iframe/>|<svg>|</svg>|<svg/>|<math>|</math>|<mi>|<path>|<Text>|</Text>|<video>|</video>
<Video a="b" />|<canvas>|<noembed>|<noframes>|<plaintext>|<xmp>|</xmp>|<b>|</b>|<div>|</div>|<p>|</p>|<table>|<td>|<br>
<b c='<title>'>|<!--|-->|<!-- -->|<!-->|<![CDATA[|]]>|<?|?>|<!DOCTYPE x>|<|>|\|"|'|&|<img src=x alt=">|<a href="/x">
</a>|<a b='>|%%|%%a|{%|%}|{{|}}|{#|#}|{/*|*/}|<%|%>|{#x}|{.y}|{:|}|{% comment %}|{% endcomment %}|{% raw %}|{% endraw %}
{::comment}|{:/comment}|{{< comment >}}|{{< /comment >}}|{% highlight a %}|{% endhighlight %}|:::|:::note|[!NOTE]|[toc]
import a from 'b'|import duties 'b'|Import|Export default|export default|export const|$$|$|\[|\]|/*|*/|[hide]|[/hide]
`|``|```|~~~|==|*|**|_|~~|#|-|1.|[a](/b)|![a](/b)|[r]
""".strip().replace("\n", "|").split("|")  # fmt: skip


def write_paragraph(random: Random) -> str:
    """Make prose of 28 words or more, mostly without markup."""
    words = random.choices(WORDS, k=random.randint(28, 36))
    for _ in range(random.choice([0, 0, 0, 1, 2, 3])):
        words.insert(random.randrange(len(words) + 1), random.choice(MARKS) + random.choice(["", "", "\n", "x"]))
    return " ".join(words)


def write_article(random: Random) -> str:
    """Make paragraphs with marks between them, in whatever order they come."""
    parts = ["Lead."]
    for _ in range(random.randint(2, 5)):
        marks = random.choice(["\n", " ", "\n\n"]).join(random.choices(MARKS, k=random.randint(1, 4)))
        parts.append(write_paragraph(random) if random.random() < 0.55 else marks)
    return random.choice(["\n\n", "\r\n\r\n"]).join([*parts, "Close."]) + "\n"


@given(st.integers(0, 2**32))
@settings(max_examples=examples(100, 3_000), deadline=None)
def test_every_link_that_the_checks_accept_is_on_the_page_once(number: int) -> None:
    random = Random(number)  # drawn mark by mark, an article takes minutes to shrink
    article = write_article(random)
    for block in find_eligible_blocks(article):
        words = block.text.split(" ")
        at = random.randrange(len(words) + 1)
        for edit in (
            Edit(block.id, "append", f"See {LITERAL} too."),
            Edit(block.id, "replace", " ".join([*words[:at], f"(see {LITERAL})", *words[at:]])),
        ):
            after, applied = apply(article, edit, [block])
            if Try(article, after, applied, REQUIREMENTS).problems():
                continue
            page = find_html_links(render_page(after, [(LINK, "sponsored")], title="", host="a.example", source="a.md"))
            assert page.count(HtmlLink(LINK.anchor_text, (("href", LINK.target_url), ("rel", "sponsored")))) == 1
            assert find_lost_links(after, [(LINK, "sponsored")]) == []


BROKEN = (
    "Put it into the <title> of each page.",
    "<title>",
    "<noembed>",
    "<svg/>",
    "<Video a='b' />",
    '<div class="x>',
    "<path>",
    "{#x}",
    "100%%)",
    "{% highlight a %}",
    "<!-->",
    "import duties rose for 'seeds'",
    "Export default settings.",
)
"""What an article may have before a paragraph, and whatever follows it."""


@given(st.lists(st.sampled_from(BROKEN), max_size=2), st.lists(st.sampled_from(BROKEN), max_size=2))
@settings(max_examples=examples(50, 300), deadline=None)
def test_each_paragraph_that_is_sold_takes_a_plain_sentence(before: list[str], behind: list[str]) -> None:
    paragraph = " ".join(WORDS * 2)
    article = "\n\n".join(["Lead.", *before, paragraph, *behind, f"{paragraph} again.", "Close."]) + "\n"

    for block in find_eligible_blocks(article):
        after, applied = apply(article, Edit(block.id, "append", f"See {LITERAL} too."), [block])
        assert Try(article, after, applied, REQUIREMENTS).problems() == []
