"""The order of a new article: what it is about, and the link that it carries."""

from dataclasses import dataclass

from blogqueue.writing.markdown.links import Link


@dataclass(frozen=True, slots=True)
class Candidate:
    """A published article of the same site that the new one may link to; `url` is its path, as "/articles/soil"."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleBrief:
    """An article as it was ordered; `language` is a BCP 47 tag, `rel` is "" for none.

    `reason` is what the site's editor wants to be different from the version before; "" for none.
    """

    site: str
    language: str
    niche: str
    topic: str
    keyword: str
    link: Link
    rel: str = "sponsored"
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
