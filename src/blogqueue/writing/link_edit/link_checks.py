"""Checks of the one link that was bought, and that nothing else new leads anywhere."""

from collections import Counter
from urllib.parse import urlsplit

from blogqueue.writing.link_edit.check_input import Case, problem
from blogqueue.writing.markdown.contact_details import addresses, hosts
from blogqueue.writing.questions import Problem


def link_exactly_once(case: Case) -> list[Problem]:
    """The literal `[anchor](url)` stands in the edited block once, and in the article no other time.

    A set of rendered links alone would let through a title, an anchor in code, and other spellings of one URL.
    """
    if case.applied.new_text.count(case.literal) == 1 and case.after.article.count(case.literal) == 1:
        return []
    message = (
        f"The text must hold the link exactly once, written exactly {case.literal}, and the article no second one."
    )
    return problem("link_exactly_once", message, case.applied.new_text)


def link_set(case: Case) -> list[Problem]:
    """The rendered links are those of before and the wanted one: same target, words and title, exactly compared."""
    old = Counter((link.url, link.text, link.title) for link in case.before.links)
    new = Counter((link.url, link.text, link.title) for link in case.after.links)
    wanted = Counter({(case.wanted.link.target_url, case.wanted.link.anchor_text, ""): 1})
    if new == old + wanted:
        return []
    added = ", ".join(f"{url} ({text})" for url, text, _ in new - old - wanted)
    lost = ", ".join(f"{url} ({text})" for url, text, _ in old + wanted - new)
    message = "The article must hold the links it had and the wanted one, no other, none changed and none lost."
    return problem("link_set", message, "; ".join(filter(None, (added and f"new: {added}", lost and f"lost: {lost}"))))


def not_in_emphasis(case: Case) -> list[Problem]:
    """The link stands in no emphasis, and its words are neither emphasised nor code."""
    found = [link for block in case.new for inline in block.inlines for link in inline.links if case.is_wanted(link)]
    if all(link.plain for link in found):
        return []
    message = "The link must stand in plain text: not in emphasis, strong or struck text, and its words not as code."
    return problem("not_in_emphasis", message, case.applied.new_text)


def no_bare_url(case: Case) -> list[Problem]:
    """No URL, `www.` name, e-mail address or host name is added as text, nor a mention of the target's host.

    GFM renderers link what CommonMark leaves as text; and a name beside the link would be a second, unpaid one.
    Looked for in what a reader sees and in the source alike, since renderers differ in where they look. What looks like
    a host name and stands elsewhere in the article or came with the order ("Node.js") is free to use.
    """
    source = case.applied.new_text.replace(case.literal, " ")
    new = {*addresses(" ".join(case.new_segments())), *addresses(source)}
    # A whole article has nothing before it, and may name files and functions as code.
    named = set(hosts("\n".join(case.new_segments(code=bool(case.old)))))
    target = (urlsplit(case.wanted.link.target_url).hostname or "").removeprefix("www.")
    own = {host for host in named if f".{host}".endswith(f".{target}")}
    if named - own:
        named -= set(hosts("\n".join([case.before.article, case.wanted.link.anchor_text, *case.wanted.ordered])))
    old = case.old_text(), case.old_source
    found = (new | named | own).difference(*map(addresses, old), *map(hosts, old))
    if not found:
        return []
    message = "Beside the link the text must name no URL, host name or e-mail address that was not there."
    return problem("no_bare_url", message, " ".join(sorted(found)))
