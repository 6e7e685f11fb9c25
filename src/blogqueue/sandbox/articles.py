"""The rule-based writer of whole articles: prose for any subject, with the order's topic, niche and keyword in it."""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from blogqueue.sandbox.state import JSON
from blogqueue.sandbox.text import derive_number, shorten, strip_markup

PROSE = Path(__file__).parent / "prose"
LANGUAGES = frozenset(path.stem for path in PROSE.glob("*.toml"))
"""The languages that have prose; an article in any other language is written in English."""

TOPIC_LENGTH = 70
NICHE_LENGTH = 60
"""In characters; only the keyword is never shortened: it appears once, in its own paragraph."""

OMITTED_SECTIONS = (0, 3)
"""The sections that an article omits, counted from its turn, so that the next article omits others."""


@dataclass(frozen=True, slots=True)
class Order:
    """The request: texts without markup, the link, related articles, and a number that selects among alternatives."""

    texts: dict[str, str]
    anchor: str
    url: str
    related: list[str]
    turn: int

    @property
    def link(self) -> str:
        """Return the bought link in Markdown."""
        return f"[{self.anchor}]({self.url})"

    def choose(self, alternatives: list[str], further: int = 0, *, link: str = "") -> str:
        """Return one of some alternatives, filled with the order's texts and a link."""
        return alternatives[(self.turn + further) % len(alternatives)].format_map(self.texts | {"link": link})


def write_article(site: JSON, asked: JSON, fault: JSON, *, asked_before: int) -> JSON:
    """Return an article for a site as ordered: title and body; a repeated question gets another article."""
    prose = _load_prose(site["language"].lower()[:2])
    turn = derive_number(asked["target_url"], asked["anchor_text"], asked["topic"])
    turn += len(asked.get("refused", [])) + asked_before
    order = _read_order(site, asked, prose, turn)
    title = order.choose(prose["titles"])
    if ": " in order.texts["topic"]:
        title = " \u2013 ".join(title.rsplit(": ", 1))
    blocks = _build_blocks(order, prose)
    if fault["kind"] == "wrong_article":
        blocks = WRONG_ARTICLES[fault["name"]](blocks, order)
    return {"title": title, "body": "\n\n".join(blocks)}


@cache
def _load_prose(language: str) -> JSON:
    name = language if language in LANGUAGES else "en"
    return tomllib.loads((PROSE / f"{name}.toml").read_text(encoding="utf-8"))


def _read_order(site: JSON, asked: JSON, prose: JSON, turn: int) -> Order:
    url, anchor = asked["target_url"], asked["anchor_text"]
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    topic, keyword = strip_markup(asked["topic"], host), strip_markup(asked["keyword"], host)
    topic = shorten(topic or keyword or prose["subject"], TOPIC_LENGTH)
    texts = {
        "topic": topic,
        "Topic": unicodedata.normalize("NFC", topic[:1].upper() + topic[1:]),
        "keyword": keyword or topic,
        "niche": shorten(strip_markup(asked["niche"], host), NICHE_LENGTH) or prose["subject"],
    }
    titles = {one["url"]: shorten(strip_markup(one["title"], host), TOPIC_LENGTH) for one in site["candidates"]}
    related = [f"[{title}]({at})" for at, title in titles.items() if title and title.casefold() != anchor.casefold()]
    start = turn % len(related) if related else 0
    return Order(texts, anchor, url, (related[start:] + related[:start])[:2], turn)


def _build_blocks(order: Order, prose: JSON) -> list[str]:
    """Return headings and paragraphs: the bought link in the middle, links to the site's own articles at both ends."""
    count = len(prose["sections"])
    omitted = {(order.turn + further) % count for further in OMITTED_SECTIONS}
    sections = [section for at, section in enumerate(prose["sections"]) if at not in omitted]
    paragraphs = [[order.choose([text]) for text in section["paragraphs"]] for section in sections]
    paragraphs[len(sections) // 2][-1] += " " + order.choose(prose["link"], link=order.link)
    for at, link in enumerate(order.related):
        paragraphs[-at][0] += " " + order.choose(prose["related"], at, link=link)
    blocks = [order.choose(prose["leads"]), order.choose(prose["keyword"])]
    for section, own in zip(sections, paragraphs, strict=True):
        blocks += [f"## {order.choose(section['headings'])}", *own]
    return [*blocks, f"## {order.choose(prose['close']['headings'])}", order.choose(prose["close"]["paragraphs"])]


def _remove_link(blocks: list[str], order: Order) -> list[str]:
    return [block.replace(order.link, order.anchor) for block in blocks]


def _append(blocks: list[str], text: str) -> list[str]:
    return [*blocks[:-1], f"{blocks[-1]} {text}"]


def _move_link_to_heading(blocks: list[str], order: Order) -> list[str]:
    heading, *others = _remove_link(blocks[2:], order)
    return [*blocks[:2], f"{heading}: {order.link}", *others]


WRONG_ARTICLES: dict[str, Callable[[list[str], Order], list[str]]] = {
    "second_link": lambda blocks, _: _append(blocks, "See also [another site](https://elsewhere.example/page)."),
    "other_target": lambda blocks, order: [block.replace(order.url, f"{order.url}?ref=other") for block in blocks],
    "no_link": _remove_link,
    "html": lambda blocks, order: [
        block.replace(order.link, f'<a href="{order.url}">{order.anchor}</a>') for block in blocks
    ],
    "short": lambda blocks, order: [block for block in blocks if order.link in block or block in blocks[:3]],
    "link_in_heading": _move_link_to_heading,
    "foreign_internal_link": lambda blocks, _: _append(blocks, "See also [another page](/articles/no-such-page)."),
    "repeated": lambda blocks, _: [*blocks[:-1], blocks[4], blocks[-1]],
}
"""The names are those in faults.ARTICLES."""
