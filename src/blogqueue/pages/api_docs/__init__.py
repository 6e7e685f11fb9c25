"""The description of the API as a page: Swagger UI from our own files, so that nothing is loaded from elsewhere."""

from pathlib import Path

from litestar import get
from litestar.response import Template

from blogqueue.api import openapi
from blogqueue.pages.responses import headers

PACKAGE = Path(__file__).parent


@get("/api/docs", include_in_schema=False)
async def api_docs() -> Template:
    """Show the description of the API."""
    return Template("api_docs.html", context={"document": openapi.PATH}, headers=_headers())


def _headers() -> dict[str, str]:
    """Return the headers of every page; Swagger UI's style sheet also has images as `data:` addresses."""
    own = headers()
    policy = own["Content-Security-Policy"].replace("img-src 'self'", "img-src 'self' data:")
    return own | {"Content-Security-Policy": policy}


HANDLERS = [api_docs]
