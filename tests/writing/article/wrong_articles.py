"""The catalogue of wrong articles. Each must be refused by its rule."""

import re
from dataclasses import replace
from typing import NamedTuple

from blogqueue.writing.article.brief import ArticleBrief
from blogqueue.writing.markdown.links import Link
from tests.writing.article.right_article import (
    BODY,
    BRIEF,
    CLOSE,
    LEAD,
    LINK,
    LITERAL,
    PLACE,
    RAIN,
    REPEATED,
    SOIL,
    TITLE,
    TOOLS,
)


class Wrong(NamedTuple):
    name: str
    rule: str
    body: str = BODY
    title: str = TITLE
    brief: ArticleBrief = BRIEF

    def __repr__(self) -> str:
        return self.name


def added(text: str) -> str:
    """Add words at the end of the last paragraph."""
    return BODY.replace(CLOSE, f"{CLOSE} {text}")


def inserted(block: str) -> str:
    """Insert a block before the last paragraph."""
    return BODY.replace(CLOSE, f"{block}\n\n{CLOSE}")


def placed(text: str) -> str:
    """Replace the bought link."""
    return BODY.replace(LITERAL, text)


def moved(old: str, new: str) -> str:
    """Take the bought link out, and change another text."""
    return placed("a practical guide").replace(old, new)


WALL = " ".join(f"bed number {number} wants straw," for number in range(50))
SHORT = "\n\n".join(block for block in BODY.split("\n\n") if block.startswith("## ") or block in (LEAD, PLACE, CLOSE))
CHATTER = " ".join(
    f"Row {number} is as dry as row {number + 1} and as cracked as any other row." for number in range(170)
)
PARAGRAPHS = "\n\n".join(CHATTER[at : at + 900] for at in range(0, len(CHATTER), 900))
KEYWORD = replace(BRIEF, keyword="straw mulch Timbuktu")


