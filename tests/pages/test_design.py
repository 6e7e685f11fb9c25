"""The design system: sizes of type are tokens of one file, and a full page of the catalogue stays light."""

import re
from pathlib import Path

import blogqueue
from blogqueue.db.tables.catalogue import Domain
from tests.stage import Stage

STYLES = sorted(Path(blogqueue.__file__).parent.glob("*/static/*.css"))
HEAVIEST = 23_000
"""Bytes of a full page of the catalogue with its style sheet and icon, uncompressed."""


def test_every_size_of_type_is_a_token_of_the_one_token_file() -> None:
    assert {file.name for file in STYLES} >= {"style.css", "order.css", "admin.css", "queues.css"}
    stray = [
        f"{file.name}: {found[0]}"
        for file in STYLES
        for found in re.finditer(r"font(-size)?:[^;}]*?[\d.](px|rem|pt)\b[^;}]*", file.read_text(encoding="utf-8"))
    ]

    assert stray == []


async def test_a_full_page_of_the_catalogue_is_light(stage: Stage) -> None:
    # Given twenty articles with long titles
    for number in range(20):
        await stage.article(slug=f"what-the-gardeners-of-the-north-know-{number}")
    await Domain.update({Domain.country: "GB"}, force=True)

    # When a browser loads the catalogue with what it refers to
    page = (await stage.http.get("/", headers={"accept": "text/html"})).text
    assert page.count("<h2>") == 20
    files = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page)
    sizes = [len((await stage.http.get(file)).content) for file in files]

    # Then it is no heavier than the goal
    assert len(page.encode()) + sum(sizes) < HEAVIEST, (len(page.encode()), sizes)
