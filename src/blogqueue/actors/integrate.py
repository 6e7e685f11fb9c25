"""The work of the `backlink-integration` queue: a claimed job becomes a checked article version."""

from dataclasses import replace

from blogqueue.actors.run import Run
from blogqueue.orders import requirements, results
from blogqueue.outbox import Outbox
from blogqueue.writing.attempts import Conversation
from blogqueue.writing.link_edit.integration import integrate


async def integrate_link(current: Run) -> Outbox:
    """Work the order's link into the PUBLISHED article, never into the customer's last attempt; deliver the version."""
    brief, version_id = await requirements.read_brief(current.claim.order_id)
    reason = current.claim.payload.get("editorReason", "")
    draft = await integrate(replace(brief, reason=reason), Conversation(current.replay.ask))
    return await results.deliver(current.claim, draft, base_article_version_id=str(version_id), edit=draft.edit)
