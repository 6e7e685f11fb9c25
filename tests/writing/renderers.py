"""What five other renderers make of a text, with everything switched on that a site may have switched on."""

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import cmarkgfm
import commonmark
import markdown
import markdown2
import mistune
from cmarkgfm.cmark import Options

_EXTENSIONS = [
    "extra",
    "admonition",
    "codehilite",
    "legacy_attrs",
    "meta",
    "nl2br",
    "sane_lists",
    "smarty",
    "toc",
    "wikilinks",
]
_EXTRAS = [
    "fenced-code-blocks",
    "footnotes",
    "header-ids",
    "smarty-pants",
    "strike",
    "tables",
    "task_list",
    "wiki-tables",
]
_PLUGINS = ["abbr", "def_list", "footnotes", "insert", "mark", "math", "spoiler", "strikethrough", "subscript",
            "superscript", "table", "task_lists", "url"]  # fmt: skip

RENDERERS: dict[str, Callable[[str], str]] = {
    "python-markdown": lambda text: markdown.markdown(text, extensions=_EXTENSIONS),
    "markdown2": lambda text: str(markdown2.markdown(text, extras=_EXTRAS)),
    "commonmark": lambda text: str(commonmark.commonmark(text)),
    "mistune": lambda text: str(mistune.create_markdown(escape=False, plugins=_PLUGINS)(text)),
    "cmarkgfm": lambda text: str(
        cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES)
    ),
}


class _Counter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found[tag] += 1
        self.found.update(f"{tag} {name}={values[name]}" for name in ("href", "src") if name in values)


def count_tags(html: str) -> Counter[str]:
    """Count the tags of a piece of HTML, and each target of a link or image."""
    counter = _Counter()
    counter.feed(html)
    counter.close()
    return counter.found


def find_added_tags(before: str, after: str) -> dict[str, Counter[str]]:
    """Return, for each renderer, the tags and targets that a text has and another had not."""
    return {name: count_tags(render(after)) - count_tags(render(before)) for name, render in RENDERERS.items()}
