"""A small article whose facts could be changed, and the right edits that hostile ones are made from."""

from blogqueue.writing.link_edit.check_input import LinkRequirements
from blogqueue.writing.link_edit.checks import check_link_edit
from blogqueue.writing.link_edit.edits import Edit, EditRefused, apply
from blogqueue.writing.markdown.blocks import find_prose_blocks
from tests.writing.garden import LINK
from tests.writing.link_edit.scenes import LITERAL, SENTENCE

NEIGHBOUR = (
    "Some people begin in spring, when grass is cut each week, and others in autumn, when leaves fall faster than "
    "anybody can rake them. Both are right."
)
PARAGRAPH = (
    "A heap is turned once or twice in fifteen weeks, and it is ready when it smells of woods. It is not hot by then: "
    "our *oldest* heap of 2019 was at 24.5 degrees, 40 % of the [first day's](/days) value, and Anna Berg, who built "
    "it, has never added lime. Leaves are good, and straw is better, but meat is bad and salt is worse for the worms."
)
HEAP = f"""\
A heap of compost asks for little.

{NEIGHBOUR}

{PARAGRAPH}

What comes out in the end is worth the wait.
"""
BLOCK = next(block for block in find_prose_blocks(HEAP) if block.text == PARAGRAPH)


def find_problems(text: str, mode: str, notes: str = "") -> list[str]:
    """Return the rules that an edit of the paragraph breaks, [] if it passes."""
    try:
        after, applied = apply(HEAP, Edit(BLOCK.id, "append" if mode == "append" else "replace", text), [BLOCK])
    except EditRefused as refused:
        return [refused.rule]
    return [p.rule for p in check_link_edit(HEAP, after, applied, LinkRequirements(LINK, notes=notes))]


def apply_to_heap(text: str, mode: str) -> str:
    """Return the article with an edit of the paragraph."""
    return apply(HEAP, Edit(BLOCK.id, "append" if mode == "append" else "replace", text), [BLOCK])[0]


RIGHT_EDITS = [
    ("append", SENTENCE),
    ("append", f"{LITERAL} goes further."),
    ("append", f"“There is more,” says {LITERAL}\u00a0– and it\u2019s short 🙂."),
    ("append", f"Some 10 000 000 people (in 2024-05-01\u2019s count, at 10:30) read C++ notes & more, e.g. {LITERAL}."),
    ("append", f"It is 3/4 full; half of it (50 %) is straw \u2014 see {LITERAL}!"),
    ("append", f"The μm scale, naïve cafés, Łódź and Straße are in {LITERAL}."),
    ("append", f"Those who run `git rebase` or edit `config.json` may like {LITERAL}."),
    ("replace", f"{PARAGRAPH} {SENTENCE}"),
    ("replace", f"{SENTENCE} {PARAGRAPH}"),
    ("replace", PARAGRAPH.replace("It is not hot", f"{SENTENCE} It is not hot")),
    (
        "replace",
        PARAGRAPH.replace("It is not hot", f"No two are alike, and 12 of them are in {LITERAL}. It is not hot"),
    ),
    ("replace", PARAGRAPH.replace("A heap is", f"As {LITERAL} explains, a heap is")),
    ("replace", PARAGRAPH.replace("of woods.", f"of woods, as {LITERAL} shows.")),
    ("replace", PARAGRAPH.replace("Leaves are", f"Leaves (see {LITERAL}) are")),
    ("replace", PARAGRAPH.replace("of 2019 was", f"of 2019 (see {LITERAL}) was")),
    ("replace", PARAGRAPH.replace("of 2019 was", f"of 2019, as {LITERAL} shows, was")),
    ("replace", PARAGRAPH.replace("40 % of", f"40 %, as {LITERAL} has it, of")),
]
