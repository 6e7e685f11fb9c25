"""The links of an article as a reader gets them."""

from blogqueue.writing.markdown.links import Link, find_links


def test_links_are_listed_as_a_reader_gets_them() -> None:
    text = "[a *b*\nc](/x 't') <https://d.example> ![e](/f) [g][] `[h](/i)` <a href='/j'>k</a>\n\n> [l](/m)\n\n[g]: /n"

    assert find_links(text) == [
        Link("/x", "a b c"),
        Link("https://d.example", "https://d.example"),
        Link("/n", "g"),
        Link("/m", "l"),
    ]
