"""Imports every Markdown file of a folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath

from blogqueue.catalogue import versions
from blogqueue.catalogue.importer import matching, publishing, terms
from blogqueue.catalogue.importer.matching import Match
from blogqueue.catalogue.importer.outcomes import Imported, Outcome, UnusableError
from blogqueue.catalogue.importer.processes import Map, open_map
from blogqueue.catalogue.importer.publishing import NewArticle
from blogqueue.catalogue.importer.reading import File, read_files
from blogqueue.catalogue.importer.terms import Terms, TermsFinder
from blogqueue.catalogue.importer.walk import find_files
from blogqueue.db.tables.catalogue import Domain


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, the folder of its terms, its path below its domain's folder, and what was read in it."""

    path: Path
    terms: Path
    source: PurePosixPath
    read: File | UnusableError


class _Progress:
    """Counts reading and storing a file as one step each."""

    def __init__(self, files: int, tell: Callable[[int, int], None]) -> None:
        self.total = 2 * files
        self.done = 0
        self._tell = tell

    def advance(self, steps: int = 1) -> None:
        self.done += steps
        self._tell(self.done, self.total)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all parts of an import use: its progress, its processes, and the reason to drop paid links."""

    steps: _Progress
    each: Map
    drop_paid_links: str


def _tell_nobody(done: int, total: int) -> None:
    """Show no progress."""


async def import_folder(
    folder: Path,
    *,
    domain: str,
    drop_paid_links: str = "",
    progress: Callable[[int, int], None] = _tell_nobody,
) -> list[Imported]:
    """Publish every Markdown file below a folder and return each file's result; one bad file does not stop the others.

    The articles of a sub-folder with a `domain.toml` belong to that domain, others to the domain with host `domain`.
    A domain that does not exist is created. What site generators do not publish is skipped, with the reason. A file
    that has changed since its last import becomes its article's next version. A file without the article's paid links
    is not used, unless `drop_paid_links` gives a reason, which goes into the history. `progress` is called with the
    number of steps that are done, and of all steps.
    """
    paths, results = find_files(folder)
    finder = TermsFinder(folder, domain)
    located: list[tuple[Path, Terms]] = []
    for path in paths:
        try:
            located.append((path, finder.find(path.parent)))
        except UnusableError as error:
            results.append(Imported(path, error.outcome, error.reason))
    steps = _Progress(len(located), progress)
    with open_map(len(located)) as each:
        run = _Run(steps, each, drop_paid_links)
        for host_terms, found in _read(folder, located, run):
            results += await _import_domain(host_terms, found, run)
    return sorted(results, key=lambda result: result.path)


def _read(root: Path, located: Sequence[tuple[Path, Terms]], run: _Run) -> list[tuple[list[Terms], list[_Found]]]:
    """Read all files, and return those of each domain with its terms; one domain may have several folders."""
    by_host: dict[str, list[Terms]] = {}
    for _, its in located:
        known = by_host.setdefault(its.columns["host"], [])
        if its not in known:
            known.append(its)
    # Two folders of one domain may each have a file of the same name.
    bases = {host: one[0].folder if len(one) == 1 else root for host, one in by_host.items()}
    files = [(path, PurePosixPath(path.relative_to(bases[its.columns["host"]]))) for path, its in located]
    found: dict[str, list[_Found]] = {host: [] for host in by_host}
    for (path, source), (_, its), read in zip(
        files, located, read_files(files, run.steps.advance, run.each), strict=True
    ):
        found[its.columns["host"]].append(_Found(path, its.folder, source, read))
    return [(by_host[host], ones) for host, ones in found.items()]


async def _import_domain(host_terms: Sequence[Terms], found: Sequence[_Found], run: _Run) -> list[Imported]:
    """Publish the files of one domain, and return the results."""
    host = host_terms[0].columns["host"]
    domain = await Domain.objects().where(Domain.host == host).first()
    results: list[Imported] = []
    if any(isinstance(one.read, File) for one in found):
        unfit: dict[Path, UnusableError] = {}
        for one in host_terms:
            try:
                domain, change = await terms.apply(one)
                results += [change] if change else []
            except UnusableError as error:
                unfit[one.folder] = error
        found = [_refuse(one, unfit.get(one.terms)) for one in found]
    articles = await matching.list_known(domain.id) if domain else []
    on_sale = {article.source_path for article in articles if publishing.is_live(article)}
    for one in found:
        if isinstance(one.read, UnusableError):
            still = "; its article is still on sale" if str(one.source) in on_sale else ""
            results.append(Imported(one.path, one.read.outcome, one.read.reason + still))
            run.steps.advance()
    if domain:
        files = [(one.path, one.read) for one in found if isinstance(one.read, File)]
        match = matching.match([file for _, file in files], articles)
        results += await _create([one for one in files if one[1].source in match.slugs], match, domain, run)
        results += await _update([one for one in files if one[1].source not in match.slugs], match, domain, run)
    return results


def _refuse(one: _Found, unfit: UnusableError | None) -> _Found:
    """Return a file as one that cannot be used if its terms are `unfit`; one that is not used anyhow has its reason."""
    return replace(one, read=unfit) if unfit and isinstance(one.read, File) else one


async def _create(files: Sequence[tuple[Path, File]], match: Match, domain: Domain, run: _Run) -> list[Imported]:
    """Publish a domain's new files. While some are stored, other processes go on measuring the next ones."""
    results: list[Imported] = []
    measured = zip(files, run.each(versions.describe_text, [file.content for _, file in files]), strict=True)
    while batch := list(islice(measured, publishing.BATCH)):
        new = [NewArticle(file, match.slugs[file.source], columns) for (_, file), columns in batch]
        for ((path, _), _), one, published in zip(batch, new, await publishing.create(new, domain), strict=True):
            results.append(
                _show(path, one.file, Outcome.PUBLISHED, room=one.columns["room"])
                if published
                else Imported(path, Outcome.REFUSED, f"another import has published an article {one.slug!r} meanwhile")
            )
        run.steps.advance(len(batch))
    return results


async def _update(files: Sequence[tuple[Path, File]], match: Match, domain: Domain, run: _Run) -> list[Imported]:
    """Publish those of a domain's files that have changed since their last import."""
    results: list[Imported] = []
    for path, file in files:
        try:
            if file.source in match.refused:
                raise match.refused[file.source]
            known = match.known[file.source]
            outcome, notes, room = await publishing.update(file, known, domain, run.drop_paid_links)
            results.append(_show(path, file, outcome, notes, room))
        except UnusableError as error:
            results.append(Imported(path, error.outcome, error.reason))
        run.steps.advance()
    return results


def _show(path: Path, file: File, outcome: Outcome, notes: tuple[str, ...] = (), room: int | None = None) -> Imported:
    return Imported(path, outcome, notes=file.notes + notes, unshown=file.unshown, room=room)
