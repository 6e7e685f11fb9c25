"""Purchases: what was asked for before it is paid, with the offer frozen, and the magic link that confirms it."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from blogqueue import catalogue, letters, link_rules, tokens
from blogqueue.database import transaction
from blogqueue.errors import ConflictError, FieldError, InvalidError, NotFoundError, TooManyError
from blogqueue.link_rules import RuleError
from blogqueue.money import amount
from blogqueue.promises import Promised
from blogqueue.settings import settings
from blogqueue.states import PurchaseState
from blogqueue.tables import Article, Purchase
from blogqueue.versions import lock_article
from blogqueue.writing.blocks import eligible_blocks
from blogqueue.writing.links import Link, links_in

HOLD_MARGIN = timedelta(minutes=10)
"""A paid session's webhook may come this much later than the session's end before its link place is free again."""


class BacklinkWish(msgspec.Struct, frozen=True):
    """What a customer asks for: a link of theirs in an article."""

    article_id: UUID
    target_url: str
    anchor_text: str
    notes: str
    email: str


async def ask(wish: BacklinkWish, *, address: str, form_id: UUID | None = None) -> Promised:
    """Keep a purchase, hold a link place for it, and promise the magic link that confirms it.

    `address` is the caller's network address; it and the e-mail are rate-limited. `form_id` becomes the purchase's id:
    the same form sent twice, by a double click or the back button, is one purchase and one letter. Raises InvalidError,
    NotFoundError, ConflictError (not on sale, sold out, no paragraph fit for a link) and TooManyError.
    """
    wish = _checked(wish)
    address_hash = hashlib.sha256(f"{settings.secret_key.get_secret_value()}|{address}".encode()).hexdigest()
    async with transaction():
        await _on_sale(wish.article_id)
        await lock_article(wish.article_id)
        purchase_id = await _new_id(form_id, wish)
        if purchase_id is None:
            return Promised()
        offer = await catalogue.offer(wish.article_id)
        await _limited(wish.email, address_hash)
        if await catalogue.is_sold(wish.article_id, Link(wish.target_url, wish.anchor_text)):
            raise _already_there()
        _allowed(wish, offer, [link for link, _ in await catalogue.paid_links(offer.id)])
        expires_at = datetime.now(UTC) + timedelta(minutes=settings.magic_link_minutes)
        token = tokens.purchase_token(purchase_id)
        await Purchase.insert(
            Purchase(
                id=purchase_id,
                article_id=wish.article_id,
                base_version_id=offer.selected_version_id,
                details={"target_url": wish.target_url, "anchor_text": wish.anchor_text, "notes": wish.notes},
                email=wish.email,
                address_hash=address_hash,
                token_hash=tokens.hashed(token),
                token_expires_at=expires_at,
                holds_until=expires_at,
                price=offer.backlink_price,
                currency=offer.currency,
                rel=offer.rel,
            ),
        )
        letter_ids = await letters.promise(
            "magic_link",
            to=wish.email,
            purchase_id=purchase_id,
            confirm_url=f"{settings.public_url}/purchase/confirm?token={tokens.PLACEHOLDER}",
            minutes=settings.magic_link_minutes,
            article_title=offer.title,
            domain_name=offer.domain_name,
            target_url=wish.target_url,
            anchor_text=wish.anchor_text,
            price=amount(offer.backlink_price, offer.currency),
        )
    return Promised(letters=letter_ids)


async def by_token(token: str) -> Purchase:
    """The purchase that a magic link confirms. Raises NotFoundError, or ConflictError for one expired or paid."""
    purchase = (
        await Purchase.objects().where(Purchase.token_hash == tokens.hashed(token)).first().output(load_json=True)
    )
    if purchase is None:
        raise NotFoundError("token", field="token")
    if purchase.state in {PurchaseState.PAID, PurchaseState.HELD}:
        raise ConflictError(
            "This link was used: the purchase is paid.",
            code="token_used",
            details=[FieldError("token", "unused", "The purchase is paid already.")],
        )
    now = datetime.now(UTC)
    session_open = purchase.session_expires_at is not None and purchase.session_expires_at > now
    if purchase.state == PurchaseState.EXPIRED or (purchase.token_expires_at <= now and not session_open):
        raise ConflictError(
            "This link has expired. Please ask for the article again.",
            code="token_expired",
            details=[FieldError("token", "fresh", f"A link is good for {settings.magic_link_minutes} minutes.")],
        )
    return purchase


async def renew(token: str, *, address: str) -> Promised:
    """Ask once more for what an expired magic link confirmed, at today's terms; the new link goes to the same address.

    Raises NotFoundError for an unknown token, ConflictError for one that is paid (or about to be), and what `ask` does.
    """
    rows = (
        await Purchase.select(
            Purchase.article_id, Purchase.details, Purchase.email, Purchase.state, Purchase.payment_pending
        )
        .where(Purchase.token_hash == tokens.hashed(token))
        .output(load_json=True)
    )
    if not rows:
        raise NotFoundError("token", field="token")
    if rows[0]["state"] in {PurchaseState.PAID, PurchaseState.HELD}:
        raise ConflictError("This link was used: the purchase is paid.", code="token_used")
    if rows[0]["payment_pending"]:
        raise ConflictError("Your payment is on its way; there is nothing more to pay.", code="payment_pending")
    return await ask(
        BacklinkWish(article_id=rows[0]["article_id"], email=rows[0]["email"], **rows[0]["details"]), address=address
    )


async def expire() -> int:
    """Let go of the places of purchases that never went to the payment page in time; how many.

    One that did is let go by Stripe's word alone (`payments.reconcile`): it may have been paid.
    """
    rows = await Purchase.raw(
        "UPDATE purchases SET state = 'EXPIRED' WHERE state = 'OPEN' AND session_id IS NULL "
        "AND holds_until < clock_timestamp() RETURNING id",
    )
    return len(rows)


async def _new_id(form_id: UUID | None, wish: BacklinkWish) -> UUID | None:
    """The id of a new purchase, or None if this very form was taken before; another wish in it is another purchase."""
    if form_id is None:
        return uuid4()
    rows = (
        await Purchase.select(Purchase.article_id, Purchase.details, Purchase.email)
        .where(Purchase.id == form_id)
        .output(load_json=True)
    )
    if not rows:
        return form_id
    taken = BacklinkWish(article_id=rows[0]["article_id"], email=rows[0]["email"], **rows[0]["details"])
    return None if taken == wish else uuid4()


def _checked(wish: BacklinkWish) -> BacklinkWish:
    """The wish as it will be kept; every broken rule is named."""
    broken: list[FieldError] = []

    def kept(field: str, rule: Callable[[str], str], value: str) -> str:
        try:
            return rule(value)
        except RuleError as error:
            broken.append(FieldError(field, error.rule, error.message))
            return ""

    checked = BacklinkWish(
        article_id=wish.article_id,
        target_url=kept("targetUrl", link_rules.target_url, wish.target_url),
        anchor_text=kept("anchorText", link_rules.anchor_text, wish.anchor_text),
        notes=kept("notes", link_rules.notes, wish.notes),
        email=kept("email", link_rules.email, wish.email),
    )
    if not broken:
        kept("targetUrl", lambda url: link_rules.link(url, checked.anchor_text).target_url, checked.target_url)
    if broken:
        raise InvalidError(broken)
    return checked


async def _on_sale(article_id: UUID) -> None:
    rows = await Article.select(Article.status).where(Article.id == article_id)
    if not rows:
        raise NotFoundError("article", field="articleId")
    if rows[0]["status"] != "PUBLISHED":
        raise ConflictError(
            "This article is not on sale.",
            code="not_on_sale",
            details=[FieldError("articleId", "published", "Only published articles are on sale.")],
        )


def _allowed(wish: BacklinkWish, offer: catalogue.Offer, paid_links: list[Link]) -> None:
    """The domain's own policy, the article's places, and a paragraph fit for a link."""
    broken = [
        FieldError(field, "forbidden_word", f"{offer.domain_name} takes no links about “{word}”.")
        for field, text in (("targetUrl", wish.target_url), ("anchorText", wish.anchor_text), ("notes", wish.notes))
        for word in offer.forbidden_words
        if word.casefold() in text.casefold()
    ]
    if broken:
        raise InvalidError(broken)
    if offer.places < 1:
        raise ConflictError(
            "All link places of this article are taken.",
            code="sold_out",
            details=[
                FieldError("articleId", "places", f"An article carries at most {offer.max_paid_links} paid links."),
            ],
        )
    if Link(wish.target_url, wish.anchor_text) in links_in(offer.content_md):
        raise _already_there()
    if not eligible_blocks(offer.content_md, paid_links):
        raise ConflictError(
            "This article has no paragraph that can take a link.",
            code="no_room",
            details=[FieldError("articleId", "room", "A link needs a plain paragraph of some length.")],
        )


def _already_there() -> ConflictError:
    return ConflictError(
        "This article has this very link already, or it is being worked in.",
        code="already_there",
        details=[FieldError("anchorText", "new", "Choose another anchor text or another target.")],
    )


async def _limited(email: str, address_hash: str) -> None:
    rows = await Purchase.raw(
        "SELECT (SELECT count(*) FROM purchases WHERE lower(email) = lower({}) AND created_at > now() - interval '1h') "
        "AS by_email, (SELECT count(*) FROM purchases WHERE address_hash = {} AND created_at > now() - interval '1h') "
        "AS by_address",
        email,
        address_hash,
    )
    if (
        rows[0]["by_email"] >= settings.purchases_per_hour_and_email
        or rows[0]["by_address"] >= settings.purchases_per_hour_and_address
    ):
        raise TooManyError("Too many purchases were started lately. Please try again later.", retry_after=3600)
