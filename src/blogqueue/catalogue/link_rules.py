"""The rules for what customers enter: target URL, anchor text, notes, topic and email address.

Each `validate_…` function returns the value as it will be stored, or raises RuleError with the rule's name and a
sentence. They look only at the text: nothing that a customer enters is ever fetched.
"""

import html
import ipaddress
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

import email_validator
import idna

from blogqueue.settings import settings
from blogqueue.writing.markdown.contact_details import find_addresses
from blogqueue.writing.markdown.disguises import find_all_hosts
from blogqueue.writing.markdown.invisible import drop_needed, find_invisible
from blogqueue.writing.markdown.links import Link, find_links, format_link
from blogqueue.writing.markdown.scripts import find_mixed_words, find_scripts

URL_LENGTH = 2048
ANCHOR_LENGTH = 80
NOTES_LENGTH = 1000
TOPIC_LENGTH = 200
NICHE_LENGTH = 100
KEYWORD_LENGTH = 80

# Top-level names without public hosts: special-use names (RFC 6761, 6762, 7686, 8375, 9476), names that private
# networks use (RFC 6762 appendix G; ICANN has withheld corp, home and mail since 2018 for this reason), and default
# names of machines. "example" and "test" are special too, but do no harm, and people try them first.
PRIVATE_SUFFIXES = frozenset((
    "alt", "arpa", "invalid", "local", "localhost", "onion",
    "corp", "home", "internal", "intranet", "lan", "mail", "private",
    "domain", "intra", "localdomain", "workgroup",
))  # fmt: skip

# Every character that Markdown, HTML or the templates of a site generator may read as markup.
MARKUP = frozenset('[]()<>`*_!|\\~#{}"^=')


class RuleError(ValueError):
    """A value breaks a rule; `rule` is its name."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def validate_target_url(value: str) -> str:
    """Return an absolute http(s) URL with a public host name, the host in lower case and punycode."""
    if len(value) > URL_LENGTH:
        raise RuleError("length", f"A URL must have at most {URL_LENGTH} characters.")
    if not value or value != value.strip() or any(c.isspace() or not c.isprintable() for c in value):
        raise RuleError("url", "Enter one URL, without spaces or invisible characters.")
    if any(c in '<>{}\\^`|"' for c in value):
        raise RuleError("url", 'A URL cannot contain any of < > { } \\ ^ ` | ".')
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise RuleError("url", "This is not a URL.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RuleError("scheme", "A URL must begin with https:// or http:// and a host name.")
    if parts.username is not None or parts.password is not None:
        raise RuleError("credentials", "A URL cannot contain a user name or a password.")
    if port not in {None, {"http": 80, "https": 443}[parts.scheme]}:
        raise RuleError("port", "A URL cannot name a port other than its scheme's own: 443 for https, 80 for http.")
    if not set("[]").isdisjoint(parts.netloc):
        raise RuleError("public_host", "Use a host name without brackets.")
    safe = "/%:@!$&'*+,;=~-._?"
    url = urlunsplit(
        (parts.scheme, validate_public_host(parts.hostname), quote(parts.path, safe), quote(parts.query, safe),
         quote(parts.fragment, safe)),
    )  # fmt: skip
    if len(url) > URL_LENGTH:
        raise RuleError("length", f"A URL must have at most {URL_LENGTH} characters.")
    return url


def validate_public_host(host: str) -> str:
    """Return a dotted host name that may be public, in punycode (IDNA 2008 with UTS 46 mapping)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        raise RuleError("public_host", "Use a host name instead of an IP address.")
    if host.endswith("."):
        raise RuleError("public_host", "Leave out the dot at the end of the host name.")
    try:
        name = idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise RuleError("public_host", "This is not a host name.") from error
    labels = name.split(".")
    # Browsers read a host whose last label is a number as an IP address: "127.1", "0x7f.1" (WHATWG URL §3.5).
    numeric = labels[-1].isdigit() or labels[-1].lower().startswith("0x")
    if len(labels) < 2 or numeric or labels[-1] in PRIVATE_SUFFIXES:  # noqa: PLR2004 - a dot makes two labels
        raise RuleError("public_host", "Use a public host name, such as www.example.com.")
    return name


def to_unicode_host(url: str) -> str:
    """Return the host of a stored URL in Unicode if that differs from its punycode, else ""."""
    host = urlsplit(url).hostname or ""
    try:
        name = idna.decode(host)
    except idna.IDNAError:
        return ""
    return name if name != host else ""


