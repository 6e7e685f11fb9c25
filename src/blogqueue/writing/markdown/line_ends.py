"""Line ends of a text that an editor changed in a form: browsers send CRLF for every line, whatever the file had."""

from collections import Counter
from difflib import SequenceMatcher

from blogqueue.writing.markdown.front_matter import split_lines


def restore_line_ends(written: str, base: str) -> str:
    r"""Return the text that an editor wrote, with the line ends of the text that it is based on.

    An unchanged or changed line keeps its line end. A new line gets the line end of the line above; if it is the first
    line, the one that most lines of `base` have, else \n.
    """
    new = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    old = _split_line_ends(base)
    usual = Counter(end for _, end in old if end).most_common(1)
    end = usual[0][0] if usual else "\n"
    known: dict[int, str] = {}
    # difflib's autojunk stays on: very frequent lines, such as empty ones, only extend matches, which keeps this fast.
    for kind, i, j, k, m in SequenceMatcher(None, [line for line, _ in old], new).get_opcodes():
        if kind in {"equal", "replace"}:  # replaced lines are paired by position
            known |= {k + n: old[i + n][1] for n in range(min(j - i, m - k))}
    out: list[str] = []
    for number, line in enumerate(new[:-1]):
        end = known.get(number) or end
        out.append(line + end)
    return "".join(out) + new[-1]


def _split_line_ends(text: str) -> list[tuple[str, str]]:
    """Return each line of a text and its line end; the last line, which may be empty, has none."""
    split = [(bare := line.rstrip("\r\n"), line[len(bare) :]) for line in split_lines(text)]
    return split if split and not split[-1][1] else [*split, ("", "")]
