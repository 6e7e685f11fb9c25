"""Where readers find an article on blogqueue's own pages.

`/articles/{slug}` is the address of an article whose slug no other domain uses. Where several do, the address names the
host too: `/articles/{host}/{slug}`. That form works for every article, and the short one then redirects to the article
that had it first, so no address that was ever given away leads to another text.
"""

from uuid import UUID

from blogqueue.db.tables.catalogue import Article

PATH = """
('/articles/' || CASE WHEN EXISTS (
    SELECT FROM articles o WHERE o.slug = a.slug AND o.id <> a.id AND o.status <> 'DRAFT'
) THEN d.host || '/' ELSE '' END || a.slug)
"""
"""The path of an article `a` of a domain `d`, as an SQL expression."""

_PATH_OF = f"SELECT {PATH} AS path FROM articles a JOIN domains d ON d.id = a.domain_id WHERE a.id = {{}}"  # noqa: S608 - constants, no input


async def get_path(article_id: UUID) -> str:
    """Return the path of one article, which must exist."""
    return str((await Article.raw(_PATH_OF, article_id))[0]["path"])
