"""Emails rendered from templates: one folder each, with an HTML version (MJML), a plain-text version and a subject.

Both versions say the same. MJML is compiled to HTML once; the values are filled in, escaped, for each email.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from mjml import mjml2html

from blogqueue.settings import settings

TEMPLATES = Path(__file__).parent / "templates"
LAYOUT = TEMPLATES / "_layout"
KINDS = frozenset(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and folder != LAYOUT)

ACCENT, ACCENT_IN_THE_DARK = "#1f5f3f", "#8fd3ae"
"""The colour of links and buttons in the templates, in light and in dark mode."""

_HTML = Environment(autoescape=True, undefined=StrictUndefined)
_TEXT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=False,  # noqa: S701 - plain text
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The subject of an email and its two versions."""

    subject: str
    html: str
    text: str


def render(kind: str, **values: object) -> Rendered:
    """Render an email. Raises ValueError for an unknown kind, and UndefinedError for a missing value."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of email: {kind!r}")
    subject, html, text = _templates(kind, settings.accent_color)
    values |= {"contact": settings.contact, "site_name": settings.site_name}
    return Rendered(" ".join(subject.render(values).split()), html.render(values), text.render(values))


@cache
def _templates(kind: str, accent: str) -> tuple[Template, Template, Template]:
    folder = TEMPLATES / kind
    mjml = (folder / "email.mjml").read_text(encoding="utf-8")
    # mjml-python 1.4.2 puts what mj-include includes into a column without the column's cells, so we include it.
    for part in LAYOUT.glob("*.mjml"):
        mjml = mjml.replace(f'<mj-include path="_layout/{part.name}" />', part.read_text(encoding="utf-8"))
    if accent:
        mjml = mjml.replace(ACCENT, accent).replace(ACCENT_IN_THE_DARK, _lighten(accent))
    html = _HTML.from_string(mjml2html(mjml, fonts={}))
    return _TEXT.get_template(f"{kind}/subject.txt"), html, _TEXT.get_template(f"{kind}/email.txt")


def _lighten(color: str) -> str:
    """Return a colour mixed with white, 40 to 60, for dark mode: even of black it can be read on the dark backgrounds.

    Email programs know no `color-mix`, with which pages do the same (`pages.brand`).
    """
    return "#" + "".join(f"{round(0.4 * int(color[at : at + 2], 16) + 0.6 * 255):02x}" for at in (1, 3, 5))
