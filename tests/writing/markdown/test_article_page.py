"""An article's page shows its text as the article's own site would."""

import re

import pytest

from blogqueue.writing.markdown.article_page import find_lost_links, is_right_to_left, render_page
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.template_syntax import hide_template_syntax, list_unshown


def shown(article: str, *, title: str = "Soil", source: str | None = "posts/soil.md") -> str:
    return render_page(article, [], title=title, host="garden.example", source=source)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


@pytest.mark.parametrize(
    ("article", "headings"),
    [
        ("# Soil\n\n## Worms\n\nText.\n", ["h2 Worms"]),
        ("![A](/a.png)\n\nSoil\n====\n\n## Worms\n\nText.\n", ["h2 Worms"]),
        ("---\ntitle: Soil\n---\n## *Soil*\n\n### Worms\n\nText.\n", ["h3 Worms"]),
        ("# First\n\n## Deeper\n\n# Second\n", ["h2 First", "h3 Deeper", "h2 Second"]),
        ('<h1 align="center">Soil</h1>\n\n###### Low\n', ["h6 Low"]),
        ("<h1>Other</h1>\n\n###### Low\n", ["h2 Other", "h6 Low"]),
    ],
)
def test_the_title_is_above_the_text_once(article: str, headings: list[str]) -> None:
    html = shown(article)

    assert [f"{tag} {text_of(inside)}" for tag, inside in re.findall(r"<(h\d)>(.*?)</h\d>", html)] == headings


@pytest.mark.parametrize(
    ("source", "link", "address"),
    [
        ("posts/soil.md", "/images/heap.jpg", "https://garden.example/images/heap.jpg"),
        ("posts/soil.md", "./heap.jpg", "https://garden.example/posts/heap.jpg"),
        ("content/posts/soil/index.md", "heap.jpg", "https://garden.example/posts/soil/heap.jpg"),
        ("_posts/2019-03-05-soil.md", "../worms.md#two", "https://garden.example/worms/#two"),
        ("soil.md", "{{ site.baseurl }}/worms", "https://garden.example/worms"),
        ("soil.md", '{{< ref "worms" >}}', ""),
        ("soil.md", "{% post_url 2019-03-05-worms %}", ""),
        ("soil.md", "#worms", ""),
        ("soil.md", "https://elsewhere.example/a", "https://elsewhere.example/a"),
        ("soil.md", "mailto:a@b.example", "mailto:a@b.example"),
        ("soil.md", "javascript:alert(1)", ""),
        ("soil.md", "/articles/worms", "https://garden.example/articles/worms"),
        (None, "/articles/worms", "/articles/worms"),
    ],
)
def test_links_lead_where_they_lead_on_the_articles_site(source: str | None, link: str, address: str) -> None:
    for article in (f"See [this]({link}) here.\n", f"<p>See <a href='{link}'>this</a> here.</p>\n"):
        html = shown(article, source=source)

        assert re.findall(r'<a href="([^"]*)"', html) == ([address] if address else [])
        assert text_of(html) in {"See this here.", f"See [this]({link}) here."}


def test_pictures_come_from_the_articles_own_host_alone() -> None:
    html = shown(
        "![A heap](./heap.jpg) ![Theirs](https://elsewhere.example/t.png)\n\n"
        "<img src='/own.png' alt='Own'> <img src='//elsewhere.example/t.png' alt='Other'>\n"
    )

    assert re.findall(r'src="([^"]*)"', html) == [
        "https://garden.example/posts/heap.jpg",
        "https://garden.example/own.png",
    ]
    assert "[Picture: Theirs]" in html and 'alt="Other"' in html


def test_html_is_rendered_without_what_could_do_harm() -> None:
    html = shown(
        "<!-- wp:paragraph -->\n<p class=x onclick='a()' id=main>Feed the <em>soil</em>.</p>\n"
        "<!-- /wp:paragraph -->\n\n"
        "<script>alert(1)</script><iframe src=//e.example>Frame</iframe><template>Hidden</template>\n\n"
        "<div><table><tr><td style='position:fixed'>Cell</td></tr></table>\n\nAn <b>unclosed\n"
    )

    assert "<p>Feed the <em>soil</em>.</p>" in html and "<td>Cell</td>" in html
    assert text_of(html) == "Feed the soil. Cell An unclosed"
    assert not re.search(r"onclick|style|class|id=|script|&lt;", html)
    assert html.count("<b>") == html.count("</b>")


TEMPLATES = """\
import Tabs from '@theme/Tabs';

{% include toc.html %}

Water {{ site.amount }} litres{% if rain %} less{% endif %}. {{< youtube id="x" >}}

:::tip Early
Water in the morning.
:::

> [!NOTE]
> Not at noon.

{% comment %}
A remark.
{% endcomment %}

{{% notice %}}Softly.{{% /notice %}}

Marked.{: .red}

{% highlight js %}
let a = "{{ b }}";
{% endhighlight %}

Write `{{ title }}` in the page.

    {% kept as code %}

{% raw %}{{ shown }}{% endraw %}
"""


