"""One word for each thing, and plain English: words and phrases that were retired do not come back."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]

RETIRED = {
    # Words of the glossary, and what they replaced
    r"\bletters?\b(?!-spacing)": "email",
    r"\bwish(es|ed)?\b": "purchase request",
    r"\blink places?\b|\bplaces? (left|free)\b|\bfree places?\b|\b(its|the) place is (held|free)\b": "link slot",
    r"\bsettl(e|es|ed|ing|ement|ements)\b(?!-delayed)": "fulfill, or decide",
    r"\bone too many\b|\bas (it was )?asked\b|\bwhat was asked\b": "a duplicate, or does not match its purchase",
    r"\bfrozen\b(?!=| quote| price| machine)|\bunfreeze\b": "on hold",
    r"\brests\b|\brested\b|\bresting\b": "is on hold",
    r"\breversals?\b|\bg(i|a)ve[ns]? (\w+ )?back\b|\bgiving back\b": "dispute, or refund",
    r"\bpromised\b": "written, queued or stored",
    r"\bfences?\b": "fencing token",
    r"\bstrik(e|es|ing)\b|\bstruck\b(?! through)|\bbells?\b|bellbroker": "minute, message, wake-up list",
    r"\b(doors?|floors?|(?<!with a )(?<!is a )verbs?)\b": "entry point, layer, function",
    r"\bowners?\b(?!'s (rights|id))": "customer, editor or operator",
    # Phrases that read as translated
    r"\b((?<!has )told|said)\b": "informed, printed, stored or sent",
    r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b|less\b|other\b)": "is not a …",
    r"\ball the same\b": "still, or nevertheless",
    r"\bat a word\b|\bwithout a word\b|\b(needs?|for) a word\b|'s (own )?word (for|on)\b|\blast word\b": "decision",
    r"\bwh(o|at)ever (is|was|has|wants|needs|knows|asks|waits|fails|comes|lost)\b": "anyone who, any … that",
    r"\bwhat (came|went)\b|\bcomes? to pass\b|\bcame to pass\b|\bcame of it\b": "result",
    r"\b(is|are|was|were|be|been|being|goes|gone|went|stays?|stayed) away\b|\b(?-i:AWAY)\b": "unavailable, or down",
    r"\bstands?\b(?! in for|-in| still)": "is",
    r"\bof (its|their|our|his|her|one's) own\b": "own",
    r"\bsits? still\b": "is stuck",
    r"\bheard of\b": "known",
    r"\bnobody's\b|\beverybody's\b": "unknown",
}
"""Each retired pattern, and what to write instead."""

ALLOWED = {
    # Old names in code spans, for operators who look for them
    "CHANGELOG.md": r"`[^`]+`|alike letters",
    # Letters of alphabets
    "src/": r"(ASCII|capital|lower-case|[Ii]nvisible|fewer|two) letters|a letter or a|no letter is|lambda letter.*",
    "src/blogqueue/catalogue/": r"(\w+ )?\bletters?\b",
    "docs/how-to/add-a-check.md": r"letters of",
    # An option of pg_dump
    "docs/operations.md": r"--no-owner",
    # The same, and code fences and struck text of Markdown
    "src/blogqueue/writing/": r"(\w+ )?\bletters?\b[^.]{0,20}|\bfences?\b|struck text",
}
"""What is not searched, by the beginning of a path: a regular expression, with the reason."""

SEARCHED = ("src", "docs", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "tests/README.md",
            ".env.example", "supervisord.conf", "Makefile", ".ci/run", ".github")  # fmt: skip
NOT_SEARCHED = re.compile(r"\.(png|ico|svg|woff2)$|/prose/|/static/vendor/|openapi_client|swagger")


def list_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *SEARCHED],  # noqa: S607 - git, wherever it is
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / name for name in names if not NOT_SEARCHED.search(name)]


def find_retired(file: Path) -> list[str]:
    """Return each retired word of a file with its line and what to write instead. Names of tests are not words."""
    name = str(file.relative_to(ROOT))
    text = re.sub(r"\btest_\w+", "", file.read_text(encoding="utf-8"))
    for beginning, pattern in ALLOWED.items():
        if name.startswith(beginning):
            text = re.sub(pattern, "", text)
    found = [
        (text.count("\n", 0, match.start()) + 1, match.group(), better)
        for pattern, better in RETIRED.items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    return [f"{name}:{line}: {word!r}, write: {better}" for line, word, better in sorted(found)]


def test_retired_words_do_not_come_back() -> None:
    assert [found for file in list_files() for found in find_retired(file)] == []
