"""Article versions: stored once, numbered in a row, and one of them live."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.errors import NotFoundError
from blogqueue.states import ArticleStatus, ReviewStatus
from blogqueue.writing.markdown.front_matter import find_body_start


async def lock_article(article_id: UUID) -> Article:
    """Lock an article for the rest of the transaction: numbering, places and publishing take turns on it."""
    article = await Article.objects().where(Article.id == article_id).first().lock_rows("UPDATE")
    if article is None:
        raise NotFoundError("article", field="articleId")
    return article


async def store(article_id: UUID, content_md: str, **columns: Any) -> UUID:  # noqa: ANN401 - the version's own columns
    """Write the article's next version, with the article locked; its id."""
    latest = await ArticleVersion.raw(
        "SELECT COALESCE(max(version_num), 0) AS n FROM article_versions WHERE article_id = {}",
        article_id,
    )
    version = ArticleVersion(
        article_id=article_id,
        version_num=latest[0]["n"] + 1,
        content_md=content_md,
        word_count=word_count(content_md),
        **columns,
    )
    await ArticleVersion.insert(version)
    return version.id


def word_count(content_md: str) -> int:
    """How many words an article has, its front matter not counted."""
    return len(content_md[find_body_start(content_md) :].split())


async def publish(article_id: UUID, version_id: UUID) -> None:
    """Make a version the live one, with the article locked."""
    now = datetime.now(UTC)
    await Article.raw(
        "UPDATE articles SET selected_version_id = {}, status = {}, updated_at = {}, "
        "published_at = COALESCE(published_at, {}) WHERE id = {}",
        version_id,
        ArticleStatus.PUBLISHED.value,
        now,
        now,
        article_id,
    )


async def get(version_id: UUID) -> ArticleVersion:
    """One version with its JSON loaded."""
    version = await ArticleVersion.objects().where(ArticleVersion.id == version_id).first().output(load_json=True)
    if version is None:
        raise NotFoundError("version", field="versionId")
    return version


async def judge(version_ids: list[UUID], verdict: ReviewStatus) -> None:
    """Store the editor's verdict on versions in review."""
    if version_ids:
        await ArticleVersion.update({ArticleVersion.backlink_review_status: verdict}).where(
            ArticleVersion.id.is_in(version_ids),
        )


async def supersede_others(order_id: UUID, version_id: UUID) -> None:
    """Mark every version of an order but one as superseded: an editor decided on that one alone."""
    await ArticleVersion.update({ArticleVersion.backlink_review_status: ReviewStatus.SUPERSEDED}).where(
        ArticleVersion.order_id == order_id, ArticleVersion.id != version_id
    )


async def supersede_pending(order_id: UUID) -> None:
    """Mark the versions of an order that has ended without a decision as superseded, so that none is still pending."""
    await ArticleVersion.update({ArticleVersion.backlink_review_status: ReviewStatus.SUPERSEDED}).where(
        ArticleVersion.order_id == order_id,
        ArticleVersion.backlink_review_status == ReviewStatus.PENDING_REVIEW,
    )
