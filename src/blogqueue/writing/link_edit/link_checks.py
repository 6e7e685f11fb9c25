"""Checks of the link that was bought, and that no other link or address is added."""

from collections import Counter
from urllib.parse import urlsplit

from blogqueue.writing.link_edit.check_input import CheckInput, report
from blogqueue.writing.markdown.contact_details import find_addresses
from blogqueue.writing.markdown.disguises import find_all_hosts, mentions_host
from blogqueue.writing.questions import Problem


def link_exactly_once(given: CheckInput) -> list[Problem]:
    """Require the literal `[anchor](url)` exactly once, in the edited block.

    Comparing rendered links alone would accept a title, an anchor text in code, and other spellings of the URL. The
    article may have the same characters already in a comment, in code or in front matter, where they make no link.
    """
    more_in_block = given.applied.new_text.count(given.literal) - given.old_source.count(given.literal)
    more_in_article = given.after.article.count(given.literal) - given.before.article.count(given.literal)
    if more_in_block == more_in_article == 1 and not _has_link(given):
        return []
    message = (
        f"The text must contain the link exactly once, written exactly {given.literal}, and the rest of the article "
        "must not contain it."
    )
    return report("link_exactly_once", message, given.applied.new_text)


def _has_link(given: CheckInput) -> bool:
    """Return whether the article has the link already."""
    known = given.requirements.link.anchor_text in given.before.article  # looking at every link takes longer
    return known and any(map(given.is_bought, given.before.links))


def link_set(given: CheckInput) -> list[Problem]:
    """Require exactly the links from before and the bought one, with the same URLs, texts and titles when rendered."""
    old = Counter((link.url, link.text, link.title) for link in given.before.links)
    new = Counter((link.url, link.text, link.title) for link in given.after.links)
    expected = old + Counter({(given.requirements.link.target_url, given.requirements.link.anchor_text, ""): 1})
    if new == expected:
        return []
    added = ", ".join(f"{url} ({text})" for url, text, _ in new - expected)
    lost = ", ".join(f"{url} ({text})" for url, text, _ in expected - new)
    message = "Keep every link that the article had, unchanged, and add only the bought link."
    return report("link_set", message, "; ".join(filter(None, (added and f"new: {added}", lost and f"lost: {lost}"))))


def not_in_emphasis(given: CheckInput) -> list[Problem]:
    """Refuse a link in emphasis, and an anchor text that is emphasised or code."""
    found = [
        link for block in given.new_blocks for inline in block.inlines for link in inline.links if given.is_bought(link)
    ]
    if all(link.plain for link in found):
        return []
    message = (
        "The link must be in plain text: not in emphasised, strong or struck text, and its anchor text not as code."
    )
    return report("not_in_emphasis", message, given.applied.new_text)


def no_bare_url(given: CheckInput) -> list[Problem]:
    """Refuse a new URL, `www.` name, email address or host name as text, and any mention of the target's host.

    GFM renderers turn bare addresses into links, and a host name beside the link would be a second, unpaid mention.
    Both the rendered text and the source are searched, since renderers differ in where they look. What looks like a
    host name ("Node.js") is allowed if it occurs elsewhere in the article or in the order.
    """
    source = given.applied.new_text.replace(given.literal, " ")
    new = {*find_addresses(" ".join(given.new_segments())), *find_addresses(source)}
    # A whole new article has no old blocks; it may name files and functions as code.
    text = "\n".join(given.new_segments(code=bool(given.old_blocks)))
    named = find_all_hosts(text)
    target = (urlsplit(given.requirements.link.target_url).hostname or "").removeprefix("www.")
    own = {host for host in named if f".{host}".endswith(f".{target}")}
    if mentions_host(text, target):
        own.add(target)
    named = given.drop_published(named - own, find_all_hosts)
    if named:
        named -= find_all_hosts("\n".join([given.requirements.link.anchor_text, *given.requirements.brief_phrases]))
    found = new | named | own
    for old in (given.old_text(), given.old_source) if found else ():
        found = found.difference(
            find_addresses(old), find_all_hosts(old), {target} if mentions_host(old, target) else ()
        )
    if not found:
        return []
    message = "Beside the link, do not add any URL, host name or email address."
    return report("no_bare_url", message, " ".join(sorted(found)))
