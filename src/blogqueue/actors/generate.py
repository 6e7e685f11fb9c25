"""The work of the `article-generation` queue: a claimed job becomes a whole article, checked, to be reviewed."""

from blogqueue.actors.run import Run
from blogqueue.catalogue import articles, domains
from blogqueue.orders import lifecycle, results
from blogqueue.outbox import Outbox
from blogqueue.writing.article.brief import ArticleBrief, Candidate
from blogqueue.writing.article.generation import write_article
from blogqueue.writing.attempts import Conversation
from blogqueue.writing.markdown.links import Link


async def write(current: Run) -> Outbox:
    """Write the article that the order is for, never on from the customer's last attempt; deliver the version."""
    order = await lifecycle.get(current.claim.order_id)
    article = await articles.get(order.article_id)
    domain = article.domain_id
    related = await domains.find_related(domain.id, f"{article.topic} {article.keyword}")
    brief = ArticleBrief(
        site=domain.name,
        language=domain.language,
        niche=article.niche,
        topic=article.topic,
        keyword=article.keyword,
        link=Link(order.backlink_data["target_url"], order.backlink_data["keyword"]),
        rel="" if order.rel == "none" else order.rel,
        candidates=tuple(Candidate(title, path) for title, path in related),
        reason=current.claim.payload.get("editorReason", ""),
    )
    draft = await write_article(brief, Conversation(current.replay.ask))
    return await results.deliver(current.claim, draft, title=draft.title)
