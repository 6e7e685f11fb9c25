"""The rule-based writer of whole articles: prose for any subject, with the order's words where they read well."""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from blogqueue.sandbox.state import JSON
from blogqueue.sandbox.words import cut, number, plain

PROSE = Path(__file__).parent / "prose"
LANGUAGES = frozenset(path.stem for path in PROSE.glob("*.toml"))
"""What there is prose in; an article in any other language is in English."""

TOPIC_LENGTH = 70
NICHE_LENGTH = 60
"""In characters; only the keyword is said in full, once, in a paragraph of its own."""

LEFT_OUT = (0, 3)
"""Which sections an article does without, counted from its turn, so that the next one does without others."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the words as they may stand in any text, the link as it is written, and whose turn it is."""

    words: dict[str, str]
    anchor: str
    url: str
    related: list[str]
    turn: int

    @property
    def link(self) -> str:
        """The bought link."""
        return f"[{self.anchor}]({self.url})"

    def chosen(self, alternatives: list[str], further: int = 0, *, link: str = "") -> str:
        """One of some alternatives, with the order's words in it, and a link where it is about one."""
        return alternatives[(self.turn + further) % len(alternatives)].format_map(self.words | {"link": link})


def write(site: JSON, said: JSON, fault: JSON, *, asked_before: int) -> JSON:
    """An article for a site as it was ordered; a question asked again word for word gets another one."""
    prose = _prose(site["language"].lower()[:2])
    turn = number(said["target_url"], said["anchor_text"], said["topic"]) + len(said.get("refused", [])) + asked_before
    order = _order(site, said, prose, turn)
    title = order.chosen(prose["titles"])
    if ": " in order.words["topic"]:
        title = " \u2013 ".join(title.rsplit(": ", 1))
    blocks = _blocks(order, prose)
    if fault["kind"] == "wrong_article":
        blocks = WRONG_ARTICLES[fault["name"]](blocks, order)
    return {"title": title, "body": "\n\n".join(blocks)}


@cache
def _prose(language: str) -> JSON:
    name = language if language in LANGUAGES else "en"
    return tomllib.loads((PROSE / f"{name}.toml").read_text(encoding="utf-8"))


def _order(site: JSON, said: JSON, prose: JSON, turn: int) -> Order:
    url, anchor = said["target_url"], said["anchor_text"]
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    topic, keyword = plain(said["topic"], host), plain(said["keyword"], host)
    topic = cut(topic or keyword or prose["subject"], TOPIC_LENGTH)
    words = {
        "topic": topic,
        "Topic": unicodedata.normalize("NFC", topic[:1].upper() + topic[1:]),
        "keyword": keyword or topic,
        "niche": cut(plain(said["niche"], host), NICHE_LENGTH) or prose["subject"],
    }
    titles = {one["url"]: cut(plain(one["title"], host), TOPIC_LENGTH) for one in site["candidates"]}
    fitting = [f"[{title}]({at})" for at, title in titles.items() if title and title.casefold() != anchor.casefold()]
    start = turn % len(fitting) if fitting else 0
    return Order(words, anchor, url, (fitting[start:] + fitting[:start])[:2], turn)


def _blocks(order: Order, prose: JSON) -> list[str]:
    """The article's headings and paragraphs: the bought link in the middle, the site's own at both ends."""
    count = len(prose["sections"])
    left_out = {(order.turn + further) % count for further in LEFT_OUT}
    sections = [section for at, section in enumerate(prose["sections"]) if at not in left_out]
    paragraphs = [[order.chosen([text]) for text in section["paragraphs"]] for section in sections]
    paragraphs[len(sections) // 2][-1] += " " + order.chosen(prose["link"], link=order.link)
    for at, link in enumerate(order.related):
        paragraphs[-at][0] += " " + order.chosen(prose["related"], at, link=link)
    blocks = [order.chosen(prose["leads"]), order.chosen(prose["keyword"])]
    for section, texts in zip(sections, paragraphs, strict=True):
        blocks += [f"## {order.chosen(section['headings'])}", *texts]
    return [*blocks, f"## {order.chosen(prose['close']['headings'])}", order.chosen(prose["close"]["paragraphs"])]


def _linkless(blocks: list[str], order: Order) -> list[str]:
    return [block.replace(order.link, order.anchor) for block in blocks]


def _at_the_end(blocks: list[str], text: str) -> list[str]:
    return [*blocks[:-1], f"{blocks[-1]} {text}"]


def _in_a_heading(blocks: list[str], order: Order) -> list[str]:
    heading, *others = _linkless(blocks[2:], order)
    return [*blocks[:2], f"{heading}: {order.link}", *others]


WRONG_ARTICLES: dict[str, Callable[[list[str], Order], list[str]]] = {
    "second_link": lambda blocks, _: _at_the_end(blocks, "See also [another site](https://elsewhere.example/page)."),
    "other_target": lambda blocks, order: [block.replace(order.url, f"{order.url}?ref=other") for block in blocks],
    "no_link": _linkless,
    "html": lambda blocks, order: [
        block.replace(order.link, f'<a href="{order.url}">{order.anchor}</a>') for block in blocks
    ],
    "short": lambda blocks, order: [block for block in blocks if order.link in block or block in blocks[:3]],
    "link_in_heading": _in_a_heading,
    "foreign_internal_link": lambda blocks, _: _at_the_end(blocks, "See also [another page](/articles/no-such-page)."),
    "repeated": lambda blocks, _: [*blocks[:-1], blocks[4], blocks[-1]],
}
"""The names are those of faults.ARTICLES."""
