"""The operator's commands about articles: what there is, imports, and an article ordered by an editor.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from blogqueue.cli import output
from blogqueue.cli.database import OPERATOR, with_database


@click.group("articles")
def articles_group() -> None:
    """List, import and order articles."""


@articles_group.command("list")
@click.argument("words", required=False, default="", metavar="[WORDS]")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many.")
@output.JSON
def list_articles(words: str, limit: int, as_json: bool) -> None:
    """List the newest articles of every status, or those with these words in title or slug."""
    from blogqueue.catalogue import articles

    rows = with_database(articles.search(words, limit=limit))
    if as_json:
        output.show_json({"items": rows})
        return
    output.show_table(
        ("ARTICLE", "STATUS", "TITLE"),
        [(f"{row['host']}/{row['slug']}", row["status"], row["title"]) for row in rows],
    )


def _check_host(_context: click.Context, _option: click.Parameter, host: str) -> str:
    """Return the host of a domain, our own for ""; wrong usage for what is not a host name."""
    from urllib.parse import urlsplit

    from blogqueue.catalogue.link_rules import RuleError, validate_public_host
    from blogqueue.settings import settings

    if host in {"", own := urlsplit(settings.public_url).hostname or "localhost"}:
        return own
    try:
        return validate_public_host(host.lower())
    except RuleError as error:
        raise click.BadParameter(error.message) from error


@articles_group.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--domain", default="", callback=_check_host, help="Host of the articles' domain [default: the host of PUBLIC_URL]."
)
@click.option(
    "--drop-paid-links", default="", metavar="REASON", help="Allow texts that drop paid links; the reason is recorded."
)
@click.option("-v", "--verbose", is_flag=True, help="Name each file that was published or updated.")
@output.JSON
def import_articles(folder: Path, domain: str, drop_paid_links: str, verbose: bool, as_json: bool) -> None:
    """Publish the Markdown files of a folder, byte for byte, except those that a site generator would not publish."""
    from blogqueue.catalogue.importer import import_folder
    from blogqueue.cli import import_report

    with output.show_progress("Reading and storing") as progress:
        imported = with_database(
            import_folder(folder, domain=domain, drop_paid_links=drop_paid_links, progress=progress)
        )
    if as_json:
        output.show_json({"items": import_report.view(imported, folder)})
        sys.exit(import_report.get_exit_code(imported))
    sys.exit(import_report.show(imported, folder, verbose=verbose))


@articles_group.command("order")
@click.option("--domain", required=True, metavar="HOST", help="Host of the domain that is to publish it.")
@click.option("--topic", required=True, help="What it is about.")
@click.option("--target-url", required=True, metavar="URL", help="Where its link leads to.")
@click.option("--anchor-text", required=True, help="The words of its link.")
@click.option("--keyword", default="", help="Words that it must use.")
@click.option("--niche", default="", help="Its subject [default: that of the domain].")
@click.option("--email", default="", help="Who reviews the versions [default: BLOGQUEUE_OPERATOR_EMAIL].")
@output.JSON
def order_article(*, domain: str, as_json: bool, **details: Any) -> None:  # noqa: ANN401 - the options above
    """Order an article as an editor: it is written, checked, reviewed and published, and nobody pays for it."""
    from blogqueue.actors.messages import nudge
    from blogqueue.catalogue import domains
    from blogqueue.orders import opening
    from blogqueue.orders.requests import ArticleRequest

    order_id = uuid4()

    async def order() -> str:
        article_request = ArticleRequest(domain_id=(await domains.get_by_host(domain)).id, **details)
        outbox = await opening.order_article(article_request, actor=OPERATOR, order_id=order_id)
        await nudge(outbox)
        return outbox.jobs[0].id

    job_id = with_database(order(), needs=("secret_key",))
    result = {"orderId": order_id, "status": "PROCESSING", "jobId": job_id}
    output.show_result(f"{order_id} is PROCESSING, as {job_id}", result, as_json=as_json)
