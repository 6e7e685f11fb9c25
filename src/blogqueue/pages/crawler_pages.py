"""What search engines read first: which pages are for them, and where all articles are."""

from html import escape

from litestar import Response, get
from litestar.params import FromPath

from blogqueue.catalogue import listing
from blogqueue.errors import NotFoundError
from blogqueue.pages.responses import headers
from blogqueue.settings import settings

PRIVATE = (
    "/admin",
    "/api/v1/",
    "/health",
    "/metrics",
    "/order-link",
    "/order-status",
    "/orders",
    "/purchase",
    "/receipts",
)

CACHE = {"Cache-Control": "public, max-age=3600"}
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@get("/robots.txt", include_in_schema=False)
async def robots() -> Response[str]:
    """Say which pages are not for search engines (RFC 9309)."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in PRIVATE),
        "",
        f"Sitemap: {settings.public_url}/sitemap.xml",
    ]
    return Response("\n".join(lines) + "\n", media_type="text/plain", headers=headers() | CACHE)


@get("/sitemap.xml", include_in_schema=False)
async def sitemap_index() -> Response[str]:
    """List the parts of the sitemap (https://www.sitemaps.org/protocol.html)."""
    parts = range(1, await listing.count_sitemaps() + 1)
    entries = "".join(f"<sitemap><loc>{settings.public_url}/sitemap/{part}</loc></sitemap>\n" for part in parts)
    return _answer(f'<sitemapindex xmlns="{NAMESPACE}">\n{entries}</sitemapindex>\n')


@get("/sitemap/{part:int}", include_in_schema=False)
async def sitemap(part: FromPath[int]) -> Response[str]:
    """List the addresses of a part of the articles; the first part has the other public pages, too."""
    if not 1 <= part <= await listing.count_sitemaps():
        raise NotFoundError("page")
    addresses = [("/", None), ("/new-article", None)] if part == 1 else []
    entries = "".join(
        f"<url><loc>{escape(settings.public_url + path)}</loc>"
        f"{f'<lastmod>{changed:%Y-%m-%d}</lastmod>' if changed else ''}</url>\n"
        for path, changed in [*addresses, *await listing.list_addresses(part)]
    )
    return _answer(f'<urlset xmlns="{NAMESPACE}">\n{entries}</urlset>\n')


def _answer(xml: str) -> Response[str]:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'
    return Response(content, media_type="application/xml", headers=headers() | CACHE)


HANDLERS = [robots, sitemap_index, sitemap]
