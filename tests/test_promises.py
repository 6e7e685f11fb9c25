"""The third promise, played out: random customers, workers, editors, owners and faults never lose a paid link."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from blogqueue import articles, orders, purchases, refunds, reviews, tokens, wishes
from blogqueue.actors.messages import nudge
from blogqueue.audit import audit
from blogqueue.errors import ConflictError, ProblemError
from blogqueue.promises import Promised
from blogqueue.states import OrderStatus
from blogqueue.tables import Article, ArticleVersion, Order, Purchase
from blogqueue.writing.links import Link, links_in, markdown_link
from tests.stage import Stage, redis_broker

T = TypeVar("T")

PARAGRAPH = (
    "Paragraph {n} speaks of soil and of those who dig in it, of leaves and straw, of rain and sun and all the small "
    "animals that make a garden what it is, season after season, whether or not anybody looks."
)
TEXT = "# A garden\n\n" + "\n\n".join(PARAGRAPH.format(n=n) for n in range(1, 8)) + "\n"
PLACES = 3

FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "code": 503, "times": 3},
    {"kind": "wrong_edit", "name": "second_link", "times": 2},
    {"kind": "wrong_edit", "name": "gutted", "times": 9},
    {"kind": "cut"},
    {"kind": "opinion", "natural": "no", "times": 3},
]

picks = st.integers(0, 1000)


@dataclass
class Owned:
    """An article as its owner wrote it, without any paid edit."""

    id: UUID
    text: str


class Market(RuleBasedStateMachine):
    """Everybody acts on a few articles, on the running stage, whose event loop this machine's thread hands work to."""

    stage: Stage
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def attempt(self, *verbs: Coroutine[Any, Any, Any]) -> list[Any]:
        """Run verbs at the same moment; what the doors do then. A refusal is an answer, any other error is not."""
        found = self.do(_at_once(*verbs))
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, ProblemError):
                raise one
        return found

    @initialize(many=st.booleans(), waiting=st.integers(0, 4))
    def begin(self, *, many: bool, waiting: int) -> None:
        self.numbers = itertools.count(1)
        self.pages: list[str] = []
        self.do(self.stage.clear())
        self.owned = [
            Owned(self.do(self.stage.article(content=TEXT, slug=f"garden-{n}", max_paid_links=PLACES)), TEXT)
            for n in range(3 if many else 1)
        ]
        for pick in range(waiting):
            self.a_customer_buys(pick, "submitted")

    def article(self, pick: int) -> Owned:
        return self.owned[pick % len(self.owned)]

    def order(self, pick: int, status: OrderStatus) -> UUID | None:
        """One of the orders in a status; any other one where there is none, for verbs that must refuse it."""
        rows = self.do(_rows(Order.select(Order.id, Order.status).order_by(Order.created_at)))
        fitting = [row for row in rows if row["status"] == status] or rows
        return fitting[pick % len(fitting)]["id"] if fitting else None

    # ---- customers

    @rule(pick=picks, far=st.sampled_from(["payment page", "paid", "delivered", "submitted", "submitted"]))
    def a_customer_buys(self, pick: int, far: str) -> None:
        """A purchase in one go, as far as told; what others have waiting is worked on as well."""
        number = next(self.numbers)
        wish = wishes.BacklinkWish(
            article_id=self.article(pick).id,
            target_url=f"https://site-{number}.example/page",
            anchor_text=f"the {number}th site",
            notes="",
            email=f"customer-{number}@customers.example",
        )
        (asked,) = self.attempt(purchases.ask(wish, address=str(uuid4())))
        if isinstance(asked, ConflictError):
            assert asked.code in {"sold_out", "no_room"}
            return
        (purchase,) = self.do(_rows(Purchase.select(Purchase.id).where(Purchase.email == wish.email)))
        opened = self.do(self.stage.checkout(tokens.purchase_token(purchase["id"])))
        page = opened.json()["data"]["checkoutUrl"]
        if far == "payment page":
            self.pages.append(page)
            return
        self.do(self.stage.pay(page))
        if far == "paid":
            return
        self.do(self.stage.drain("backlink-integration"))
        order = self.do(_rows(Order.select().where(Order.purchase_id == purchase["id"])))[0]
        if far == "submitted" and order["status"] == OrderStatus.QUALITY_CHECK:
            self.attempt(_then_nudge(orders.submit(order["id"], order["version_id"])))

    @rule(pick=picks, twice=st.booleans())
    def a_customer_pays(self, pick: int, *, twice: bool) -> None:
        if not self.pages:
            return
        if twice:
            self.do(self.stage.sandbox.put("/faults", json={"webhook": [{"kind": "duplicate", "times_each": 2}]}))
        self.do(self.stage.pay(self.pages.pop(pick % len(self.pages))))

    @rule(pick=picks)
    def a_customer_submits(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.QUALITY_CHECK)
        if order_id is not None:
            version_id = self.do(orders.get(order_id)).version_id
            self.attempt(_then_nudge(orders.submit(order_id, version_id or uuid4())))

    @rule(pick=picks)
    def a_customer_regenerates(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.QUALITY_CHECK)
        if order_id is not None:
            (job,) = self.attempt(orders.regenerate(order_id))
            if not isinstance(job, ProblemError):
                self.do(nudge(Promised(jobs=(job,))))

    # ---- workers, and what befalls them

    @rule(fault=st.sampled_from([*FAULTS, None, None, None]))
    def the_workers_work(self, fault: dict[str, Any] | None) -> None:
        if fault is not None:
            self.do(self.stage.sandbox.put("/faults", json={"model": [fault]}))
        self.do(self.stage.drain("backlink-integration", "upkeep"))
        self.do(self.stage.sandbox.delete("/faults"))

    @rule()
    def redis_forgets_everything_and_the_sweep_comes(self) -> None:
        redis_broker().client.flushdb()
        self.do(self.stage.time_passes())
        self.do(self.stage.minute())

    @rule(pick=picks)
    def an_operator_retries(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.FAILED)
        if order_id is not None:
            self.attempt(_then_nudge(orders.retry(order_id, who="operator")))

    @rule(pick=picks)
    def an_operator_refunds(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.FAILED)
        if order_id is not None:
            self.attempt(
                _then_nudge(refunds.begin_or_repeat(order_id, who="operator")),
                _then_nudge(orders.retry(order_id, who="operator")),
            )

    # ---- editors and owners

    @rule(some=st.lists(picks, min_size=1, max_size=3))
    def editors_approve(self, some: list[int]) -> None:
        chosen = [self.order(pick, OrderStatus.ADMIN_REVIEW) for pick in some]
        self.attempt(*(_judged(reviews.approve(one, who="edith")) for one in chosen if one))

    @rule(pick=picks)
    def an_editor_approves_while_another_rejects(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.ADMIN_REVIEW)
        if order_id is not None:
            self.attempt(
                _judged(reviews.approve(order_id, who="edith")),
                _judged(reviews.reject(order_id, who="erik", reason="It does not fit.")),
            )

    @rule(pick=picks, n=st.integers(1, 7), also=st.booleans())
    def an_owner_changes_a_paragraph(self, pick: int, n: int, *, also: bool) -> None:
        """An owner's edit of the live text; perhaps while an editor approves, so that it may come too late."""
        article = self.article(pick)
        text = _edited(self.do(_live(article.id)), n)
        order_id = self.order(pick, OrderStatus.ADMIN_REVIEW) if also else None
        published = self.attempt(
            articles.publish_text(article.id, text, who="owner"),
            *([_judged(reviews.approve(order_id, who="edith"))] if order_id else []),
        )[0]
        if not isinstance(published, ProblemError):
            article.text = _edited(article.text, n)

    @rule(pick=picks)
    def an_owner_brings_the_text_without_any_paid_link(self, pick: int) -> None:
        article = self.article(pick)
        sold = self.do(_completed(article.id))
        (published,) = self.attempt(articles.publish_text(article.id, article.text, who="owner"))
        assert isinstance(published, ConflictError) == bool(sold)
        if sold:
            assert all(str(order["id"]) in published.message for order in sold)

    # ---- what holds after every step

    @invariant()
    def every_paid_link_is_live_once_and_all_else_is_the_owners(self) -> None:
        for article in self.owned:
            text, sold = self.do(_live(article.id)), self.do(_completed(article.id))
            assert len(sold) <= PLACES
            assert sorted(map(markdown_link, links_in(text))) == sorted(markdown_link(link(order)) for order in sold)
            for order in sold:
                assert text.count(markdown_link(link(order))) == 1
                edit = order["edit"]
                assert edit["mode"] == "append"
                assert text.count(f" {edit['text']}") == 1
                text = text.replace(f" {edit['text']}", "")
            assert text.encode() == article.text.encode()

    @invariant()
    def the_bound_holds_and_so_does_all_the_rest(self) -> None:
        rows = self.do(_rows(Order.select(Order.article_id).where(Order.status != OrderStatus.FAILED)))
        for article in self.owned:
            assert sum(row["article_id"] == article.id for row in rows) <= PLACES
        broken = [finding for finding in self.do(audit()) if finding.offenders]
        assert not broken, broken