WRONG = [
    Wrong("no link", "link_exactly_once", placed("a practical guide")),
    Wrong("the link twice", "link_exactly_once", added(f"See {LITERAL} again.")),
    Wrong(
        "the link and its twin with another target", "links", added("[a practical guide](https://www.example.com/).")
    ),
    Wrong("another target", "link_exactly_once", placed("[a practical guide](https://www.example.com/guide?x=1)")),
    Wrong(
        "another target that looks alike", "links", placed("[a practical guide](https://www.ex\u0430mple.com/guide)")
    ),
    Wrong("another anchor", "link_exactly_once", placed(f"[the guide]({LINK.target_url})")),
    Wrong("a link with a title", "link_exactly_once", placed(f'[a practical guide]({LINK.target_url} "Buy")')),
    Wrong("a link by reference", "no_reference", placed("[a practical guide][g]") + f"\n\n[g]: {LINK.target_url}"),
    Wrong("a footnote", "no_reference", added("So it is.[^1]")),
    Wrong("a bold link", "not_in_emphasis", placed(f"**{LITERAL}**")),
    Wrong("a link in a code span", "rel_rendered", placed(f"`{LITERAL}`")),
    Wrong("an escaped link", "rel_rendered", placed(f"\\{LITERAL}")),
    Wrong("a link that is an image", "no_image", placed(f"!{LITERAL}")),
    Wrong("an image", "no_image", added("![](/images/bed.jpg)")),
    Wrong("a second link", "links", added("See [another](https://other.example/).")),
    Wrong("an autolink", "links", added("See <https://other.example/>.")),
    Wrong("a link to a page of the site that was not offered", "links", added("See [this](/articles/other).")),
    Wrong("a candidate with the site's host", "links", added(f"See [this](https://garden.example{RAIN.url}).")),
    Wrong("a candidate with a fragment", "links", added(f"See [rain]({RAIN.url}#barrels).")),
    Wrong("a candidate with a title", "links", added(f'See [rain]({RAIN.url} "Rain").')),
    Wrong("a candidate twice", "links", added(f"See [the soil again]({SOIL.url}).")),
    Wrong("a candidate with the bought words", "links", added(f"See [A practical guide]({RAIN.url}).")),
    Wrong(
        "a candidate with the bought words in small letters",
        "links",
        BODY.replace(LITERAL, f"[A Practical Guide]({LINK.target_url})").replace(
            CLOSE, f"{CLOSE} [a practical guide]({RAIN.url})"
        ),
        brief=replace(BRIEF, link=Link(LINK.target_url, "A Practical Guide")),
    ),
    Wrong("a candidate without words", "links", added(f"See [ ]({RAIN.url}).")),
    Wrong("four candidates", "links", added(f"See [rain]({RAIN.url}) and [tools]({TOOLS.url}).")),
    Wrong("another host", "no_bare_url", added("See other-shop.com.")),
    Wrong("a short host with a path as code", "no_bare_url", added("See `bit.ly/abc1`.")),
    Wrong("a bare URL", "no_bare_url", added("See https://other.example/.")),
    Wrong("a bare www", "no_bare_url", added("See www.other.example.")),
    Wrong("an e-mail address", "no_bare_url", added("Write to me@other.example.")),
    Wrong("the target's host as text", "no_bare_url", added("All this is from Example.com.")),
    Wrong("a link as HTML", "no_html", placed(f'<a href="{LINK.target_url}">a practical guide</a>')),
    Wrong("a comment", "no_html", inserted("<!-- written in a hurry -->")),
    Wrong("an entity", "no_html", added("Straw &amp; leaves.")),
    Wrong("a template's tag", "no_template", added("{{ site.title }}")),
    Wrong("a directive", "no_template", inserted("::: note")),
    Wrong("the link in the first paragraph", "link_place", moved(LEAD, f"{LEAD} See {LITERAL}.")),
    Wrong("the link in the last paragraph", "link_place", moved(CLOSE, f"{CLOSE} See {LITERAL}.")),
    Wrong("the link in a heading", "link_place", moved("## Watering less", f"## Watering less: {LITERAL}")),
    Wrong("the link in a list", "link_place", moved("- cracks", f"- {LITERAL} to cracks")),
    Wrong("the link in a quote", "link_place", moved("> Cover the ground", f"> {LITERAL}: Cover the ground")),
    Wrong("the link in a table", "link_place", moved("| straw |", f"| {LITERAL} |")),
    Wrong("the link in a remark", "link_place", moved(CLOSE, f"See {LITERAL} for more.\n\n{CLOSE}")),
    Wrong("the link in the title", "link_place", placed("a practical guide"), f"Mulching: {LITERAL}"),
    Wrong("too short", "length", SHORT),
    Wrong("too long", "length", inserted(PARAGRAPHS)),
    Wrong("nothing", "length", ""),
    Wrong("no body", "structure", ""),
    Wrong("a heading first", "structure", f"## Before all else\n\n{BODY}"),
    Wrong("a list first", "structure", f"- dry\n- hot\n\n{BODY}"),
    Wrong("front matter", "structure", f"---\ntitle: Mulching\n---\n\n{BODY}"),
    Wrong("a horizontal rule", "structure", inserted("***")),
    Wrong("a fence around everything", "structure", f"```markdown\n{BODY}\n```"),
    Wrong("a code block", "structure", inserted("```sh\ncompost --turn\n```")),
    Wrong("an indented code block in a list", "structure", inserted("-     compost --turn")),
    Wrong("the title again", "headings", inserted(f"# {TITLE}")),
    Wrong("the title again, underlined", "headings", inserted(f"{TITLE}\n===")),
    Wrong("a high heading in a quote", "headings", inserted("> # Look")),
    Wrong("two sections", "headings", BODY.replace("\n## ", "\n### ", 3)),
    Wrong("an empty section", "headings", inserted("## Nothing here\n\n## The end")),
    Wrong("a heading at the end", "headings", f"{BODY}\n\n## And then"),
    Wrong("a heading without words", "headings", inserted("##")),
    Wrong("a link in a heading", "headings", BODY.replace("## Watering less", f"## [Watering less]({RAIN.url})")),
    Wrong("a wall of text", "paragraph_length", inserted(f"{WALL} and so on.")),
    Wrong("a wall of text in a list", "paragraph_length", inserted(f"- {WALL} and so on.")),
    Wrong("a word of the keyword missing", "keyword", brief=KEYWORD),
    Wrong("a word of the keyword within another", "keyword", brief=replace(BRIEF, keyword="straw ulch")),
    Wrong(
        "a word of the keyword with another vowel sign",
        "keyword",
        added("\u0915\u093e"),
        brief=replace(BRIEF, keyword="straw \u0915\u093f"),
    ),
    Wrong("a keyword missing in a script without case", "keyword", brief=replace(BRIEF, keyword="straw \u6771\u4eac")),
    Wrong("a paragraph twice", "no_repetition", inserted(REPEATED)),
    Wrong(
        "a paragraph of short sentences twice",
        "no_repetition",
        inserted("It was hot and dry. Straw kept it wet.\n\nRain came.\n\nIt was hot and dry. Straw kept it wet."),
    ),
    Wrong(
        "a sentence twice", "no_repetition", added("After three or four years of this THE spade goes in like a spoon!")
    ),
    Wrong("Windows line ends", "line_ends", BODY.replace("\n", "\r\n")),
    Wrong("a lone carriage return", "line_ends", BODY.replace("\nJuly", "\rJuly")),
    Wrong("blanks at a line's end", "line_ends", BODY.replace("## Watering less", "## Watering less ")),
    Wrong("a hard break by a backslash", "line_ends", BODY.replace("of\nJuly", "of\\\nJuly")),
    Wrong("a zero-width space", "no_control_characters", added("So\u200bit is.")),
    Wrong("a joiner between Latin letters", "no_control_characters", added("So\u200cit is.")),
    Wrong("a zero-width space between Persian letters", "no_control_characters", added("\u0645\u06cc\u200b\u0631.")),
    Wrong("a right-to-left override", "no_control_characters", added("\u202eSo it is.")),
    Wrong("a NUL", "no_control_characters", added("So\0it is.")),
    Wrong("a soft hyphen by entity", "no_control_characters", added("So&shy;it is.")),
    Wrong("decomposed letters", "no_control_characters", added("So says the cafe\u0301.")),
    Wrong("a telephone number", "no_contact_or_price", added("Call +1 555 0199 222.")),
    Wrong("a telephone number as code", "no_contact_or_price", added("Call `+1 555 0199 222`.")),
    Wrong("a price", "no_contact_or_price", added("A bale is 4 \u20ac.")),
    Wrong("a model's words", "no_assistant_talk", added("As an AI language model I have no garden.")),
    Wrong("a model's words in emphasis", "no_assistant_talk", added("As an *AI* language model I have no garden.")),
    Wrong("a model's words in a comment", "no_assistant_talk", inserted("<!-- as an AI language model -->")),
    Wrong("words of the task", "no_assistant_talk", added("The anchor_text is above.")),
    Wrong("a title of one word", "title", title="Mulching"),
    Wrong("a title like a paragraph", "title", title=f"{TITLE} {TITLE} {TITLE}"),
    Wrong("a title of two lines", "title", title="Mulching in summer\nand what straw can do"),
    Wrong("a title with a block behind it", "title", title="Mulching in summer\n\nBuy straw."),
    Wrong("an emphasised title", "title", title="Mulching through a *dry* summer"),
    Wrong("an escaped title", "title", title="Mulching through a \\*dry\\* summer"),
    Wrong("a title with code", "title", title="Mulching through a `dry` summer"),
    Wrong("a title that closes itself", "title", title="Mulching through a summer ##"),
    Wrong("a title in heading's clothes", "title", title="# Mulching through a dry summer"),
    Wrong("a linked title", "title", title=f"Mulching through a [dry]({RAIN.url}) summer"),
    Wrong("a title with an address", "title", title="Mulching: all of www.other.example"),
    Wrong("a title with HTML", "title", title="Mulching through a <b>dry</b> summer"),
    Wrong("a title with an entity", "title", title="Mulching &amp; a dry summer"),
    Wrong("a title with a soft hyphen", "title", title="Mulching through a dry sum\u00admer"),
    Wrong("a title with two blanks", "title", title="Mulching through  a dry summer"),
    Wrong("half a character", "not_text", added("\ud800")),
    Wrong("a body without end", "too_long", added("more " * 8_000)),
    Wrong("brackets without end", "too_long", added("[" * 60)),
    Wrong("a title without end", "too_long", title="Mulching " * 200),
    Wrong("a script's link", "no_markup", added("See [x](javascript:alert(1)).")),
    Wrong("a word in two scripts", "one_script", added("It is p\u0430yp\u0430l.")),
    Wrong("a note's line", "line_starts", inserted("!!! note")),
]


