"""Purchases: a request with its frozen quote, from the magic link that confirms it to its payment or its end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from piccolo.columns.combination import WhereRaw

from blogqueue import tokens
from blogqueue.catalogue import slots
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.engine import NOW, fetch, transaction
from blogqueue.db.rows import find_row, insert_row
from blogqueue.db.tables.catalogue import Article
from blogqueue.db.tables.orders import Purchase
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, FieldError, NotFoundError
from blogqueue.localized import format_price
from blogqueue.orders import purchase_limits, requests
from blogqueue.orders.requests import PurchaseRequest, Quote
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import ArticleStatus, OrderKind, PurchaseState
from blogqueue.writing.markdown.links import Link

HOLD_MARGIN = timedelta(minutes=10)
"""How long a link slot stays held after the end of its Checkout Session, whose webhook may come late."""


async def create(purchase_request: PurchaseRequest, *, address: str, form_id: UUID | None = None) -> Outbox:
    """Store a purchase and the email with its magic link; a link slot is held when that is opened (`open_link`).

    It replaces the earlier purchases for the same by the same email address that hold nothing. `address` is the
    caller's network address; purchases are limited (`orders.purchase_limits`). `form_id` becomes the purchase's id, so
    that a form sent twice, by a double click or the back button, makes one purchase and one email.
    Raises InvalidError, NotFoundError, ConflictError (not on sale, sold out, no paragraph for a link) and TooManyError.
    """
    purchase_request = requests.validate(purchase_request)
    address_hash = purchase_limits.hash_network(address)
    async with transaction():
        await requests.lock(purchase_request)
        purchase_id = await _choose_id(form_id, purchase_request)
        if purchase_id is None:
            return Outbox()
        await purchase_limits.check(purchase_request.email, address_hash)
        same = await _find_same(purchase_request)
        quote = await requests.quote(purchase_request, besides=[one.id for one in same])
        # Counted only now: a customer who finds articles sold out has not started a purchase.
        await purchase_limits.take(purchase_request.email)
        # One that holds a slot, or is on the payment page, goes on until this one is confirmed too.
        await _end([one.id for one in same if one.slot_held_until is None and one.session_number == 0])
        await _store(purchase_id, purchase_request, quote, address_hash=address_hash)
        return await emails.create(
            "magic_link",
            to=purchase_request.email,
            purchase_id=purchase_id,
            confirm_url=f"{settings.public_url}/purchase/confirm?token={tokens.PLACEHOLDER}",
            minutes=settings.magic_link_ttl_minutes,
            # Nothing that was typed into the form: the address may be that of somebody else.
            item=quote.subject if quote.base_version_id else "a new article",
            domain_name=quote.domain_name,
            price=format_price(quote.price, quote.currency),
        )


async def _store(purchase_id: UUID, purchase_request: PurchaseRequest, quote: Quote, *, address_hash: str) -> None:
    """Store a purchase, in the caller's transaction."""
    expires_at = datetime.now(UTC) + timedelta(minutes=settings.magic_link_ttl_minutes)
    await insert_row(
        Purchase(
            id=purchase_id,
            **requests.to_columns(purchase_request),
            base_version_id=quote.base_version_id,
            address_hash=address_hash,
            token_hash=tokens.hash_token(tokens.derive_purchase_token(purchase_id)),
            token_expires_at=expires_at,
            price=quote.price,
            currency=quote.currency,
            rel=quote.rel,
            subject=quote.subject,
        ),
    )


async def get_confirmable(token: str) -> Purchase:
    """Return the purchase that a magic link confirms. Raises NotFoundError, ConflictError if it is expired or paid."""
    purchase = await _get_by_token(token)
    if purchase.state in {PurchaseState.PAID, PurchaseState.HELD}:
        raise ConflictError(
            "This link has been used: the purchase is paid.",
            code="token_used",
            details=[FieldError("token", "unused", "The purchase is paid already.")],
        )
    now = datetime.now(UTC)
    session_open = purchase.session_expires_at is not None and purchase.session_expires_at > now
    if purchase.state == PurchaseState.EXPIRED or (purchase.token_expires_at <= now and not session_open):
        raise ConflictError(
            "This link has expired. Please start your purchase again.",
            code="token_expired",
            details=[FieldError("token", "fresh", f"A link is valid for {settings.magic_link_ttl_minutes} minutes.")],
        )
    return purchase


async def open_link(token: str) -> Purchase:
    """Return the purchase that a magic link confirms. Opening it for the first time holds the link slot.

    The hold lasts as long as a new magic link is valid, and the purchase can be confirmed for as long. Programs that
    scan emails open links too; such a hold ends by itself. Raises what `get_confirmable` and `check_available` raise.
    """
    purchase = await get_confirmable(token)
    if purchase.slot_held_until is not None or purchase.payment_pending or purchase.kind == OrderKind.ARTICLE:
        return purchase
    async with transaction():
        locked = await get_for_update(purchase.id)
        if locked is None or locked.state != PurchaseState.OPEN or locked.slot_held_until is not None:
            return purchase
        same = await _find_same(requests.from_purchase(locked))
        await _end([one.id for one in same if one.id != locked.id])
        await check_available(locked)
        held_until = datetime.now(UTC) + timedelta(minutes=settings.magic_link_ttl_minutes)
        await Purchase.update(
            {Purchase.slot_held_until: held_until, Purchase.token_expires_at: held_until},
        ).where(Purchase.id == locked.id)
    return purchase