def test_readers_see_no_template_syntax_but_in_code() -> None:
    html = shown(TEMPLATES)

    assert text_of(html) == (
        "Water litres less. Early Water in the morning. Not at noon. Softly. Marked. "
        'let a = "{{ b }}"; Write {{ title }} in the page. {% kept as code %} {{ shown }}'
    )
    assert "<pre><code>let a" in html
    assert list_unshown(TEMPLATES) == (
        "{% include %}",
        "{{ }}",
        "{% if %}",
        "{{< youtube >}}",
        "{{% notice %}}",
    )
    assert len(hide_template_syntax(TEMPLATES)) == len(TEMPLATES)


@pytest.mark.parametrize(
    "prose",
    [
        "Export default settings before the update, and import them again after it.",
        'Import duties rose for \u201cseeds or tools\u201d, and growers spoke of them as "a wall of paper"',
        'import duties rose for "seeds", and growers spoke of them as "a wall"',
    ],
)
def test_a_sentence_about_import_or_export_is_shown(prose: str) -> None:
    assert text_of(shown(f"First.\n\n{prose}\n\nLast.\n")) == f"First. {prose} Last."


@pytest.mark.parametrize(
    "line",
    [
        "import a from 'b'",
        'import {a, b} from "b";',
        "import * as a from 'b'",
        "import 'b'",
        "export const a = 1",
        "export var a = 1",
        "export default function a() {}",
    ],
)
def test_the_lines_of_a_module_are_not_shown(line: str) -> None:
    assert text_of(shown(f"First.\n\n{line}\n\nLast.\n")) == "First. Last."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<Video src="a.mp4" />', ""),
        ('<iframe src="https://a.example" />', ""),
        ("<Text>\nInside.\n</Text>", "Inside."),
        ("<path>", ""),
        ("<mi>", ""),
        ("<plaintext>", ""),
        ('<div class="x>', '&lt;div class="x&gt;'),
        ("<div>\nOne <b and two</div>", "One &lt;b and two"),
        ("<!-->", ""),
        ("<!DOCTYPE html>", ""),
        ("<?php echo $a->b ?>", ""),
        ("<br/>One <hr/>", "One"),
        ('<svg viewBox="0 0 1 1"><path d="M0"/><title>No</title></svg>', ""),
    ],
)
def test_a_tag_takes_nothing_from_readers_that_is_not_in_its_element(html: str, text: str) -> None:
    assert text_of(shown(f"First.\n\n{html}\n\nLast.\n")) == f"First. {text} Last.".replace("  ", " ")


HIDDEN = [
    "{{% comment %}}\n\n{}\n\n{{% endcomment %}}", "%% {} %%", "<template>\n\n{}\n\n</template>", "<title>\n\n{}",
    "<!--\n\n{}\n\n-->", "`{}`", "**{}**",
]  # fmt: skip


@pytest.mark.parametrize("around", HIDDEN)
def test_a_paid_link_that_readers_do_not_get_in_plain_text_is_lost(around: str) -> None:
    link = Link("https://ana.example/a", "a guide")
    text = f"First.\n\n{around.format(f'See {format_link(link)}.')}\n\nLast.\n"

    assert find_lost_links(text, [(link, "sponsored")]) == [link]


def test_a_paid_link_is_not_lost_where_the_articles_html_has_another() -> None:
    link = Link("https://ana.example/a", "a guide")
    text = f"<p><a href='{link.target_url}'>a guide</a></p>\n\nRead {format_link(link)}.\n"

    assert find_lost_links(text, [(link, "sponsored")]) == []
    assert find_lost_links(f"{text}\n{format_link(link)}\n", [(link, "sponsored")]) == [link]


@pytest.mark.parametrize("opening", ["{{", "{%", "<%", "{#", "{/*", "`", "%%a", "{% raw %}", "{% comment %}"])
def test_openings_without_an_end_cost_little(opening: str) -> None:
    article = f"{opening} a " * 3000

    assert shown(article).startswith("<p>")


def test_paid_links_keep_their_rel() -> None:
    link = Link("https://ana.example/a", "a guide")

    html = render_page(
        "Read [a guide](https://ana.example/a) and {{ more }}.\n",
        [(link, "sponsored")],
        title="Soil",
        host="garden.example",
        source="soil.md",
    )

    assert '<a href="https://ana.example/a" rel="sponsored">a guide</a>' in html


def test_the_changed_paragraph_is_marked_and_no_other() -> None:
    article = "{{ a }} First.\n\n<p id=changed>Mine.</p>\n\nSecond.\n"

    at = article.index("Second")
    html = render_page(article, [], title="", host="garden.example", source=None, changed=(at, at + 1))

    assert html.count("id=") == 1 and '<p id="changed">Second.</p>' in html


def test_the_direction_is_that_of_most_letters() -> None:
    assert is_right_to_left("<p>Docker: הערימה צריכה להתהפך פעם בשבועיים</p>")
    assert is_right_to_left("<p>می‌خواهم</p>")
    assert not is_right_to_left("<p>The word שלום means peace.</p>")
    assert not is_right_to_left("")
