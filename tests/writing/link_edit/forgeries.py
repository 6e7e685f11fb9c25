"""Ways to make a wrong edit of a scene. They return None if its article lacks what they need."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from blogqueue.writing.link_edit.edits import Edit, apply
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import Link, format_link
from blogqueue.writing.markdown.metadata import read_front_matter
from blogqueue.writing.markdown.parsing import parse
from tests.writing.garden import LINK, PAID, turned
from tests.writing.link_edit.scenes import LITERAL, REQUIREMENTS, SENTENCE, Scene, Try, forged


def says(text: str) -> Callable[[Scene], Try]:
    return lambda scene: scene.append(text)


def adds(text: str) -> Callable[[Scene], Try]:
    return lambda scene: scene.append(f"{SENTENCE} {text}")


def whole(make: Callable[[str], str]) -> Callable[[Scene], Try]:
    """Replace the paragraph; `make` gets it with the correct sentence at its end."""
    return lambda scene: scene.replace(make(f"{scene.block.text} {SENTENCE}"))


def remarked(pattern: str, new: str) -> Callable[[Scene], Try]:
    """Replace the paragraph, with other marks at the first place that has the pattern."""
    return whole(lambda text: re.sub(pattern, new, text, count=1))


def spliced(make: Callable[[str], str]) -> Callable[[Scene], Try]:
    """Do the same without `apply`, which would tidy the text."""
    return lambda scene: forged(
        scene.article, scene.block.start, scene.block.end, make(f"{scene.block.text} {SENTENCE}")
    )


def at_words(share: float, extra: str = LITERAL) -> Callable[[Scene], Try]:
    """Keep only the first words of the paragraph, and add the link."""

    def make(scene: Scene) -> Try:
        words = scene.block.text.split()
        return scene.replace(" ".join([*words[: int(len(words) * share)], extra]))

    return make


def in_a(kind: str) -> Callable[[Scene], Try | None]:
    """Put the link at the end of a line of another kind of block."""

    def make(scene: Scene) -> Try | None:
        for block in parse(scene.article).blocks:
            lines = scene.article[block.start : block.end].rstrip("\r\n").split("\n")
            if block.kind != kind or (kind == "fence" and len(lines) < 3):
                continue
            line = lines[0 if kind != "fence" else 1].rstrip(" \r|")
            end = block.start + len(line) + (len(lines[0]) + 1 if kind == "fence" else 0)
            return forged(scene.article, block.start, end, f"{scene.article[block.start : end]} {LITERAL}")
        return None

    return make


def elsewhere(find: Callable[[Scene], Iterator[tuple[str, str]]]) -> Callable[[Scene], Try | None]:
    """Make the correct edit, and the first change outside the paragraph that can be made."""

    def make(scene: Scene) -> Try | None:
        right = scene.append(SENTENCE)
        tries = (right.altered(old, new) for old, new in find(scene))
        return next((made for made in tries if made is not None), None)

    return make


def words_elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    for block in find_prose_blocks(scene.article):
        word = next((word for word in block.text.split() if word.isalpha()), None)
        if block.id != scene.block.id and word:
            yield word, f"{word[:-1]}\u00e9"


def paragraphs_elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    for block in find_prose_blocks(scene.article):
        if block.id != scene.block.id:
            yield block.text, f"Never. {block.text}"


def links_elsewhere(new: str) -> Callable[[Scene], Iterator[tuple[str, str]]]:
    def find(scene: Scene) -> Iterator[tuple[str, str]]:
        for link in parse(scene.article).links:
            old = f"[{link.text}]({link.url})"
            yield old, new.format(text=link.text, url=link.url)

    return find


def images_elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    for inline in parse(scene.article).inlines:
        for url, _, _ in inline.images:
            yield f"]({url}", "](/other.png"


def images_lost_elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    for inline in parse(scene.article).inlines:
        for url, alt, _ in inline.images:
            yield f"![{alt}]({url}", f"[{alt}]({url}"


def link_elsewhere(scene: Scene) -> Try | None:
    made = scene.append("Nothing to see.")
    others = (block.text for block in find_prose_blocks(scene.article) if block.id != scene.block.id)
    tries = (made.altered(text, f"{text} {LITERAL}") for text in others)
    return next((found for found in tries if found is not None), None)


def front_matter_elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    values, start = read_front_matter(scene.article)
    for name in values if start else ():
        yield name, f"{name}x"


def on(change: Callable[[str], str], damage: Callable[[str], str]) -> Callable[[Scene], Try | None]:
    """Make the correct edit of a changed article, and then break the whole text."""

    def make(scene: Scene) -> Try | None:
        before = change(scene.article)
        block = next(block for block in find_prose_blocks(before) if block.id == scene.block.id)
        made = Scene(before, block).append(SENTENCE)
        after = damage(made.after)
        return made._replace(after=after) if after != made.after else None

    return make


def sold(damage: Callable[[Try], Try | None]) -> Callable[[Scene], Try | None]:
    """Make the correct edit of an article with a paid link in another paragraph, and then break something."""

    def make(scene: Scene) -> Try | None:
        for other in find_eligible_blocks(scene.article):
            before, _ = apply(scene.article, Edit(other.id, "append", f"See {format_link(PAID)}."), [other])
            block = next((b for b in find_eligible_blocks(before, [PAID]) if b.id == scene.block.id), None)
            if block:
                made = Scene(before, block).append(SENTENCE)
                return damage(made._replace(requirements=replace(REQUIREMENTS, paid_links=(PAID,))))
        return None

    return make


def beside(distance: int) -> Callable[[Scene], Try | None]:
    """Make a correct edit of a paragraph that has a paid link in it or beside it."""

    def make(scene: Scene) -> Try | None:
        blocks = parse(scene.article).blocks
        at = next(i for i, block in enumerate(blocks) if block.start == scene.block.start)
        if at + distance >= len(blocks) or blocks[at + distance].kind != "paragraph_open":
            return None
        end = blocks[at + distance].end
        before = f"{scene.article[:end]} See {format_link(PAID)}.{scene.article[end:]}"
        block = next(block for block in find_prose_blocks(before) if block.id == scene.block.id)
        made = Scene(before, block).append(SENTENCE)
        return made._replace(requirements=replace(REQUIREMENTS, paid_links=(PAID,)))

    return make


def wanting(link: Link) -> Callable[[Scene], Try]:
    return lambda scene: scene.append(f"See {format_link(link)}.")._replace(
        requirements=replace(REQUIREMENTS, link=link)
    )


def ended(old: str, new: str) -> Callable[[Scene], Try]:
    """Give the paragraph another end first, and then replace it with a paragraph that has the new one."""

    def make(scene: Scene) -> Try:
        before = f"{scene.article[: scene.block.end]} {old}{scene.article[scene.block.end :]}"
        block = next(block for block in find_prose_blocks(before) if block.id == scene.block.id)
        return Scene(before, block).replace(f"{scene.block.text} {new}")

    return make


def enclosed(opening: str, closing: str) -> Callable[[Scene], Try]:
    """Put the sentence into a part of the paragraph that two signs enclose."""
    return ended(f"So {opening}it is{closing} here.", f"So {opening}it is. {SENTENCE}{closing} here.")


def with_blank(article: str) -> str:
    return article + "\nThe end. \n"


def stretched(scene: Scene) -> Try:
    return scene.append(f"{SENTENCE} {' '.join(['pneumonoultramicroscopic'] * 40)}")


def rewritten(scene: Scene) -> Try:
    return scene.replace(f"{'other ' * len(scene.block.text.split())} words. {SENTENCE}")


def emptied(scene: Scene) -> Try:
    return forged(scene.article, scene.block.start, scene.block.end, "")


def unappended(scene: Scene) -> Try:
    start, end = scene.block.start, scene.block.end
    return forged(scene.article, start, end, f"{scene.block.text[1:]} {SENTENCE}", mode="append")


def unmarked(scene: Scene) -> Try | None:
    """Remove the punctuation between the words of the paragraph, if there is some."""
    bare = "".join(c for c in scene.block.text if c not in ".,;:!?")
    return scene.replace(f"{bare}. {SENTENCE}") if len(scene.block.text) - len(bare) > 3 else None


def decomposed(scene: Scene) -> Try:
    return scene.append(f"{SENTENCE} So says the cafe\u0301.")


def foreign_line_end(scene: Scene) -> Try:
    own = "\n" if "\r\n" in scene.article else "\r\n"
    return spliced(lambda text: text.replace(" Readers who", f"{own}Readers who"))(scene)


def moved_breaks(last: str) -> Callable[[Scene], Try | None]:
    """Keep the number of lines, but make the last one another line."""

    def make(scene: Scene) -> Try | None:
        first, end, rest = turned(scene.block.text, "\n").replace("\r", "\n").partition("\n")
        return scene.replace(f"{first} {rest} {SENTENCE}{end}{last}") if end else None

    return make


def within_lines(change: Callable[[str], str]) -> Callable[[Scene], Try | None]:
    """Add the correct sentence, and change the first line end of the paragraph, if it has one."""

    def make(scene: Scene) -> Try | None:
        text = re.sub(r"\r\n|\n|\r", lambda found: change(found[0]), scene.block.text, count=1)
        if text == scene.block.text:
            return None
        return forged(scene.article, scene.block.start, scene.block.end, f"{text} {SENTENCE}")

    return make


def url(target: str) -> Callable[[Scene], Try]:
    return says(f"See [{LINK.anchor_text}]({target}).")
