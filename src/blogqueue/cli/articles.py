"""The operator's commands about articles: what there is, and imports.

As in `cli.commands`, each imports what it needs; one that fails prints a sentence and exits with 1.
"""
# ruff: noqa: PLC0415 - see above

import sys
from pathlib import Path

import click

from blogqueue.cli import output
from blogqueue.cli.database import with_database


@click.group("articles")
def articles_group() -> None:
    """List and import the articles on sale."""


@articles_group.command("list")
@click.argument("words", required=False, default="", metavar="[WORDS]")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
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


@articles_group.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--domain", default="", help="Host of the articles' domain [default: the host of PUBLIC_URL].")
@click.option(
    "--drop-paid-links", default="", metavar="REASON", help="Allow texts that drop paid links; the reason is recorded."
)
@click.option("-v", "--verbose", is_flag=True, help="Name each file that was published or updated.")
@output.JSON
def import_articles(folder: Path, domain: str, drop_paid_links: str, verbose: bool, as_json: bool) -> None:
    """Publish the Markdown files of a folder, byte for byte, except those that a site generator would not publish."""
    from urllib.parse import urlsplit

    from blogqueue.catalogue.importer import import_folder
    from blogqueue.cli import import_report
    from blogqueue.settings import settings

    host = domain or urlsplit(settings.public_url).hostname or "localhost"
    with output.show_progress("Reading and storing") as progress:
        imported = with_database(import_folder(folder, domain=host, drop_paid_links=drop_paid_links, progress=progress))
    if as_json:
        output.show_json({"items": import_report.view(imported, folder)})
        sys.exit(import_report.get_exit_code(imported))
    sys.exit(import_report.show(imported, folder, verbose=verbose))
