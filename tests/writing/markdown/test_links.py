"""The links of an article as a reader gets them."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from blogqueue.writing.markdown.links import Link, find_links
from blogqueue.writing.markdown.parsing import MARKDOWN

STARTS = st.sampled_from(["https://", "http://", "HTTPS://", "//", "", "mailto:", "https://me@"])
HOSTS = st.sampled_from(
    ["a.example", "a", "xn--bcher-kva.example", "b\u00fccher.example", "A.example:80", f"{'a' * 64}.example"]
)
ENDS = st.lists(st.sampled_from([*'/?#a9-%@:[*" \\\u00e4', "%20"]), max_size=5).map("".join)
URLS = st.one_of(ENDS.map("https://a.example/".__add__), st.tuples(STARTS, HOSTS, ENDS).map("".join))


def test_links_are_listed_as_a_reader_gets_them() -> None:
    text = "[a *b*\nc](/x 't') <https://d.example> ![e](/f) [g][] `[h](/i)` <a href='/j'>k</a>\n\n> [l](/m)\n\n[g]: /n"

    assert find_links(text) == [
        Link("/x", "a b c"),
        Link("https://d.example", "https://d.example"),
        Link("/n", "g"),
        Link("/m", "l"),
    ]


@settings(max_examples=500)
@given(url=URLS)
def test_a_url_is_what_markdown_it_makes_of_it(url: str) -> None:
    assert MARKDOWN.normalizeLink(url) == MarkdownIt().normalizeLink(url)
