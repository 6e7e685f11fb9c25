"""What a customer may ask for: the rules for a target URL, an anchor text, notes, a topic and an e-mail address.

Each function returns the value as it will be kept, or raises `RuleError` with the rule's name and a sentence.
Nothing of the customer's is ever fetched; these are rules about words.
"""

import html
import ipaddress
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

import idna
from email_validator import EmailNotValidError, validate_email

from blogqueue.settings import settings
from blogqueue.writing.markdown.contact_details import find_addresses
from blogqueue.writing.markdown.invisible import find_invisible
from blogqueue.writing.markdown.links import Link, find_links, format_link

URL_LENGTH = 2048
ANCHOR_LENGTH = 80
NOTES_LENGTH = 1000
TOPIC_LENGTH = 200
NICHE_LENGTH = 100
KEYWORD_LENGTH = 80

# Top-level names where nothing public is: special-use names (RFC 6761, 6762, 7686, 8375, 9476), those that private
# networks use (RFC 6762 appendix G; ICANN withholds corp, home and mail since 2018, as they are in such use), and
# what machines call themselves. "example" and "test" are special too, but harm nobody and are what people try first.
PRIVATE_SUFFIXES = frozenset((
    "alt", "arpa", "invalid", "local", "localhost", "onion",
    "corp", "home", "internal", "intranet", "lan", "mail", "private",
    "domain", "intra", "localdomain", "workgroup",
))  # fmt: skip

# Anything that Markdown, HTML or a site generator's templates read as markup.
MARKUP = frozenset('[]()<>`*_!|\\~#{}"^=')


class RuleError(ValueError):
    """A value breaks a rule; `rule` is its name."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def target_url(value: str) -> str:
    """An absolute http(s) URL with a public host name; the host in lower case and punycode, the rest as given."""
    if len(value) > URL_LENGTH:
        raise RuleError("length", f"A URL has at most {URL_LENGTH} characters.")
    if not value or value != value.strip() or any(c.isspace() or not c.isprintable() for c in value):
        raise RuleError("url", "Give one URL, without spaces or invisible characters.")
    if any(c in '<>{}\\^`|"' for c in value):
        raise RuleError("url", 'A URL has none of < > { } \\ ^ ` | ".')
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise RuleError("url", "This is not a URL.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RuleError("scheme", "A URL begins with https:// or http:// and a host name.")
    if parts.username is not None or parts.password is not None:
        raise RuleError("credentials", "A URL has no user name or password in it.")
    if port not in {None, 80, 443}:
        raise RuleError("port", "A URL has no port of its own.")
    safe = "/%:@!$&'*+,;=~-._?"
    url = urlunsplit(
        (parts.scheme, public_host(parts.hostname), quote(parts.path, safe), quote(parts.query, safe),
         quote(parts.fragment, safe)),
    )  # fmt: skip
    if len(url) > URL_LENGTH:
        raise RuleError("length", f"A URL has at most {URL_LENGTH} characters.")
    return url


def public_host(host: str) -> str:
    """A dotted host name that may be public, in punycode (IDNA 2008 with UTS 46 mapping)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        raise RuleError("public_host", "A URL names a host; an address in digits is not accepted.")
    try:
        name = idna.encode(host.rstrip("."), uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise RuleError("public_host", "This is not a host name.") from error
    labels = name.split(".")
    # A last label of digits would be read as an address ("127.1", "0x7f.1"); WHATWG URL §3.5 ends-in-a-number.
    numeric = labels[-1].isdigit() or labels[-1].lower().startswith("0x")
    if len(labels) < 2 or numeric or labels[-1] in PRIVATE_SUFFIXES:  # noqa: PLR2004 - a dot makes two labels
        raise RuleError("public_host", "A URL names a public host, such as www.example.com.")
    return name


def shown_host(url: str) -> str:
    """The host of a kept URL as people read it, when that differs from its punycode; else ""."""
    host = urlsplit(url).hostname or ""
    try:
        name = idna.decode(host)
    except idna.IDNAError:
        return ""
    return name if name != host else ""


def anchor_text(value: str) -> str:
    """One line of plain words that is the same as Markdown, as HTML and as text."""
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise RuleError("required", "An anchor text is needed.")
    if len(text) > ANCHOR_LENGTH:
        raise RuleError("length", f"An anchor text has at most {ANCHOR_LENGTH} characters.")
    if not text.isprintable() or find_invisible(text):
        raise RuleError("plain_text", "An anchor text is one line without invisible characters.")
    if found := next((c for c in text if c in MARKUP), ""):
        raise RuleError("no_markup", f"An anchor text is plain words; please leave out “{found}”.")
    if html.unescape(text) != text:
        raise RuleError("no_markup", "An anchor text is plain words; an & with a name and a semicolon is HTML.")
    if text != " ".join(text.split(" ")) or "  " in text or any(c.isspace() and c != " " for c in text):
        raise RuleError("plain_text", "An anchor text has single spaces between its words.")
    if "@" in text or find_addresses(text):
        raise RuleError("no_url", "An anchor text is words, not an address.")
    if not any(c.isalnum() for c in text):
        raise RuleError("plain_text", "An anchor text has at least a letter or a digit.")
    return text


def notes(value: str) -> str:
    """The customer's wishes about the place: data for the writer, never an instruction."""
    text = value.replace("\r\n", "\n").strip()
    if len(text) > NOTES_LENGTH:
        raise RuleError("length", f"Notes have at most {NOTES_LENGTH} characters.")
    if any(not c.isprintable() and c != "\n" for c in text):
        raise RuleError("plain_text", "Notes have no invisible characters.")
    return text


def phrase(value: str, longest: int) -> str:
    """One line of words, such as a topic: punctuation is welcome, markup and addresses are not."""
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > longest:
        raise RuleError("length", f"This has at most {longest} characters.")
    if not text.isprintable() or find_invisible(text):
        raise RuleError("plain_text", "This is one line without invisible characters.")
    if found := next((c for c in text if c in "[]<>{}`|\\"), ""):
        raise RuleError("no_markup", f"This is plain words; please leave out “{found}”.")
    if "@" in text or find_addresses(text):
        raise RuleError("no_url", "This is words, not an address.")
    return text


def topic(value: str) -> str:
    """What a new article is to be about."""
    text = phrase(value, TOPIC_LENGTH)
    if sum(map(str.isalnum, text)) < 3:  # noqa: PLR2004 - fewer letters name no topic
        raise RuleError("required", "A topic is needed: a few words on what the article is about.")
    return text


def email(value: str) -> str:
    """One deliverable-looking address (RFC 5321), its domain in lower case and punycode."""
    try:
        found = validate_email(
            value,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,  # at most 64 characters before the @ (RFC 5321 §4.5.3.1.1)
            test_environment=settings.env != "production",
        )
    except EmailNotValidError as error:
        raise RuleError("email", "This is not an e-mail address.") from error
    return found.ascii_email or found.normalized


def link(url: str, anchor: str) -> Link:
    """The link as it will stand in the article; Markdown must read it back as exactly these two values."""
    wanted = Link(url, anchor)
    if find_links(format_link(wanted)) != [wanted]:
        raise RuleError("url", "This URL cannot be written as a Markdown link; try it percent-encoded.")
    return wanted
