"""The operator's chat: an incoming webhook as Slack has it, which Mattermost, Rocket.Chat and others take, too.

The body is JSON with one `text` in Slack's mrkdwn (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
The address is a secret: anyone who has it can write into the chat. It is part of no error.
"""

import httpx

from blogqueue.settings import settings

TIMEOUT_SECONDS = 5

FIRST_SUCCESS, FIRST_OTHER, TOO_MANY, FIRST_SERVER_ERROR = 200, 300, 429, 500


_NO_TEXT = frozenset({400, 422})
"""How chats refuse a message because it has no text."""


class ChatError(Exception):
    """The chat did not take a message; `permanent` if trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


def is_set() -> bool:
    """Return whether the operator has a chat."""
    return bool(settings.alert_webhook_url.get_secret_value())


def escape(text: str) -> str:
    """Return a text without what mrkdwn reads as links or mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def check(timeout_seconds: float) -> str:
    """Return what is wrong with the chat's address, or ""; this posts nothing.

    A message without a text is refused by what takes messages (docs.slack.dev, "Handling errors": 400 `no_text`), while
    an address that is not valid (any more) is not found, or forbidden.
    """
    url = settings.alert_webhook_url.get_secret_value()
    try:
        async with httpx.AsyncClient(timeout=timeout_seconds, follow_redirects=False) as client:
            answer = await client.post(url, json={})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the chat at BLOGQUEUE_ALERT_WEBHOOK_URL cannot be reached: {type(error).__name__}"
    taken = answer.is_success or answer.status_code in _NO_TEXT
    return "" if taken else f"BLOGQUEUE_ALERT_WEBHOOK_URL takes no messages: the chat answers {answer.status_code}"


async def post(text: str) -> None:
    """Post a message. Raises ChatError. A redirect is an error: the message goes to the operator's address only."""
    url = settings.alert_webhook_url.get_secret_value()
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
            answer = await client.post(url, json={"text": text})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ChatError(type(error).__name__, permanent=isinstance(error, httpx.InvalidURL)) from None
    if not FIRST_SUCCESS <= answer.status_code < FIRST_OTHER:
        later = answer.status_code == TOO_MANY or answer.status_code >= FIRST_SERVER_ERROR
        raise ChatError(f"the chat answered {answer.status_code}", permanent=not later)