async def check_available(purchase: Purchase) -> None:
    """Raise ConflictError if a requested link cannot be had any more, with its article locked by the caller."""
    article = await Article.select(Article.status).where(Article.id == purchase.article_id)
    if article[0]["status"] != ArticleStatus.PUBLISHED:
        raise ConflictError("This article is no longer on sale.", code="not_on_sale")
    # The domain may have lowered its number of links, or this purchase's hold be over and its slot sold.
    if not await slots.is_available(purchase.id):
        raise ConflictError("All link slots of this article are taken.", code="sold_out")
    link = Link(purchase.details["target_url"], purchase.details["anchor_text"])
    if await slots.is_taken(purchase.article_id, link):
        raise ConflictError("This article already has this link, or will have it soon.", code="already_there")


async def renew(token: str, *, address: str) -> Outbox:
    """Request what an expired magic link was for again, with today's quote; the new link goes to the same address.

    Raises NotFoundError for an unknown token, ConflictError for a purchase that is paid (or about to be), and what
    `create` raises.
    """
    purchase = await _get_by_token(token)
    if purchase.state in {PurchaseState.PAID, PurchaseState.HELD}:
        raise ConflictError("This link has been used: the purchase is paid.", code="token_used")
    if purchase.payment_pending:
        raise ConflictError("Your payment is being processed; you do not need to pay again.", code="payment_pending")
    return await create(requests.from_purchase(purchase), address=address)


async def get_for_update(purchase_id: UUID) -> Purchase | None:
    """Return a purchase, locked until the caller's transaction ends, or None; the article of a link is locked first."""
    rows = await fetch("SELECT article_id FROM purchases WHERE id = {}", purchase_id)
    if rows and rows[0]["article_id"]:
        await lock_article(rows[0]["article_id"])
    return await find_row(Purchase, Purchase.id, purchase_id, lock=True)


async def get_request(token: str) -> PurchaseRequest:
    """Return the request behind a magic link, whatever the purchase's state. Raises NotFoundError."""
    return requests.from_purchase(await _get_by_token(token))


async def explain_end(token: str) -> str:
    """Return why a magic link confirms nothing any more, as a code: "token_expired" or "session_expired".

    "payment_pending" if a payment is being processed. Raises NotFoundError.
    """
    purchase = await _get_by_token(token)
    if purchase.payment_pending:
        return "payment_pending"
    return "session_expired" if purchase.session_number else "token_expired"


async def expire() -> int:
    """Expire the purchases that were not taken to the payment page in time, and return how many.

    A purchase with a Checkout Session may have been paid, so it expires only when Stripe says so.
    """
    rows = (
        await Purchase.update({Purchase.state: PurchaseState.EXPIRED})
        .where(
            Purchase.state == PurchaseState.OPEN,
            Purchase.session_id.is_null(),
            Purchase.token_expires_at < NOW,
            Purchase.slot_held_until.is_null() | (Purchase.slot_held_until < NOW),
        )
        .returning(Purchase.id)
    )
    return len(rows)


async def _find_same(purchase_request: PurchaseRequest) -> list[Purchase]:
    """Return the OPEN purchases for the same by the same email address, without payments that are on their way."""
    found = (
        await Purchase.objects()
        .where(
            Purchase.state == PurchaseState.OPEN,
            Purchase.kind == requests.get_kind(purchase_request),
            WhereRaw("NOT payment_pending"),
            WhereRaw("lower(email) = lower({})", purchase_request.email),
        )
        .output(load_json=True)
    )
    return [one for one in found if requests.is_for_same(requests.from_purchase(one), purchase_request)]


async def _end(purchase_ids: list[UUID]) -> None:
    """Expire purchases that another one replaces, and their holds. One that is still paid is fulfilled."""
    if purchase_ids:
        await Purchase.update({Purchase.state: PurchaseState.EXPIRED, Purchase.slot_held_until: NOW}).where(
            Purchase.id.is_in(purchase_ids)
        )


async def _get_by_token(token: str) -> Purchase:
    purchase = await find_row(Purchase, Purchase.token_hash, tokens.hash_token(token))
    if purchase is None:
        raise NotFoundError("token", field="token")
    return purchase


async def _choose_id(form_id: UUID | None, purchase_request: PurchaseRequest) -> UUID | None:
    """Return the id of a new purchase, or None if this form has been sent before with the same request."""
    if form_id is None:
        return uuid4()
    sent_before = await find_row(Purchase, Purchase.id, form_id)
    if sent_before is None:
        return form_id
    return None if requests.from_purchase(sent_before) == purchase_request else uuid4()
