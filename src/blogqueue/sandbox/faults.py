"""A queue of faults for each party; docs/sandbox.md says what each fault does."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, cast

JSON = dict[str, Any]

EDITS = (
    "second_link",
    "other_target",
    "other_anchor",
    "no_link",
    "html",
    "bare_url",
    "notes_copied",
    "gutted",
    "huge",
    "unknown_block",
    "heading",
)
"""The ways in which an edit can be wrong."""

ARTICLES = (
    "second_link",
    "other_target",
    "no_link",
    "html",
    "short",
    "link_in_heading",
    "foreign_internal_link",
    "repeated",
)
"""The ways in which a whole article can be wrong."""

OPINIONS = (
    "relevant",
    "natural",
    "facts_changed",
    "factual_claim_added",
    "promotional",
    "on_topic",
    "in_language",
    "doubtful_claims",
    "disparaging",
)
"""The questions of a second opinion on an edit or an article."""

_ANSWER = ("yes", "no")
_NUMBER = int | float

KINDS: dict[str, dict[str, dict[str, Any]]] = {
    "model": {
        "slow": {"seconds": _NUMBER},
        "status": {"code": int, "retry_after": _NUMBER, "headers": dict},
        "malformed_json": {},
        "html": {},
        "nul": {},
        "no_usage": {},
        "no_usage_details": {},
        "cut": {},
        "refusal": {},
        "incomplete": {},
        "empty": {},
        "replace": {},
        "wrong_edit": {"name": EDITS},
        "wrong_article": {"name": ARTICLES},
        "opinion": dict.fromkeys(OPINIONS, _ANSWER),
    },
    "stripe": {
        "slow": {"seconds": _NUMBER},
        "status": {"code": int, "saved": bool},
        "drop_after": {},
        "refund_fails": {"seconds": _NUMBER},
        "refund_pending": {"seconds": _NUMBER},
        "tax_added": {},
    },
    "webhook": {
        "drop": {},
        "delay": {"seconds": _NUMBER},
        "duplicate": {"times_each": int},
        "reorder": {"seconds": _NUMBER},
    },
    "mail": {
        "slow": {"seconds": _NUMBER},
        "status": {"code": int, "at": ("rcpt", "data")},
        "down": {},
        "drop_after_data": {},
    },
    "chat": {
        "slow": {"seconds": _NUMBER},
        "status": {"code": int},
        "redirect": {},
    },
}
"""Party, kind, and the kind's own members: their type, or the values they may have."""

FILTERS = {
    "model": {"schema": str},
    "stripe": {"method": ("GET", "POST"), "path": str},
    "webhook": {"type": str},
    "mail": {"to": str},
    "chat": {"channel": str},
}
"""The members that limit a party's faults to some of its calls."""

# Members that these faults have unless they are given.
_DEFAULTS: dict[tuple[str, str], JSON] = {
    ("model", "replace"): {"schema": "link_edit"},
    ("model", "wrong_edit"): {"schema": "link_edit", "name": "second_link"},
    ("model", "wrong_article"): {"schema": "article", "name": "second_link"},
    ("model", "opinion"): {"schema": "*_opinion"},
    ("chat", "status"): {"code": 500},
    ("mail", "status"): {"code": 451, "at": "rcpt"},
}


@dataclass
class Faults:
    """The faults that are set; `times` counts down to 0, and -1 stays. A restart of the sandbox clears them."""

    queues: dict[str, list[JSON]] = field(default_factory=dict[str, list[JSON]])

    def set(self, wanted: object) -> str:
        """Replace the queues of the named parties. Return "", or an error message if nothing was changed."""
        if not isinstance(wanted, dict):
            return f"send an object of lists; the parties are {', '.join(KINDS)}"
        asked = cast("JSON", wanted)
        for party, faults in asked.items():
            if party not in KINDS:
                return f"unknown party {party!r}; known are {', '.join(KINDS)}"
            if not isinstance(faults, list):
                return f"{party} takes a list of faults"
            for fault in cast("list[object]", faults):
                error = _find_error(party, fault)
                if error:
                    return error
        for party, faults in asked.items():
            self.queues[party] = [
                {"times": 1, **_DEFAULTS.get((party, fault["kind"]), {}), **fault} for fault in faults
            ]
        return ""

    def take(self, party: str, *kinds: str, **about: str) -> JSON:
        """Use up one of the times of the next fault that applies to a call, and return it; {"kind": ""} if none does.

        Only faults of the named kinds apply (of any, if none is named), and only if their own filters, in which *
        matches anything, match `about`.
        """
        queue = self.queues.get(party, [])
        for fault in queue:
            fits = all(fnmatchcase(value, fault.get(name, "*")) for name, value in about.items())
            if fits and fault["times"] and (not kinds or fault["kind"] in kinds):
                fault["times"] -= fault["times"] > 0
                self.queues[party] = [other for other in queue if other["times"]]
                return fault
        return {"kind": ""}


def _find_error(party: str, fault: object) -> str:
    """Return what is wrong with a fault, or ""."""
    known = KINDS[party]
    if not isinstance(fault, dict) or fault.get("kind") not in known:
        return f"unknown fault {fault!r}; {party} knows {', '.join(sorted(known))}"
    given = cast("JSON", fault)
    members = known[given["kind"]] | FILTERS[party] | {"kind": str, "times": int}
    for name, value in given.items():
        if name not in members:
            return f"{given['kind']} of {party} has no {name!r}; it has {', '.join(members)}"
        wanted = members[name]
        if isinstance(wanted, tuple):
            if value not in wanted:
                return f"{name} of {given['kind']} is one of {', '.join(cast('tuple[str]', wanted))}, not {value!r}"
        elif not isinstance(value, wanted):
            return f"{name} of {given['kind']} cannot be {value!r}"
    return ""
