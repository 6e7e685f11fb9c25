"""Room: how many more paid links a text can take one after another, and which paragraphs leave enough of it.

Each paid link uses up its paragraph and the paragraphs directly beside it, so the room depends on where links are put:
of three paragraphs in a row, the outer two can take a link each, but the middle one uses up all three.
"""

import hashlib
import math
from collections.abc import Collection, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from blogqueue.writing.markdown.blocks import Block, find_eligible_blocks
from blogqueue.writing.markdown.links import Link
from blogqueue.writing.markdown.parsing import parse

RULES_LENGTH = 16

MAX_OFFERED = 200
"""Our choice. The model's answer names one of the paragraphs. OpenAI refuses a schema with more than 1,000 such names
(500 at first), or with more than 250 that have over 15,000 characters together
(https://developers.openai.com/api/docs/guides/structured-outputs)."""


def count_room(article: str, paid_links: Sequence[Link] = ()) -> int:
    """Return how many more paid links a text that carries `paid_links` can take one after another."""
    return _count_up_to_each(_find_positions(article, find_eligible_blocks(article, paid_links)))[-1]


def find_blocks_leaving(
    article: str, paid_links: Sequence[Link] = (), *, leave: int, pending: Collection[str] = ()
) -> list[Block]:
    """Return the eligible paragraphs that leave room for `leave` more paid links once they have one, in order.

    Where the text has less room, return those that leave the most: there is always one if any paragraph is eligible.
    Of more than MAX_OFFERED paragraphs, return as many, spread over the text.
    Paragraphs whose SHA-256 is in `pending`, which other open orders have chosen, and those beside them are left out
    while there are others: of two links in one paragraph, the second has to be integrated again.
    """
    eligible = find_eligible_blocks(article, paid_links)
    positions = _find_positions(article, eligible)
    before = _count_up_to_each(positions)
    behind = _count_up_to_each([-position for position in reversed(positions)])[::-1]
    enough = min(leave, before[-1] - 1)
    chosen = {position for block, position in zip(eligible, positions, strict=True) if block.sha256 in pending}
    leaving: dict[int, Block] = {}
    for at, (block, position) in enumerate(zip(eligible, positions, strict=True)):
        # Where the paragraphs beside it are not eligible, they take none of the room.
        first = at - (position - 1 in positions[max(0, at - 1) : at])
        last = at + 1 + (position + 1 in positions[at + 1 : at + 2])
        if before[first] + behind[last] >= enough:
            leaving[position] = block
    apart = [block for at, block in leaving.items() if chosen.isdisjoint({at - 1, at, at + 1})]
    return _spread(apart or list(leaving.values()))


def _spread(blocks: list[Block]) -> list[Block]:
    if len(blocks) <= MAX_OFFERED:
        return blocks
    return [blocks[number * len(blocks) // MAX_OFFERED] for number in range(MAX_OFFERED)]


@cache
def identify_rules() -> str:
    """Return an id of the rules that decide where a link may be: it changes whenever their code does.

    It is a hash of the source of the Markdown package and of this module, and of the parser's version, so that nobody
    has to remember to raise a number: a stored room with another id is counted again.
    """
    digest = hashlib.sha256(metadata.version("markdown-it-py").encode())
    here = Path(__file__)
    for file in [*sorted((here.parents[1] / "markdown").glob("*.py")), here]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:RULES_LENGTH]


def _find_positions(article: str, blocks: Collection[Block]) -> list[int]:
    """Return the index of each block among the top-level blocks: those with neighbouring indexes are side by side."""
    index = {block.start: at for at, block in enumerate(parse(article).blocks)}
    return [index[block.start] for block in blocks]


def _count_up_to_each(positions: Sequence[int]) -> list[int]:
    """Return how many of these positions, in rising order, can be chosen so that no two are side by side.

    The first number is for none of them, the next one for the first of them, and so on, up to all. Taking the first one
    that is free, again and again, finds the largest number.
    """
    counts, last = [0], -math.inf
    for position in positions:
        free = position > last + 1
        counts.append(counts[-1] + free)
        last = position if free else last
    return counts
