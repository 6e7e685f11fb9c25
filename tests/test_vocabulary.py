"""One word for each thing, and plain English: words and phrases that were retired do not come back."""

import re
import subprocess
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

import pytest

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
    r"(?<![-.])(?<!cross )\bsites?\b(?! (generators?|name)\b|=|\.\w|-)": "domain, or website",
    r"\bspots?\b": "link slot",
    r"\bsecond (reader|AI review)\b": "second opinion",
    r"\bmail(ed|ing|s)\b": "emailed",
    # Phrases that read as translated
    r"\b((?<!has )told|said)\b": "informed, printed, stored or sent",
    r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b|less\b|other\b)": "is not a …",
    r"\ball the same\b": "still, or nevertheless",
    r"\bat a word\b|\bwithout a word\b|\b(needs?|for) a word\b|'s (own )?word (for|on)\b|\blast word\b": "decision",
    r"\bwhoever\b|\bwhatever (is|was|has|wants|needs|knows|asks|waits|fails|comes|lost)\b": "anyone who, any … that",
    r"\bwhat (came|went)\b|\bcomes? to pass\b|\bcame to pass\b|\bcame of it\b": "result",
    r"\b(is|are|was|were|be|been|being|goes|going|gone|went|stays?|stayed) away\b|\baway (?=until\b)|"
    r"\b(database|Redis|PostgreSQL|broker|provider) away\b|\b(?-i:AWAY)\b": "unavailable, or down",
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
    # A folder of Jekyll
    "src/blogqueue/catalogue/importer/walk.py": r'" site"',
    # The name of an index
    "src/blogqueue/payments/": r"stripe events reversals",
    # The sandbox stands in for others: Stripe's fields, and what the model is asked about a site
    "src/blogqueue/sandbox/": r"\b(site|mails|settle|transfer reversal)\b",
    # Names of files
    "tests/README.md": r"`[^`]+`",
    # An option of pg_dump
    "docs/operations.md": r"--no-owner",
    # The same, code fences and struck text of Markdown, and the site of an article or a brief
    "src/blogqueue/writing/": r"(?i)(\w+ )?\bletters?\b[^.]{0,20}|\bfences?\b|struck text|\bsite\b|\blink place\b",
}
"""What is not searched, by the beginning of a path: a regular expression, with the reason; each _ is a space."""

SEARCHED = ("src", "docs", "deploy", "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "tests/README.md",
            ".env.example", "supervisord.conf", "Makefile", ".ci/run", ".github")  # fmt: skip
NOT_SEARCHED = re.compile(r"\.(png|ico|svg|woff2)$|/prose/|/static/vendor/|openapi_client|swagger")


def list_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *SEARCHED],  # noqa: S607 - git, wherever it is
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / name for name in names if not NOT_SEARCHED.search(name)]


def list_words(text: str) -> list[tuple[str, int]]:
    """Return the words of a text, each with its line; without the marks of comments, list items and broken strings."""
    return [
        (word, number)
        for number, line in enumerate(text.splitlines(), 1)
        for word in re.sub(r'^\s*(#+ |\* |f?")|"$', "", line).split()
    ]


def find_retired(file: Path, root: Path = ROOT) -> list[str]:
    """Return each retired word of a file with its line and what to write instead.

    The parts of a name are words, but not those of a test's name.
    """
    name = str(file.relative_to(root))
    text = re.sub(r"\btest_\w+", "", file.read_text(encoding="utf-8")).replace("_", " ")
    for beginning, pattern in ALLOWED.items():
        if name.startswith(beginning):
            text = re.sub(pattern, "", text)
    words = list_words(text)
    starts = list(accumulate((len(word) + 1 for word, _ in words), initial=0))
    joined = " ".join(word for word, _ in words)  # a phrase may be broken at the end of a line
    found = [
        (words[bisect_right(starts, match.start()) - 1][1], match.group(), better)
        for pattern, better in RETIRED.items()
        for match in re.finditer(pattern, joined, re.IGNORECASE)
    ]
    return [f"{name}:{line}: {word!r}, write: {better}" for line, word, better in sorted(found)]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("Redis was\n    away twice", 1, "was away"),
        ("Redis was\n    # away twice", 1, "was away"),
        ("one line\nAWAY_SECONDS = 5", 2, "AWAY"),
        ("async def give_back():", 1, "give back"),
        ("A site's host.", 1, "site"),
        ("It leaves the site.", 1, "site"),
        ('"Redis was "\n    "away."', 1, "was away"),
        ("* it was\n* away", 1, "was away"),
    ],
)
def test_a_retired_phrase_is_found_across_lines_and_in_names(text: str, line: int, found: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(text)
    (one,) = find_retired(tmp_path / "page.md", tmp_path)
    assert one.startswith(f"page.md:{line}: {found!r}")


@pytest.mark.parametrize(
    "text", ["/etc/nginx/sites-available", "lib/site-packages", "site.pages", "a website", "email"]
)
def test_right_words_are_left_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(text)
    assert find_retired(tmp_path / "page.md", tmp_path) == []


def test_retired_words_do_not_come_back() -> None:
    assert [found for file in list_files() for found in find_retired(file)] == []
