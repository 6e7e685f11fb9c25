"""Purchases: what was asked for before it is paid, with the offer frozen, and the magic link that confirms it."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from blogqueue import tokens
from blogqueue.catalogue.versions import lock_article
from blogqueue.db.engine import transaction
from blogqueue.db.tables.orders import Purchase
from blogqueue.emails import emails
from blogqueue.errors import ConflictError, FieldError, NotFoundError, TooManyError
from blogqueue.money import format_amount
from blogqueue.orders import requests
from blogqueue.orders.requests import PurchaseRequest
from blogqueue.outbox import Outbox
from blogqueue.settings import settings
from blogqueue.states import PurchaseState

HOLD_MARGIN = timedelta(minutes=10)
"""A paid session's webhook may come this much later than the session's end before its link place is free again."""


async def ask(purchase_request: PurchaseRequest, *, address: str, form_id: UUID | None = None) -> Outbox:
    """Keep a purchase, hold its link place if it is of one, and promise the magic link that confirms it.

    `address` is the caller's network address; it and the e-mail are rate-limited. `form_id` becomes the purchase's id:
    the same form sent twice, by a double click or the back button, is one purchase and one letter. Raises InvalidError,
    NotFoundError, ConflictError (not on sale, sold out, no paragraph fit for a link) and TooManyError.
    """
    purchase_request = requests.checked(purchase_request)
    address_hash = hashlib.sha256(f"{settings.secret_key.get_secret_value()}|{address}".encode()).hexdigest()
    async with transaction():
        await requests.lock(purchase_request)
        purchase_id = await _new_id(form_id, purchase_request)
        if purchase_id is None:
            return Outbox()
        await _limited(purchase_request.email, address_hash)
        terms = await requests.terms(purchase_request)
        expires_at = datetime.now(UTC) + timedelta(minutes=settings.magic_link_ttl_minutes)
        await Purchase.insert(
            Purchase(
                id=purchase_id,
                **requests.kept(purchase_request),
                base_version_id=terms.base_version_id,
                address_hash=address_hash,
                token_hash=tokens.hashed(tokens.purchase_token(purchase_id)),
                token_expires_at=expires_at,
                slot_held_until=expires_at,
                price=terms.price,
                currency=terms.currency,
                rel=terms.rel,
                subject=terms.subject,
            ),
        )
        return await emails.create(
            "magic_link",
            to=purchase_request.email,
            purchase_id=purchase_id,
            confirm_url=f"{settings.public_url}/purchase/confirm?token={tokens.PLACEHOLDER}",
            minutes=settings.magic_link_ttl_minutes,
            item=terms.subject,
            article_title=terms.title,
            domain_name=terms.domain_name,
            target_url=purchase_request.target_url,
            anchor_text=purchase_request.anchor_text,
            price=format_amount(terms.price, terms.currency),
        )


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
            details=[FieldError("token", "fresh", f"A link is good for {settings.magic_link_ttl_minutes} minutes.")],
        )
    return purchase


async def renew(token: str, *, address: str) -> Outbox:
    """Ask once more for what an expired magic link confirmed, at today's terms; the new link goes to the same address.

    Raises NotFoundError for an unknown token, ConflictError for one that is paid (or about to be), and what `ask` does.
    """
    known = await _known(token)
    if known.state in {PurchaseState.PAID, PurchaseState.HELD}:
        raise ConflictError("This link was used: the purchase is paid.", code="token_used")
    if known.payment_pending:
        raise ConflictError("Your payment is on its way; there is nothing more to pay.", code="payment_pending")
    return await ask(requests.of(known), address=address)


async def get_for_update(purchase_id: UUID) -> Purchase | None:
    """Return a purchase, locked until the caller's transaction ends, or None; the article of a link is locked first."""
    rows = await Purchase.select(Purchase.article_id).where(Purchase.id == purchase_id)
    if rows and rows[0]["article_id"]:
        await lock_article(rows[0]["article_id"])
    return await Purchase.objects().where(Purchase.id == purchase_id).first().lock_rows("UPDATE").output(load_json=True)


async def purchase_request(token: str) -> PurchaseRequest:
    """What a magic link is about, whatever became of it. Raises NotFoundError."""
    return requests.of(await _known(token))


async def ended(token: str) -> str:
    """Why a magic link confirms nothing any more, as a code: itself is too old, or the payment page that it opened.

    "payment_pending" where a payment is on its way after all. Raises NotFoundError.
    """
    known = await _known(token)
    if known.payment_pending:
        return "payment_pending"
    return "session_expired" if known.session_number else "token_expired"


async def _known(token: str) -> Purchase:
    known = await Purchase.objects().where(Purchase.token_hash == tokens.hashed(token)).first().output(load_json=True)
    if known is None:
        raise NotFoundError("token", field="token")
    return known


async def expire() -> int:
    """Let go of the places of purchases that never went to the payment page in time; how many.

    One that did is let go by Stripe's word alone (`payments.reconcile`): it may have been paid.
    """
    rows = await Purchase.raw(
        "UPDATE purchases SET state = 'EXPIRED' WHERE state = 'OPEN' AND session_id IS NULL "
        "AND slot_held_until < clock_timestamp() RETURNING id",
    )
    return len(rows)


async def _new_id(form_id: UUID | None, purchase_request: PurchaseRequest) -> UUID | None:
    """The id of a new purchase, or None if this very form was taken before; another wish in it is another purchase."""
    if form_id is None:
        return uuid4()
    taken = await Purchase.objects().where(Purchase.id == form_id).first().output(load_json=True)
    if taken is None:
        return form_id
    return None if requests.of(taken) == purchase_request else uuid4()


async def _limited(email: str, address_hash: str) -> None:
    rows = await Purchase.raw(
        "SELECT (SELECT count(*) FROM purchases WHERE lower(email) = lower({}) AND created_at > now() - interval '1h') "
        "AS by_email, (SELECT count(*) FROM purchases WHERE address_hash = {} AND created_at > now() - interval '1h') "
        "AS by_address",
        email,
        address_hash,
    )
    if (
        rows[0]["by_email"] >= settings.max_purchases_per_hour_per_email
        or rows[0]["by_address"] >= settings.max_purchases_per_hour_per_ip
    ):
        raise TooManyError("Too many purchases were started lately.", retry_after=3600)
