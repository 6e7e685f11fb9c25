"""What makes a host name of a name with dots: an ending that the root zone has; and abbreviations that have one."""

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_DIGITS_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

_EXAMPLES = frozenset(("example", "test"))
"""Endings of names in examples (RFC 2606); no other ending is missing in the public suffix list, which has .onion."""

_ONE_LETTER_HOSTS = frozenset((
    "q.com", "x.com", "z.com", "i.net", "q.net", "w.org", "x.org", "a.co", "g.co", "t.co", "c.ai", "x.ai", "j.mp",
    "s.id", "t.ly", "t.me", "u.to", "v.gd", "w.wiki", "g.page",
))  # fmt: skip
"""Hosts of one letter and an ending that people know. All others are abbreviations to a reader: m.in., p.es., f.Kr.,
B.Sc., S.Si.; .com, .net and .org have no more than these, as IANA keeps the other letters."""

_TITLES = frozenset((
    # Degrees and professions: Dr.med., dipl.ing., cand.mag., prof.dr.ir., dr.sc., ThS.BS, Sp.JP, S.Pd.SD, Prof.Me.
    "ag", "art", "avv", "bacc", "bc", "bs", "cand", "conf", "dent", "dhr", "dipl", "doc", "dott", "dr", "drd", "drs",
    "ds", "et", "farm", "fil", "gs", "ing", "ir", "it", "jp", "lek", "lic", "ls", "ma", "mag", "me", "med", "mgr", "mr",
    "ms", "mw", "pa", "pd", "pgs", "ph", "pk", "prof", "sc", "sd", "si", "siv", "sp", "spec", "stud", "tekn", "ths",
    "ts", "univ", "vet",
    # Before Christ in Croatian; parts of a Turkish firm's name
    "po", "pr", "kr", "san", "ve", "tic", "ltd",
))  # fmt: skip
"""Abbreviations that are written one after another, some of which are endings of hosts, too."""

_ABBREVIATION = re.compile(
    r"""
    (\w)\1\.(\w)\2                                                  # plurals: EE.UU., RR.SS., FF.SS.
    | \d+\.er                                                       # 21.er
    | \w+\.nr                                                       # Art.Nr.
    | (?:chiar|ecc|egr|em|ex|gent|il|ill|preg|rev|sig)\.(?:m[aeio]|na)   # Gent.mo, Sig.na
    | (?:exc?|il)mo\.sr                                             # Exmo.Sr.
    """,
    re.VERBOSE,
)


def to_host(name: str) -> str:
    """Return the host of a dotted, casefolded name, or "" if it does not look like one; an IPv4 address is a host."""
    if _DIGITS_DOTTED.fullmatch(name):
        return name
    *labels, last = name.lstrip("-_").removeprefix("www.").split(".")
    ending = last if last.startswith("xn--") else last.partition("-")[0]
    if not labels or not _is_top_level(ending) or _is_abbreviation(labels, ending):
        return ""
    return ".".join([*labels, ending])


def _is_abbreviation(labels: list[str], ending: str) -> bool:
    name = ".".join([*labels, ending])
    if all(len(label) == 1 for label in labels):
        return not (name in _ONE_LETTER_HOSTS or ending in _EXAMPLES or ending.startswith("xn--"))
    short = all(len(label) == 1 or label in _TITLES for label in [*labels, ending])
    return short or bool(_ABBREVIATION.fullmatch(name))


@lru_cache(maxsize=4096)
def _is_top_level(ending: str) -> bool:
    """Return whether a host name may end so; nobody can visit any other."""
    return ending in _EXAMPLES or _load_suffixes().publicsuffix(ending) is not None


@lru_cache(maxsize=1)
def _load_suffixes() -> PublicSuffixList:
    """Read the public suffix list, at the first name with a dot and not at the start: it takes 35 ms and 0.7 MB."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)