def explain_host(url: str) -> str:
    """Return how a host with letters beyond ASCII reads, and in which scripts, so that an editor sees a look-alike."""
    name = to_unicode_host(url)
    if not name:
        return ""
    scripts = " and ".join(sorted(script.capitalize() for script in find_scripts(name.rpartition(".")[0])))
    warning = "; a word mixes scripts, as look-alikes do" if find_mixed_words(name) else ""
    return f"reads as {name} ({scripts} letters{warning})"


def validate_anchor_text(value: str) -> str:
    """Return one line of plain text that reads the same in Markdown, in HTML and as text."""
    text = unicodedata.normalize("NFC", value).strip()
    seen = drop_needed(text)
    if not text:
        raise RuleError("required", "Enter an anchor text.")
    if len(text) > ANCHOR_LENGTH:
        raise RuleError("length", f"An anchor text must have at most {ANCHOR_LENGTH} characters.")
    if not seen.isprintable() or find_invisible(seen):
        raise RuleError("plain_text", "An anchor text must be one line without invisible characters.")
    if found := next((c for c in text if c in MARKUP), ""):
        raise RuleError("no_markup", f"An anchor text must be plain text; please leave out “{found}”.")
    if html.unescape(text) != text:
        raise RuleError("no_markup", "An anchor text must be plain text; please leave out HTML codes such as &amp;.")
    if "  " in seen:
        raise RuleError("plain_text", "Use single spaces between the words of an anchor text.")
    if "@" in text or find_addresses(text):
        raise RuleError("no_url", "An anchor text must be words, not a web or email address.")
    if not any(c.isalnum() for c in text):
        raise RuleError("plain_text", "An anchor text must contain a letter or a digit.")
    return text


def validate_named_host(anchor: str, url: str) -> str:
    """Return an anchor text. Raises RuleError if it names a host other than the target's: readers would be misled."""
    target = urlsplit(url).hostname or ""
    own = {target, idna.decode(target)} if "xn--" in target else {target}
    for named in find_all_hosts(anchor):
        host = named.partition("/")[0]
        if not any(one == host or one.endswith(f".{host}") for one in own):
            raise RuleError(
                "named_host", f"An anchor text that names a host must name that of the target URL, {target}."
            )
    return anchor


def validate_notes(value: str) -> str:
    """Return the customer's notes about where the link should go: data for the model, never instructions to it."""
    text = value.replace("\r\n", "\n").strip()
    if len(text) > NOTES_LENGTH:
        raise RuleError("length", f"Notes must have at most {NOTES_LENGTH} characters.")
    if any(not c.isprintable() and c not in "\n\u00a0\u202f" for c in drop_needed(text)):
        raise RuleError("plain_text", "Notes cannot contain invisible characters.")
    return text


def validate_phrase(value: str, longest: int) -> str:
    """Return one line of text, such as a topic: punctuation is allowed, markup and addresses are not."""
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > longest:
        raise RuleError("length", f"Must have at most {longest} characters.")
    seen = drop_needed(text)
    if not seen.isprintable() or find_invisible(seen):
        raise RuleError("plain_text", "Must be one line without invisible characters.")
    if found := next((c for c in text if c in "[]<>{}`|\\"), ""):
        raise RuleError("no_markup", f"Must be plain text; please leave out “{found}”.")
    if "@" in text or find_addresses(text):
        raise RuleError("no_url", "Must be words, not a web or email address.")
    return text


def validate_topic(value: str) -> str:
    """Return the topic of a new article."""
    text = validate_phrase(value, TOPIC_LENGTH)
    if sum(map(str.isalnum, text)) < 3:  # noqa: PLR2004 - fewer letters name no topic
        raise RuleError("required", "Enter a topic: a few words on what the article is about.")
    return text


def validate_email(value: str) -> str:
    """Return one plausible email address (RFC 5321), its domain in lower case and punycode; delivery is not tested."""
    try:
        found = email_validator.validate_email(
            value,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,  # at most 64 characters before the @ (RFC 5321 §4.5.3.1.1)
            test_environment=settings.env != "production",
        )
    except email_validator.EmailNotValidError as error:
        raise RuleError("email", "This is not an email address.") from error
    return found.ascii_email or found.normalized


def validate_link(url: str, anchor: str) -> Link:
    """Return the link for the article; a Markdown parser must read exactly these two values from it."""
    wanted = Link(url, anchor)
    if find_links(format_link(wanted)) != [wanted]:
        raise RuleError("url", "This URL cannot be written as a Markdown link; try percent-encoding it.")
    return wanted
