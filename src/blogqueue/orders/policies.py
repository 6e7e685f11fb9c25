"""What a domain lets its customers do, and what it does when they are silent."""

from uuid import UUID

import msgspec

from blogqueue.db.tables.catalogue import AfterSilence, Article
from blogqueue.errors import NotFoundError

REMINDER_DAYS = (3, 7)
"""How long a version has waited for its customer when they are reminded of it."""

SILENT_DAYS = 14
"""After so many days without an answer of the customer, the domain's policy says what happens."""


class Policy(msgspec.Struct, frozen=True):
    """Whether customers may cancel before the review, and what happens to a version that they do not answer."""

    can_cancel: bool
    after_silence: AfterSilence


async def get(article_id: UUID) -> Policy:
    """Return the policy of an article's domain. Raises NotFoundError."""
    rows = await Article.select(
        Article.domain_id.can_cancel.as_alias("can_cancel"), Article.domain_id.after_silence.as_alias("after_silence")
    ).where(Article.id == article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    return msgspec.convert(rows[0], Policy)