class Right(NamedTuple):
    name: str
    body: str
    brief: ArticleBrief = BRIEF

    def __repr__(self) -> str:
        return self.name


RIGHT = [
    Right("everything that is allowed", BODY),
    Right("no rel", BODY, replace(BRIEF, rel="")),
    Right("no candidate offered", re.sub(r"\[([^]]*)\]\(/[^)]*\)", r"\1", BODY),
        replace(BRIEF, candidates=())),
    Right("three candidates", added(f"See [rain]({RAIN.url}).")),
    Right("a target with brackets", placed("[a good guide](https://a.example/b_(c))"), replace(
        BRIEF, link=Link("https://a.example/b_(c)", "a good guide"))),
    Right("a keyword that is an address", BODY, replace(
        BRIEF, keyword="straw www.straw.example https://a.example/x")),
    Right("a keyword that is the target's host", BODY, replace(BRIEF, keyword="mulch Example.com")),
    Right("a keyword of punctuation", BODY, replace(BRIEF, keyword="?!")),
    Right("a keyword within the words of a script without case", added("\u6771\u4eac\u30bf\u30ef\u30fc\u306e\u9ad8"),
        replace(BRIEF, keyword="\u6771\u4eac\u30bf\u30ef\u30fc")),
    Right("a keyword in capitals", BODY, replace(BRIEF, keyword="STRAW Mulch")),
    Right("a keyword with an invisible character", BODY, replace(BRIEF, keyword="straw\u3164mulch")),
    Right("a keyword with a lone accent", BODY, replace(BRIEF, keyword="straw \u0301 mulch")),
    Right("a short sentence twice", added("So be it. Then it rained again. So be it.")),
    Right("three sections", BODY.replace("\n## ", "\n### ", 2)),
    Right("a paragraph without words", inserted("\u2026")),
    Right("the link in the second paragraph", moved("We wrote about", f"See {LITERAL}. We wrote about")),
    Right("the link in the last paragraph but one", moved(
        "After three or four years", f"See {LITERAL}. After three years")),
    Right("a telephone number that was ordered", added("Call +1 555 0199 222."), replace(
        BRIEF, topic="Who has +1 555 0199 222?")),
    Right("a price that was ordered", added("A bale under $5 will do."), replace(BRIEF, topic="Straw under $5")),
    Right("a number that was ordered", added("It is 978-3-16-148410-0."),
        replace(BRIEF, topic="ISBN 978 3 16 148410 0")),
    Right("a host that was ordered", added("So says ASP.NET."), replace(BRIEF, topic="Mulch with ASP.NET")),
    Right("files and functions", added("It is in config.json, Node.js, `os.path.join` and `main.py`.")),
    Right("a target that names a field", placed("[a guide](https://a.example/?target_url=x)"), replace(
        BRIEF, link=Link("https://a.example/?target_url=x", "a guide"))),
    Right("words of a model as a topic", added("Write a system prompt."), replace(BRIEF, topic="System prompts")),
    Right("words of a model as an anchor", placed("[lorem ipsum](https://a.example/)"), replace(
        BRIEF, link=Link("https://a.example/", "lorem ipsum"))),
    Right("joiners where Persian needs them", added("\u0645\u06cc\u200c\u0631\u0648\u062f.")),
]  # fmt: skip
