"""What of a domain a new article may link to."""

import pytest

from blogqueue.catalogue import domains
from blogqueue.db.tables.catalogue import Article
from tests.stage import Stage


async def test_the_articles_most_like_the_topic_come_first_and_drafts_never(stage: Stage) -> None:
    # Given a domain with nine published articles, and a draft on the very topic
    domain_id = await stage.site(slug="soil")
    for number in range(8):
        await stage.article(slug=f"other-{number}")
    await Article.update({Article.title: "Growing tomatoes in bags"}).where(Article.slug == "soil")
    await Article.update({Article.title: "Tomatoes on a balcony, from seed"}).where(Article.slug == "other-3")
    await stage.commissioned(domain_id, topic="Tomatoes on a balcony")

    # When a writer asks for what is like it
    related = await domains.find_related(domain_id, "Growing tomatoes on a balcony")

    # Then the likest lead, the others follow newest first, and there are eight
    assert [path for _, path in related[:3]] == ["/articles/other-3", "/articles/soil", "/articles/other-7"]
    assert len(related) == domains.MAX_CANDIDATES
    assert not any("tomatoes-on-a-balcony" in path for _, path in related)


@pytest.mark.parametrize("words", ["", "!!! ???", "C++ & 'quotes' | (brackets", "番茄"])
async def test_any_words_may_be_asked_for(stage: Stage, words: str) -> None:
    assert len(await domains.find_related(await stage.site(), words)) == 1
