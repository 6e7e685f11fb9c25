"""Letters in MJML with a plain-text twin, one folder each; values are filled in, escaped, once MJML is HTML."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from mjml import mjml2html

from blogqueue.settings import settings

TEMPLATES = Path(__file__).parent / "templates"
KINDS = frozenset(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and folder.name != "_layout")

_HTML = Environment(autoescape=True, undefined=StrictUndefined)
_TEXT = Environment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - plain text


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words."""

    subject: str
    html: str
    text: str


def render(kind: str, **values: object) -> Rendered:
    """A letter with its values. Raises ValueError for an unknown kind and UndefinedError for a missing value."""
    if kind not in KINDS:
        raise ValueError(f"there is no letter {kind!r}")
    subject, html, text = _templates(kind)
    values["contact"] = settings.contact
    return Rendered(" ".join(subject.render(values).split()), html.render(values), text.render(values))


@cache
def _templates(kind: str) -> tuple[Template, Template, Template]:
    folder = TEMPLATES / kind
    mjml = (folder / "email.mjml").read_text(encoding="utf-8")
    # MJML's own mj-include leaves what it includes in a column without the column's cells (mjml-python 1.4.2).
    for part in (TEMPLATES / "_layout").glob("*.mjml"):
        mjml = mjml.replace(f'<mj-include path="_layout/{part.name}" />', part.read_text(encoding="utf-8"))
    subject = _TEXT.from_string((folder / "subject.txt").read_text(encoding="utf-8"))
    html = _HTML.from_string(mjml2html(mjml, fonts={}))
    return subject, html, _TEXT.from_string((folder / "email.txt").read_text(encoding="utf-8"))
