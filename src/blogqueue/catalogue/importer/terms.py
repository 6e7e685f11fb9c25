"""The `domain.toml` of a folder: the domain that its articles belong to, and its terms."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blogqueue.catalogue import domain_rules
from blogqueue.catalogue.domain_rules import ColumnError
from blogqueue.catalogue.importer.outcomes import Imported, Outcome, UnusableError
from blogqueue.db import history
from blogqueue.db.engine import transaction
from blogqueue.db.tables.catalogue import Domain
from blogqueue.db.tables.orders import OrderEvent
from blogqueue.localized import format_price

ACTOR = "import"
FILE = "domain.toml"


@dataclass(frozen=True, slots=True)
class Terms:
    """A domain as a folder names it: the columns of its `domain.toml`; paths of its files begin at the folder."""

    folder: Path
    columns: dict[str, Any]
    file: Path | None = None


@dataclass(slots=True)
class TermsFinder:
    """Finds the terms of each file below `root`, and reads each `domain.toml` once; `host` is that of other files."""

    root: Path
    host: str
    _known: dict[Path, Terms | UnusableError] = field(default_factory=dict[Path, "Terms | UnusableError"])

    def find(self, folder: Path) -> Terms:
        """Return the terms of the files in a folder. Raises UnusableError for an invalid `domain.toml`."""
        if folder not in self._known:
            self._known[folder] = self._read(folder)
        known = self._known[folder]
        if isinstance(known, UnusableError):
            raise known
        return known

    def _read(self, folder: Path) -> Terms | UnusableError:
        file = folder / FILE
        if file.is_file():
            try:
                return Terms(folder, _read_columns(file), file)
            except UnusableError as error:
                return error
        if folder == self.root:
            return Terms(self.root, {"host": self.host})
        try:
            return self.find(folder.parent)
        except UnusableError as error:
            return error


_DEFAULTS = {name: getattr(Domain(), name) for name in (*domain_rules.PRICES, "currency")}


def _read_columns(file: Path) -> dict[str, Any]:
    try:
        columns = domain_rules.validate_domain(
            domain_rules.read_prices(tomllib.loads(file.read_text(encoding="utf-8")))
        )
        domain_rules.check_together(_DEFAULTS | columns)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, ColumnError) as error:
        raise UnusableError(f"its {file.name} is invalid: {error}") from error
    unknown = set(columns) - set(domain_rules.DOMAIN_COLUMNS)
    if unknown or "host" not in columns:
        raise UnusableError(f"its {file.name} has no host, or has unknown keys: {sorted(unknown)}")
    return columns


async def apply(terms: Terms) -> tuple[Domain, Imported | None]:
    """Return the domain of some terms, created or changed to them, and what changed.

    The terms of a domain that an editor has edited stay as the editor left them. A key that the file does not have
    leaves what is stored. Raises UnusableError for terms that contradict what is stored.
    """
    host = terms.columns["host"]
    async with transaction():
        domain = await Domain.objects().where(Domain.host == host).first().lock_rows("UPDATE")
        if domain is None:
            domain = Domain(**({"name": host} | terms.columns))
            await Domain.insert(domain)
            return domain, None
        changed = {name: value for name, value in terms.columns.items() if getattr(domain, name) != value}
        if not changed or terms.file is None:
            return domain, None
        if await _is_edited(host):
            left = f"an editor has edited this domain, so these stay as they are: {', '.join(changed)}"
            return domain, Imported(terms.file, Outcome.UNCHANGED, notes=(left,))
        _check(domain, terms.columns)
        after = changed.get("currency", domain.currency)
        changes = tuple(
            f"{name}: {_show(name, getattr(domain, name), domain.currency)} → {_show(name, value, after)}"
            for name, value in changed.items()
        )
        await Domain.update({**changed}).where(Domain.id == domain.id)
        await history.record(ACTOR, "edit domain", detail=f"{host}: {'; '.join(changes)}")
        for name, value in changed.items():
            setattr(domain, name, value)
        return domain, Imported(terms.file, Outcome.UPDATED, notes=changes)


def _check(domain: Domain, columns: dict[str, Any]) -> None:
    try:
        domain_rules.check_currency(domain.to_dict(), columns)
        domain_rules.check_together(domain.to_dict() | columns)
    except ColumnError as error:
        raise UnusableError(f"its {FILE} contradicts the stored terms: {error}") from error


def _show(name: str, value: object, currency: str) -> str:
    """Return a column's value for people: prices as money."""
    is_price = name in {*domain_rules.PRICES, *domain_rules.OPTIONAL_PRICES}
    return format_price(value, currency) if is_price and isinstance(value, int) else repr(value)


async def _is_edited(host: str) -> bool:
    return await OrderEvent.exists().where(
        OrderEvent.action == "edit domain", OrderEvent.actor != ACTOR, OrderEvent.detail.like(f"{host}: %")
    )
