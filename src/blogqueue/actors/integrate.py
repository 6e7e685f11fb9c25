"""The work of the `backlink-integration` queue: a claimed job becomes a checked article version."""

from blogqueue.actors.run import Run
from blogqueue.catalogue import articles, slots, versions
from blogqueue.orders import lifecycle, requirements, results
from blogqueue.outbox import Outbox
from blogqueue.writing.attempts import Conversation
from blogqueue.writing.link_edit.integration import LinkBrief, integrate


async def integrate_link(current: Run) -> Outbox:
    """Work the order's link into the PUBLISHED article, never into the customer's last attempt; deliver the version."""
    order = await lifecycle.get(current.claim.order_id)
    article = await articles.get(order.article_id)
    published = await versions.get(article.selected_version_id)
    brief = LinkBrief(
        article=published.content_md,
        title=article.title,
        language=article.domain_id.language,
        requirements=await requirements.of_order(order),
        leave=await slots.count_to_leave(order.article_id, order_id=order.id),
        pending=await requirements.find_pending(order),
        used=await requirements.find_used(order),
    )
    draft = await integrate(brief, Conversation(current.replay.ask))
    return await results.deliver(current.claim, draft, base_article_version_id=str(published.id), edit=draft.edit)