async def _at_once(*verbs: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*verbs, return_exceptions=True)


async def _then_nudge(verb: Coroutine[Any, Any, Promised]) -> None:
    await nudge(await verb)


async def _judged(verb: Coroutine[Any, Any, tuple[Order, Promised]]) -> None:
    await nudge((await verb)[1])


async def _rows(query: Any) -> list[dict[str, Any]]:
    return await query


async def _live(article_id: UUID) -> str:
    chosen = await Article.select(Article.selected_version_id).where(Article.id == article_id)
    rows = await ArticleVersion.select(ArticleVersion.content_md).where(
        ArticleVersion.id == chosen[0]["selected_version_id"]
    )
    return rows[0]["content_md"]


async def _completed(article_id: UUID) -> list[dict[str, Any]]:
    """The COMPLETED orders of an article, each with the edit that made its version."""
    sold = Order.select().where(Order.article_id == article_id, Order.status == OrderStatus.COMPLETED)
    rows = await sold.output(load_json=True)
    for row in rows:
        version = ArticleVersion.select(ArticleVersion.backlink_metadata).where(ArticleVersion.id == row["version_id"])
        row["edit"] = (await version.output(load_json=True))[0]["backlink_metadata"]["edit"]
    return rows


def link(order: dict[str, Any]) -> Link:
    return Link(order["backlink_data"]["target_url"], order["backlink_data"]["keyword"])


def _edited(text: str, n: int) -> str:
    """The owner's change of one paragraph: a word there, or back again."""
    speaks, tells = f"Paragraph {n} speaks", f"Paragraph {n} tells"
    return text.replace(speaks, tells) if speaks in text else text.replace(tells, speaks)


@pytest.mark.timeout(600)
async def test_whatever_happens_no_paid_link_is_lost(stage: Stage) -> None:
    Market.stage, Market.loop = stage, asyncio.get_running_loop()
    await asyncio.to_thread(
        run_state_machine_as_test,
        Market,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            # Shrinking a walk on a real database takes minutes; the steps as they were are told at once.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
