"""What makes the shop its operator's: the logo, the accent colour and the icon."""

import hashlib
from functools import cache
from pathlib import Path

from litestar import Response, get

from blogqueue.pages.labels import YEAR_SECONDS
from blogqueue.pages.responses import headers
from blogqueue.settings import settings

TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}
ICON = Path(__file__).parent / "static" / "icon.svg"

_STYLE = """\
:root {{ --accent: {color}; --on-accent: #ffffff; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --accent: color-mix(in oklab, {color} 40%, white); --on-accent: #101010; }}
}}
"""


@cache
def get_logo() -> bytes:
    """Return the logo's file; b"" if the shop has none. Settings have checked that it can be read."""
    return Path(settings.logo_file).read_bytes() if settings.logo_file else b""


def get_logo_address() -> str:
    """Return the address of the logo, which changes with it; "" if the shop has none."""
    return f"/brand/logo?{_fingerprint(get_logo())}" if settings.logo_file else ""


def get_style_address() -> str:
    """Return the address of the style sheet with the accent colour; "" if the shop has the product's."""
    return f"/brand/style.css?{_fingerprint(settings.accent_color.encode())}" if settings.accent_color else ""


@get("/brand/logo", include_in_schema=False)
async def logo() -> Response[bytes]:
    """Answer with the logo."""
    found = get_logo()
    return _answer(found, TYPES.get(Path(settings.logo_file).suffix.lower(), "image/png"), 200 if found else 404)


@get("/brand/style.css", include_in_schema=False)
async def style() -> Response[bytes]:
    """Answer with the accent colour, for light and for dark mode."""
    found = _STYLE.format(color=settings.accent_color) if settings.accent_color else ""
    return _answer(found.encode(), "text/css; charset=utf-8")


@get("/favicon.ico", include_in_schema=False)
async def favicon() -> Response[bytes]:
    """Answer with the icon, for browsers and programs that look for it here."""
    return _answer(ICON.read_bytes(), TYPES[".svg"])


def _answer(content: bytes, media_type: str, status_code: int = 200) -> Response[bytes]:
    kept = {"Cache-Control": f"public, max-age={YEAR_SECONDS if status_code == 200 else 0}"}  # noqa: PLR2004 - found
    return Response(content, media_type=media_type, headers=headers() | kept, status_code=status_code)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


HANDLERS = [logo, style, favicon]
