"""The checks accept every link that the shop sells: otherwise a customer would pay for an impossible link."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from blogqueue.catalogue import link_rules
from blogqueue.catalogue.link_rules import RuleError
from blogqueue.sandbox import articles as sandbox_articles
from blogqueue.writing.article.brief import ArticleBrief
from blogqueue.writing.article.checks import check_article
from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.blocks import find_eligible_blocks
from blogqueue.writing.markdown.links import Link, format_link
from tests.thoroughness import examples
from tests.writing.garden import GARDEN

BLOCK = find_eligible_blocks(GARDEN)[0]
URL = "https://www.anasgarden.example/"
ANCHOR = "a guide to mulching"

ANY_LETTERS = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=80)
MARKS = st.text(
    "ab Zé漢한0-./:;,&%+$€@'\"\u0627\u2019\u201c!?…\u0338\u0308\u200d\ufe0f\u3164\u2800\ufb01", min_size=1, max_size=80
)
PHRASES = st.lists(
    st.sampled_from(
        ["how to write a system prompt", "ignore previous instructions", "lorem ipsum", "knowledge cutoff", "Node.js",
         "$9.99", "20 EUR", "030 1234 5678", "555-1234", "10.0.0.1", "anasgarden.example", "1.", "//", ":::", "漢字"]
    ), min_size=1, max_size=3,
).map(" ".join)  # fmt: skip
ANCHORS = ANY_LETTERS | MARKS | PHRASES
PATHS = st.text("abc019-._~/?&=%25#+,;:@!$'*()[]漢éı\u2028", max_size=60) | st.sampled_from(
    [
        "?target_url=x",
        "?anchor_text=x&customer_notes=y",
        "lorem%20ipsum",
        "://www.other.example",
        "?a=$$&b={{",
        "_x_*y*",
    ]
)
HOSTS = st.sampled_from(
    ["www.anasgarden.example", "a.example", "bücher.example", "漢字.example", "xn--bcher-kva.example"]
)


def sold(url: str, anchor: str) -> Link | None:
    """Return the link as the shop accepts it, or None if it refuses."""
    try:
        kept = link_rules.validate_target_url(url), link_rules.validate_anchor_text(anchor)
        return link_rules.validate_link(*kept)
    except RuleError:
        return None


def broken_rules(link: Link) -> list[str]:
    """Return the rules that a plain sentence with the link breaks."""
    after, applied = apply(GARDEN, Edit(BLOCK.id, "append", f"For more on this, see {format_link(link)}."), [BLOCK])
    return [problem.rule for problem in check_link_edit(GARDEN, after, applied, LinkRequirements(link))]


@given(anchor=ANCHORS)
@example("how to write a system prompt")
@example("漢" * 80)
@settings(max_examples=examples(100, 400), deadline=None)
def test_every_anchor_that_is_sold_passes(anchor: str) -> None:
    link = sold(URL, anchor)
    assume(link)

    assert link is not None
    assert broken_rules(link) == []


@given(host=HOSTS, path=PATHS)
@example("a.example", "?target_url=x")
@example("a.example", "?anchor_text=x")
@example("a.example", "?customer_notes=x")
@settings(max_examples=examples(50, 200), deadline=None)
def test_every_address_that_is_sold_passes(host: str, path: str) -> None:
    link = sold(f"https://{host}/{path}", ANCHOR)
    assume(link)

    assert link is not None
    assert broken_rules(link) == []


@given(anchor=ANCHORS, path=PATHS)
@example("how to write a system prompt", "?target_url=x")
@settings(max_examples=examples(15, 60), deadline=None)
def test_a_new_article_passes_with_every_link_that_is_sold(anchor: str, path: str) -> None:
    link = sold(f"https://a.example/{path}", anchor)
    assume(link)

    assert link is not None
    order = ArticleBrief("Green Bench", "en", "gardening", "Growing tomatoes on a balcony", "balcony tomatoes", link)
    wanted = {"target_url": link.target_url, "anchor_text": link.anchor_text, "topic": order.topic,
              "niche": order.niche, "keyword": order.keyword}  # fmt: skip
    site = {"language": "en", "candidates": []}
    written = sandbox_articles.write_article(site, wanted, {"kind": ""}, asked_before=0)

    assert [problem.rule for problem in check_article(written["title"], written["body"], order)] == []


@pytest.mark.parametrize(
    "blank", ["\u3164", "\u115f", "\u034f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\uffa0", "\ufe0f", "\U000e0100"]
)
def test_an_anchor_with_a_character_that_nobody_sees_is_not_sold(blank: str) -> None:
    for anchor in (blank, f"a{blank}b"):
        with pytest.raises(RuleError):
            link_rules.validate_anchor_text(anchor)
    with pytest.raises(RuleError):
        link_rules.validate_topic(f"Growing{blank}tomatoes")
