"""The stored room of live texts: counted when a version is stored, and again when the rules have changed since."""

from uuid import UUID

from blogqueue.catalogue import paid_links
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.writing.link_edit.room import count_room, identify_rules

_STALE = """
SELECT a.id AS article_id, v.id AS version_id, v.content_md
FROM articles a JOIN article_versions v ON v.id = a.selected_version_id
WHERE (v.room IS NULL OR v.room_rules <> {}) AND ({} OR a.id = {})
ORDER BY a.status, a.id LIMIT {}
"""
"""The live texts whose room was never counted, or by other rules than today's: all, or one article's."""

_NO_ARTICLE = UUID(int=0)


async def recount(article_id: UUID) -> None:
    """Count the room of an article's live text again if the rules have changed, with the article locked."""
    await _recount_stale(article_id, limit=1)


async def recount_all(*, limit: int) -> int:
    """Count the room of up to `limit` live texts again whose rules have changed, and return how many those were."""
    return await _recount_stale(None, limit=limit)


async def _recount_stale(article_id: UUID | None, *, limit: int) -> int:
    rules = identify_rules()
    stale = await Article.raw(_STALE, rules, article_id is None, article_id or _NO_ARTICLE, limit)
    for row in stale:
        links = [link for link, _ in await paid_links.find_pairs(row["article_id"])]
        # A text never changes. Which of its links are paid may change at this moment, but then another one goes live.
        await ArticleVersion.update(
            {ArticleVersion.room: count_room(row["content_md"], links), ArticleVersion.room_rules: rules}
        ).where(ArticleVersion.id == row["version_id"])
    return len(stale)
