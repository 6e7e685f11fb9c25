"""What is ordered when a new article is: the words it is to be written from, and the link that it is to carry."""

from dataclasses import dataclass

from blogqueue.writing.markdown.links import Link


@dataclass(frozen=True, slots=True)
class Candidate:
    """A published article of the same site that the new one may link to; `url` is site-relative, "/articles/<slug>"."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Commission:
    """An article as it was ordered; `language` is a BCP 47 tag, `rel` "" for none."""

    site: str
    language: str
    niche: str
    topic: str
    keyword: str
    link: Link
    rel: str = "sponsored"
    candidates: tuple[Candidate, ...] = ()
