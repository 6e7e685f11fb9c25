"""New articles that were ordered: each is a draft until its first text is approved."""

from uuid import UUID

from blogqueue.catalogue import domain_rules
from blogqueue.db import history
from blogqueue.db.engine import fetch
from blogqueue.db.rows import insert_row_if_new
from blogqueue.db.tables.catalogue import Article
from blogqueue.states import ArticleStatus

_FREE_SLUG = """
WITH RECURSIVE tried (number, slug) AS (
    SELECT 1, {}::text
    UNION ALL SELECT number + 1, {} || '-' || number + 1 FROM tried WHERE EXISTS
        (SELECT FROM articles WHERE articles.slug = tried.slug)
)
SELECT slug, (SELECT niche FROM domains WHERE id = {}) AS niche FROM tried ORDER BY number DESC LIMIT 1
"""
"""The first of a slug, the slug with -2, with -3 and so on that no article has; and a domain's niche."""


async def create_draft(
    domain_id: UUID, *, topic: str, niche: str, keyword: str, exclusive: bool = False, actor: str = history.STRIPE
) -> UUID:
    """Store an article that is still to be written and return its id, in the caller's transaction.

    Its slug is made of its topic, with a number added if another article has that slug, in any domain: so the address
    of a published article stays short. Its niche defaults to its domain's.
    """
    base = domain_rules.to_slug(topic.replace("/", " "))[: domain_rules.SLUG_LENGTH - 10] or "article"
    while True:
        (found,) = await fetch(_FREE_SLUG, base, base, domain_id)
        article = Article(
            domain_id=domain_id,
            slug=found["slug"],
            title=topic,
            topic=topic,
            niche=niche or found["niche"],
            keyword=keyword,
            exclusive=exclusive,
        )
        if await insert_row_if_new(article):  # another transaction may take the slug at the same time
            await history.record(actor, "create draft", article_id=article.id, to_status=ArticleStatus.DRAFT)
            return article.id
