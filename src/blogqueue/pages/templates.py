"""The templates and static files of all pages: plain Jinja, one style sheet, one small script, nothing from elsewhere.

A package that has pages keeps its files beside its code, in `templates/` and `static/`.
"""

import hashlib
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from blogqueue import tokens
from blogqueue.api import auth
from blogqueue.localized import format_price
from blogqueue.money import format_typed
from blogqueue.orders.numbers import format_number
from blogqueue.pages import brand, labels, order_texts
from blogqueue.settings import settings

PACKAGE = Path(__file__).parent


def make_templates(*packages: Path) -> TemplateConfig[JinjaTemplateEngine]:
    """Configure the templates of the given packages, with the names that every template may use."""
    addresses = {
        file.name: f"/static/{file.name}?{_fingerprint(file)}"
        for package in packages
        for file in (package / "static").iterdir()
    }
    environment = Environment(
        loader=FileSystemLoader([package / "templates" for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_hide_none,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, Any]", environment.globals).update(
        static=addresses.__getitem__,
        form_token=_derive_form_token,
        labels=labels,
        order_texts=order_texts,
        price=format_price,
        typed_price=format_typed,
        order_number=format_number,
        brand=brand,
        site_name=lambda: settings.site_name,
        contact=lambda: settings.contact,
        public_url=lambda: settings.public_url,
    )
    return TemplateConfig(instance=JinjaTemplateEngine(engine_instance=environment))


def _hide_none(value: object) -> object:
    """Return what is printed for a value: nothing for None, which would otherwise be printed as the word "None"."""
    return "" if value is None else value


def _derive_form_token(request: Request[Any, Any, Any]) -> str:
    """Return the token of the forms on an editor's page."""
    return tokens.derive_form_token(auth.session(request))


def _fingerprint(file: Path) -> str:
    """Return a part of a static file's address that changes with its content, so that browsers may keep the file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
