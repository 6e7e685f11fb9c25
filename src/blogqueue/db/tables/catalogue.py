"""Domains, their articles and the versions of these."""

from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from blogqueue.db.engine import DB
from blogqueue.states import ArticleStatus, ReviewStatus


class Rel(StrEnum):
    """The `rel` attribute of a domain's paid links."""

    SPONSORED = "sponsored"
    NOFOLLOW = "nofollow"
    NONE = "none"


class AfterSilence(StrEnum):
    """What happens to a version that its customer does not answer."""

    WAIT = "wait"  # nothing: it waits for the customer
    SUBMIT = "submit"  # it is submitted for review


IN_MINOR_UNITS = "In minor units: 4900 is 49.00 EUR. Change it at /admin/domains."


class Domain(Table, tablename="domains", db=DB):
    """A website that sells links. Prices are in minor units of its currency.

    What is null or empty is not known, and not shown. `exclusive_price` is added to the price of a new article in which
    no other links are sold; null if that is not offered.
    """

    id = UUID(primary_key=True, default=UUID4())
    host = Varchar(253, unique=True)
    name = Varchar(200)
    niche = Varchar(100, default="general")
    language = Varchar(35, default="en")
    currency = Varchar(3, default="EUR")
    backlink_price = BigInt(default=4900, help_text=IN_MINOR_UNITS)
    article_price = BigInt(default=14900, help_text=IN_MINOR_UNITS)
    rel = Varchar(20, choices=Rel, default=Rel.SPONSORED)
    can_cancel = Boolean(default=False, help_text="Whether customers may cancel before the review, and are refunded.")
    after_silence = Varchar(20, choices=AfterSilence, default=AfterSilence.WAIT)
    max_paid_links = Integer(default=3)
    forbidden_niches = Array(base_column=Varchar(100))
    forbidden_words = Array(base_column=Varchar(100))
    country = Varchar(2, default="", help_text="Where most readers are: two letters (ISO 3166-1), or empty.")
    domain_rating = Integer(null=True, default=None, help_text="0 to 100, with its source and date; or empty.")
    rating_source = Varchar(100, default="", help_text="Who measured the rating, such as Ahrefs.")
    rating_date = Date(null=True, default=None)
    monthly_visits = BigInt(null=True, default=None, help_text="With their source and date; or empty.")
    visits_source = Varchar(100, default="", help_text="Who counted the visits, such as Plausible.")
    visits_date = Date(null=True, default=None)
    note = Varchar(500, default="", help_text="What buyers should know about the domain.")
    guaranteed_months = Integer(null=True, default=None, help_text="How long a link stays at least; or empty.")
    exclusive_price = BigInt(null=True, default=None, help_text=IN_MINOR_UNITS)
    created_at = Timestamptz(default=TimestamptzNow())


class Article(Table, tablename="articles", db=DB):
    """An article of a domain. `selected_version_id` is the live version, null until the article is published.

    No links are sold in an `exclusive` one but that of the customer who ordered it.
    `source_path` is the file that it was imported from, below the folder of its domain, and `source_sha256` the digest
    of that file's text as an import last used it; null if there is none.
    """

    id = UUID(primary_key=True, default=UUID4())
    domain_id = ForeignKey(Domain, on_delete=OnDelete.restrict, null=False)
    slug = Varchar(200, index=True)
    title = Varchar(500)
    topic = Varchar(500, default="")
    niche = Varchar(100, default="general")
    keyword = Varchar(200, default="")
    status = Varchar(20, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    selected_version_id = UUID(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())
    published_at = Timestamptz(null=True, default=None)
    source_path = Text(null=True, default=None)
    exclusive = Boolean(default=False)
    source_sha256 = Varchar(64, null=True, default=None)

    slug_once_per_domain = Unique([domain_id, slug])
    source_path_once_per_domain = Unique([domain_id, source_path])


class ArticleVersion(Table, tablename="article_versions", db=DB):
    """One text of an article, never changed once stored. `backlink_metadata` holds the edit that made it.

    `word_count` counts the words of the body, so that the catalogue can sort by length without reading texts. `room` is
    how many more paid links the text can take, counted by the rules that `room_rules` identifies; null if not counted.
    """

    id = UUID(primary_key=True, default=UUID4())
    article_id = ForeignKey(Article, on_delete=OnDelete.restrict, null=False)
    version_num = Integer()
    content_md = Text()
    word_count = Integer(default=0)
    room = Integer(null=True, default=None)
    room_rules = Varchar(16, default="")
    qc_attempts = Integer(default=0)
    last_qc_status = Varchar(30, null=True, default=None)
    last_qc_notes: Any = JSONB(null=True, default=None)
    backlink_review_status = Varchar(20, choices=ReviewStatus, null=True, default=None)
    backlink_metadata: Any = JSONB(null=True, default=None)
    order_id = UUID(null=True, default=None, index=True)
    job_id = Varchar(120, null=True, default=None, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())

    number_once = Unique([article_id, version_num])
