"""What a page says of an article to search engines and to programs that show a preview of it."""

import html
import json
import re
from textwrap import shorten
from typing import Any

from markupsafe import Markup

from blogqueue.catalogue.offers import Offer
from blogqueue.settings import settings

DESCRIPTION_LENGTH = 160

_PARAGRAPH = re.compile("<p[^>]*>(.*?)</p>", re.DOTALL)
_TAG = re.compile("<[^>]+>")


def describe(article: str) -> str:
    """Return the first words of an article's first paragraph, from its HTML; "" if it has none."""
    found = _PARAGRAPH.search(article)
    return shorten(html.unescape(_TAG.sub("", found[1])), DESCRIPTION_LENGTH, placeholder=" …") if found else ""


def structure(offer: Offer, description: str) -> Markup:
    """Return an article as JSON-LD (https://schema.org/Article), which no text in it can end."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": offer.title,
        "description": description,
        "inLanguage": offer.language,
        "datePublished": offer.published_at.isoformat(),
        "wordCount": offer.word_count,
        "url": settings.public_url + offer.path,
        "publisher": {"@type": "Organization", "name": offer.domain_name, "url": f"https://{offer.host}/"},
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - without any character that means something in HTML
