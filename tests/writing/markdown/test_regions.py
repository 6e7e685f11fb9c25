"""What encloses a paragraph across blank lines: no link is sold there, whatever the syntax."""

import time

import pytest

from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.parsing import parse
from blogqueue.writing.markdown.regions import find_regions
from tests.writing.markdown.test_blocks import PROSE, article

# "…" stands for the paragraph, "¶" for a blank line, "↵" for a line end.

ENCLOSED = r'''
<blockquote>¶…¶<cite>Jane Roe</cite>¶</blockquote>
<aside class="pquote">¶…¶</aside>
<div style="display:none">¶…¶</div>
<div class="a">¶<div dir="rtl">¶…¶</div>¶</div>
<template>¶…¶</template>
<details>¶<summary>More</summary>¶…¶</details>
<a href="/page">¶…¶</a>
<h2>¶…¶</h2>
<table><tr><td>¶…¶</td></tr></table>
<ul>¶<li>¶…¶</li>¶</ul>
<figure>¶<figcaption>¶…¶</figcaption>¶</figure>
<SPAN>¶…¶</span>
<my-note kind='a>b'>¶…¶</my-note>
<Tabs>¶<TabItem value="a" label={<b>A</b>}>¶…¶</TabItem>¶</Tabs>
<Note.Body¶onClick={() => { go({ now: 1 }) }}¶>¶…¶</Note.Body>
<>¶…¶</>
<div class="never-closed">¶…
Put it into the <title> of each page.¶…
Put it into the <title> and the \</title> of each page.¶…
<math>¶…
<noembed>¶…
<noframes>¶…
<plaintext>¶…
<div>Write `<title>` here.</div>¶…
<!--¶…¶-->
One <!-- hidden¶…¶--> word
One <!-- never closed¶…
<!-- wp:code -->¶…¶<!-- /wp:code -->
<!-- START toc -->¶…¶<!-- END toc -->
<!-- toc -->¶…¶<!-- tocstop -->
{% comment %}¶…¶{% endcomment %}
{%- raw -%}¶…¶{%- endraw -%}
{% capture note %}¶…¶{% endcapture %}
{% note(kind=1) %}¶…¶{% end %}
{% callout type="a" %}¶…¶{% /callout %}
{% whatever¶…¶%}
{::comment}¶…¶{:/comment}
{::nomarkdown}¶…¶{:/}
{#¶…¶#}
{# {{ a }}¶…¶{{ b }} #}
{/*¶…¶*/}
export const a = {¶…¶}
{shown && (¶…¶)}
{#if false}¶…¶{/if}
{quote}¶…¶{quote}
{code:java}¶…¶{code}
{{< highlight go >}}¶…¶{{< /highlight >}}
{{< blockquote author="Jane Roe" >}}¶…¶{{< /blockquote >}}
{{% notice tip %}}¶…¶{{% /notice %}}
{{/*¶…¶*/}}
{{< a¶…¶>}}
{{#if false}}¶…¶{{/if}}
{{ if .Draft }}¶…¶{{ end }}
<% if false %>¶…¶<% end %>
<% list.each do |a| %>¶…¶<% end %>
<% if (a) { %>¶…¶<% } %>
<% 3.times { |a| %>¶…¶<% } %>
[caption id="a" align="left"]¶…¶[/caption]
[quote]¶…¶[/quote]
[code]¶…¶[/code]
%%¶…¶%%
One %% hidden¶…¶%% word
One {#x} hidden¶…¶#} word
100%%) is%% hidden¶…¶%% word
$$¶…¶$$
\[¶…¶\]
\begin{align}¶…¶\end{align}
:::¶…¶:::
::: {.hidden}¶…¶:::
:::note¶:::tip¶One¶:::¶…¶:::
:::row:::¶…¶:::row-end:::
::: zone pivot="a"¶…¶::: zone-end
:::never-closed¶…
+++¶…¶+++
====¶…¶====
"""¶…¶"""
/// details | More¶…¶///
@@@ note¶…¶@@@
@component('note')¶…¶@endcomponent
\code¶…¶\endcode
#+BEGIN_QUOTE¶…¶#+END_QUOTE
/*¶…¶*/
.. code-block:: text¶   …
.. note::¶  …
!!! note¶  …
[^1]: A note.¶  …
- item¶  …
'''

