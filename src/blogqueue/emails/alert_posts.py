"""Messages to the operator's chat as rows: written with the alerts' email, and posted after the commit."""

from uuid import UUID

from blogqueue.db.engine import NOW
from blogqueue.db.tables.observation import AlertPost
from blogqueue.emails import chat
from blogqueue.emails.chat import ChatError
from blogqueue.log import logger
from blogqueue.states import PostState

MAX_ATTEMPTS = 6
FIRST_WAIT_SECONDS = 10
"""It doubles: the last attempt comes five minutes after the first. The email has the same alerts."""

_CLAIM = """
UPDATE alert_posts SET attempts = attempts + 1, run_at = clock_timestamp() + {} * 2 ^ attempts * interval '1 second'
WHERE id IN (SELECT id FROM alert_posts WHERE state = 'WAITING' AND run_at <= clock_timestamp()
             ORDER BY run_at LIMIT 10 FOR UPDATE SKIP LOCKED)
RETURNING id, text, attempts
"""
"""Take the posts that are due, and plan the next attempt: a worker that ends meanwhile leaves it to the next one."""

_FORGET = "DELETE FROM alert_posts WHERE created_at < clock_timestamp() - interval '30 days'"


async def create(text: str) -> None:
    """Write a message in the caller's transaction, if the operator has a chat."""
    if chat.is_set():
        await AlertPost.insert(AlertPost(text=text))


async def send_due() -> None:
    """Post what is due; what the chat does not take is tried again later, and given up after six attempts."""
    for row in await AlertPost.raw(_CLAIM, FIRST_WAIT_SECONDS):
        try:
            await chat.post(row["text"])
        except ChatError as error:
            await _note_failure(row["id"], row["attempts"], error)
        else:
            await AlertPost.update(
                {AlertPost.state: PostState.SENT, AlertPost.sent_at: NOW, AlertPost.error: ""}
            ).where(AlertPost.id == row["id"])
            logger.info("alert posted", attempt=row["attempts"])


async def forget() -> None:
    """Delete messages that are older than 30 days."""
    await AlertPost.raw(_FORGET)


async def _note_failure(post_id: UUID, attempt: int, error: ChatError) -> None:
    over = error.permanent or attempt >= MAX_ATTEMPTS
    logger.warning("alert not posted", attempt=attempt, error=str(error), given_up=over)
    await AlertPost.update(
        {AlertPost.error: str(error), AlertPost.state: PostState.FAILED if over else PostState.WAITING}
    ).where(AlertPost.id == post_id)
