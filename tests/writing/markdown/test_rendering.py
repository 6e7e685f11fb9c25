"""Articles as safe HTML."""

import pytest

from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.rendering import find_html_links, render
from tests.writing.garden import PAID


def test_a_paid_link_is_rendered_with_its_rel_and_others_without() -> None:
    text = f"---\ntitle: A\n---\n{format_link(PAID)} and [a page](/page) and [a file](/f 'T')"

    html = render(text, [(PAID, "sponsored"), (Link("/f", "a file"), "")])

    assert [(link.text, dict(link.attributes)) for link in find_html_links(html)] == [
        (PAID.anchor_text, {"href": PAID.target_url, "rel": "sponsored"}),
        ("a page", {"href": "/page"}),
        ("a file", {"href": "/f", "title": "T"}),
    ]
    assert "title: A" not in html


def test_a_title_that_is_written_like_a_link_is_none() -> None:
    html = render("""[one](/one '<a href="/two">two</a>') ![<a href="/three">three</a>](/p.png) [*four*](/four)""")

    assert [(link.text, dict(link.attributes)["href"]) for link in find_html_links(html)] == [
        ("one", "/one"),
        ("four", "/four"),
    ]


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