ODD_PROSE = r"""
Compost↵: …
Compost↵:   …
*[HTML]: …
[compost]: <…
[^note]: …
| … | two |
One | two | three | four |↵…
One  | …
… |↵One | two
--- | ---↵…
+---+↵…
%% …
// …
++ …
!!! note↵…
??? note↵…
.. note:: …
[quote, Jane]↵…
$$ …
$$ …$$
\begin{quote} …
\[ … \]
#…
import {a} from 'b'; …
export const a = …
"""

PROSE_AMONG_MARKS = r"""
<br>¶…¶<hr/>
<div>One</div>¶…¶<div>Two</div>
<p>One¶…¶<p>Two
<img src="/a.png">¶…
<a name="part"></a>¶…¶<a id="two"/>
<Badge text={{ a: 1 }} />¶…¶<Badge />
Use Vec<String> here.¶…¶And Option<T> there.
Use `<div>` here.¶…¶And `<!--` there.
```html↵<div>↵```¶…¶```html↵<aside>↵```
Tags:¶    <div>¶…¶    <blockquote>
<div dir="rtl" markdown="1">¶…¶</div>
<!-- one -->¶…¶<!-- two -->
<!-->¶…¶<!--->
Use `<title>` here.¶…¶And \`<title> there</title>.
<!--more-->¶…
<!-- wp:paragraph -->¶…¶<!-- /wp:paragraph -->
{% include a.html %}¶…¶{% include b.html %}
{{< figure src="/a.png" >}}¶…¶{{< figure src="/b.png" >}}
{{ .Title }}¶…¶{{ .Date }}
{:.note}¶…¶{:toc}
$$a$$¶…¶$$b$$
It is 100% sure.¶…¶It costs $5.
Use [brackets].¶…¶Or [brackets] (again).
\[sic\]¶…¶\[sic\]
:::image source="a.png":::¶…¶:::image source="b.png":::
:tada: One¶…
Title↵=====¶…¶Title↵=====
***¶…¶***
Wait ...¶…¶...
# Title¶  …
</div>¶  …
Choose *File* | *New* | *Page*. …
See `a | b | c | d`: …
The formula $$a$$ and … and $$b$$.
:tada: …
@somebody says … Or what?
(Really) …
**Compost** … And so on.
"Quoted" … so it went.
Export default settings before … And so on.
Import duties rose for "seeds or tools", and … they spoke of "a wall of paper"
"""


def list_probes(probes: str) -> list[str]:
    return probes.strip().split("\n")


def write_article(probe: str) -> str:
    return article(probe.replace("¶", "\n\n").replace("↵", "\n").replace("…", PROSE))


@pytest.mark.parametrize("probe", list_probes(ENCLOSED))
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_no_enclosed_paragraph_is_eligible(probe: str, line_end: str) -> None:
    assert find_eligible_blocks(write_article(probe).replace("\n", line_end)) == []


@pytest.mark.parametrize("probe", list_probes(ODD_PROSE))
def test_what_another_renderer_may_not_take_for_prose_is_not_eligible(probe: str) -> None:
    assert find_eligible_blocks(write_article(probe)) == []


@pytest.mark.parametrize("probe", list_probes(PROSE_AMONG_MARKS))
def test_prose_that_nothing_encloses_stays_eligible(probe: str) -> None:
    assert len(find_eligible_blocks(write_article(probe))) == 1


def test_metadata_at_the_top_is_not_eligible() -> None:
    metadata = f"Title: Worms\nSummary: {PROSE}"

    assert find_eligible_blocks(f"{metadata}\n\nClose.\n") == []
    assert len(find_eligible_blocks(f"# Worms\n\n{metadata}\n\nClose.\n")) == 1


@pytest.mark.parametrize(
    "mark",
    ["<", "<a>", "</a>", "<a '", "<a {", "<!--", "<script>", "{{", "{", "{#", "{/*", "<%", "[a\n\n", "[/a]", "`", "` ",
     "$$", ":::a\n", "====\n", "/*", "\\begin{a}", "@a\n", "{a}\n", "|", "<a>\n\n", "{%a%}{%endb%}", "` `` ``` "],
)  # fmt: skip
def test_the_time_is_linear_whatever_the_marks(mark: str) -> None:
    text = mark * (25_000 // len(mark))
    parse(text)  # the parser's time is not meant
    started = time.process_time()

    find_regions(text)

    assert time.process_time() - started < 1  # quadratic time would be some seconds
