"""Article versions: stored once, numbered per article, and one of them live."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from blogqueue.catalogue import rooms
from blogqueue.db.rows import find_row, insert_row
from blogqueue.db.tables.catalogue import Article, ArticleVersion
from blogqueue.errors import NotFoundError
from blogqueue.states import ArticleStatus, ReviewStatus
from blogqueue.writing.link_edit.room import count_room, identify_rules
from blogqueue.writing.markdown.front_matter import find_body_start
from blogqueue.writing.markdown.links import Link

_NEXT_NUMBER = "(SELECT COALESCE(max(version_num), 0) + 1 FROM article_versions WHERE article_id = {})"


async def lock_article(article_id: UUID) -> Article:
    """Return an article, locked until the caller's transaction ends. Raises NotFoundError.

    A function that numbers its versions, counts its link slots or publishes it has to lock it first. The room of its
    live text is counted again if the rules have changed since, so that what is decided under the lock is right.
    """
    article = await find_row(Article, Article.id, article_id, lock=True)
    if article is None:
        raise NotFoundError("article", field="articleId")
    await rooms.recount(article_id)
    return article


async def store(
    article_id: UUID,
    content_md: str,
    *,
    links: Sequence[Link],
    **columns: Any,  # noqa: ANN401 - the version's own columns
) -> UUID:
    """Store the article's next version and return its id, with the article locked by the caller.

    `links` are the paid links that the text carries; its room is counted with them.
    """
    version = ArticleVersion(
        article_id=article_id,
        version_num=QueryString(_NEXT_NUMBER, article_id),
        content_md=content_md,
        **describe_text(content_md, links),
        **columns,
    )
    await insert_row(version)
    return version.id


def describe_text(content_md: str, links: Sequence[Link] = ()) -> dict[str, Any]:
    """Return the columns of a version that its text and its paid links decide.

    They are how many words it has, without its front matter, and its room.
    """
    return {
        "word_count": len(content_md[find_body_start(content_md) :].split()),
        "room": count_room(content_md, links),
        "room_rules": identify_rules(),
    }


async def publish(article_id: UUID, version_id: UUID) -> None:
    """Make a version the live one, with the article locked by the caller."""
    now = datetime.now(UTC)
    await Article.update(
        {
            Article.selected_version_id: version_id,
            Article.status: ArticleStatus.PUBLISHED,
            Article.updated_at: now,
            Article.published_at: QueryString("COALESCE(published_at, {})", now),
        }
    ).where(Article.id == article_id)


async def get(version_id: UUID) -> ArticleVersion:
    """Return one version with its JSON loaded. Raises NotFoundError."""
    version = await find_row(ArticleVersion, ArticleVersion.id, version_id)
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
