"""Line ends of a text that came back from an editor's form: each line that was not touched has the one it had."""

from collections import Counter
from difflib import SequenceMatcher

from blogqueue.writing.markdown.front_matter import lines


def with_line_ends(written: str, base: str) -> str:
    """What was written, with the line ends of the text that it was written from.

    A line that stands in both, or was changed, ends as it did; a new one as the line before it, the first as most do.
    """
    said = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    before = _parted(base)
    usual = Counter(end for _, end in before if end).most_common(1)
    default = usual[0][0] if usual else "\n"
    kept = dict.fromkeys(range(len(said)), "")
    # Lines that are everywhere, such as empty ones, only lengthen runs of others (difflib's autojunk): it stays quick.
    for what, at, to, now, end_now in SequenceMatcher(None, [line for line, _ in before], said).get_opcodes():
        if what in {"equal", "replace"}:  # of replaced lines each is taken for what stands at its place now
            kept |= {now + i: before[at + i][1] for i in range(min(to - at, end_now - now))}
    out: list[str] = []
    end = default
    for number, line in enumerate(said[:-1]):
        end = kept[number] or end
        out.append(line + end)
    return "".join(out) + said[-1]


def _parted(text: str) -> list[tuple[str, str]]:
    """Each line of a text and its end; behind the last end stands one more line, which may be empty and has none."""
    parted = [(bare := line.rstrip("\r\n"), line[len(bare) :]) for line in lines(text)]
    return parted if parted and not parted[-1][1] else [*parted, ("", "")]
