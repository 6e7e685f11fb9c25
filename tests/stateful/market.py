"""A market on a few articles, where customers, workers, editors and faults act at random (Hypothesis)."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from blogqueue import tokens
from blogqueue.actors.messages import nudge
from blogqueue.audit import audit
from blogqueue.catalogue import articles, slots
from blogqueue.db.tables.catalogue import ArticleVersion, Domain, Rel
from blogqueue.db.tables.jobs import Job
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.errors import ConflictError, ProblemError
from blogqueue.jobs import jobs
from blogqueue.orders import lifecycle, purchases, requests
from blogqueue.outbox import Outbox
from blogqueue.payments import refunds
from blogqueue.reviews import approval
from blogqueue.states import OrderKind, OrderStatus
from blogqueue.writing.markdown.blocks import find_eligible_blocks, find_prose_blocks
from blogqueue.writing.markdown.links import find_links, format_link
from tests.stage import Bought, Stage, redis_broker
from tests.stateful import gardens
from tests.stateful.gardens import TEXT

T = TypeVar("T")

SLOTS = 3

FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "code": 503, "times": 3},
    {"kind": "wrong_edit", "name": "second_link", "times": 2},
    {"kind": "wrong_edit", "name": "gutted", "times": 9},
    {"kind": "replace", "times": 2},
    {"kind": "replace", "times": 9},
    {"kind": "cut"},
    {"kind": "opinion", "natural": "no", "times": 3},
]

Change = Callable[[str], str]

ENDS = ["retried", "refunded", "refunded after all", "left"]
"""What happens to an order whose job has failed."""

picks = st.integers(0, 1000)


@dataclass
class Owned:
    """An article as its editor wrote it, without any paid edit."""

    id: UUID
    text: str


class MarketMachine(RuleBasedStateMachine):
    """Everybody acts on a few articles of the running stage; this machine's thread hands work to its event loop."""

    stage: Stage
    loop: asyncio.AbstractEventLoop
    succeeded: ClassVar[Counter[str]] = Counter()
    """What has happened, over all runs."""
    walks: ClassVar[dict[int, int]] = {}
    """The number of each run by the name it drew, so that it begins in the same way when it is repeated."""

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def attempt(self, *calls: Coroutine[Any, Any, Any]) -> list[Any]:
        """Call functions at the same moment, as entry points do. A refusal is an answer, any other error is not."""
        names = [call.__name__ for call in calls]
        found = self.do(_at_once(*map(_as_entry_point, calls)))
        for name, one in zip(names, found, strict=True):
            if isinstance(one, ProblemError):
                continue
            if isinstance(one, BaseException):
                raise one
            self.succeeded[name if name != "approve" else self.do(_how_approved(one.order))] += 1
        return found

    @initialize(many=st.booleans(), waiting=st.integers(0, 3), name=st.integers(0, 2**64))
    def begin(self, *, many: bool, waiting: int, name: int) -> None:
        self.numbers = itertools.count(1)
        self.pages: list[str] = []
        self.highest = SLOTS
        self.do(self.stage.clear())
        self.owned = [
            Owned(self.do(self.stage.article(content=TEXT, slug=f"garden-{n}", max_paid_links=SLOTS)), TEXT)
            for n in range(3 if many else 1)
        ]
        self.domain_id: UUID = self.do(gardens.rows(Domain.select(Domain.id)))[0]["id"]
        self.first_of_all(self.walks.setdefault(name, len(self.walks)))
        for pick in range(waiting):
            self.buys_a_link(pick, "submitted")

    def first_of_all(self, walk: int) -> None:
        """Do what is rare once in eight runs, while there are slots for it."""
        match walk % 8:
            case 0 | 1 | 2:
                self.a_job_fails_for_good(0, ENDS[walk % 8])
            case 3:
                self.an_editor_changes_a_paragraph_between_submission_and_approval(0, 1)
                self.an_editor_takes_an_article_down_or_puts_it_back(0, stays=False)
            case 4:
                self.buys_a_link(0, "submitted")
                self.an_editor_rejects(0)
                self.a_worker_is_killed_in_the_middle_of_a_job(0)
            case 5:
                self.buys_a_link(0, "approved")
                self.an_editor_drops_a_paid_link_with_a_reason(0, stays=False)
            case 6:
                self.a_customer_orders_an_article("approved")
            case _:
                order_id = self.buys_a_link(0, "submitted")
                self.writes(self.article(0), lambda text: reduce(gardens.edited, range(1, 9), text))
                self.attempt(approval.approve(order_id or uuid4(), actor="edith"))
                self.the_workers_work(None)
                self.a_customer_regenerates(0)

    def article(self, pick: int) -> Owned:
        return self.owned[pick % len(self.owned)]

    def order(self, pick: int, status: OrderStatus) -> UUID | None:
        """Return one of the orders in a status; any other one if there is none, for functions that must refuse it."""
        rows = self.do(gardens.rows(Order.select(Order.id, Order.status).order_by(Order.created_at)))
        fitting = [row for row in rows if row["status"] == status] or rows
        return fitting[pick % len(fitting)]["id"] if fitting else None

    def faults(self, **parties: list[dict[str, Any]]) -> None:
        self.do(self.stage.sandbox.delete("/faults"))
        if parties:
            self.do(self.stage.faults(**parties))

    # ---- customers

    def buys(self, purchase_request: requests.PurchaseRequest, far: str) -> UUID | None:
        """Buy something, as far as asked; jobs of others that wait are run as well. Return the order."""
        (asked,) = self.attempt(purchases.create(purchase_request, address=str(uuid4())))
        if isinstance(asked, ProblemError):
            assert asked.code in {"sold_out", "no_room", "not_on_sale"}
            return None
        (purchase,) = self.do(
            gardens.rows(Purchase.select(Purchase.id).where(Purchase.email == purchase_request.email))
        )
        opened = self.do(self.stage.checkout(tokens.derive_purchase_token(purchase["id"])))
        assert opened.status_code in {200, 409}, opened.text
        if opened.status_code != 200:
            return None
        page = opened.json()["data"]["checkoutUrl"]
        if far == "payment page":
            self.pages.append(page)
            return None
        self.do(self.stage.pay(page))
        order = self.do(gardens.rows(Order.select().where(Order.purchase_id == purchase["id"])))[0]
        if far == "paid":
            return order["id"]
        self.do(self.stage.drain("backlink-integration", "article-generation"))
        order = self.do(gardens.rows(Order.select().where(Order.id == order["id"])))[0]
        if far in {"submitted", "approved"} and order["status"] == OrderStatus.QUALITY_CHECK:
            self.attempt(lifecycle.submit(order["id"], order["version_id"]))
        if far == "approved":
            self.attempt(approval.approve(order["id"], actor="edith"))
        return order["id"]

    @rule(pick=picks, far=st.sampled_from(["payment page", "delivered", "submitted", "approved", "approved"]))
    def a_customer_buys(self, pick: int, far: str) -> None:
        self.buys_a_link(pick, far)

    def buys_a_link(self, pick: int, far: str) -> UUID | None:
        number = next(self.numbers)
        purchase_request = requests.LinkRequest(
            article_id=self.article(pick).id,
            target_url=f"https://site-{number}.example/page",
            anchor_text=f"the {number}th site",
            notes="",
            email=f"customer-{number}@customers.example",
        )
        had_slots = self.do(slots.count_free(purchase_request.article_id))
        order_id = self.buys(purchase_request, far)
        assert order_id is None or had_slots
        return order_id

    @rule(far=st.sampled_from(["paid", "submitted", "approved"]))
    def a_customer_orders_an_article(self, far: str) -> None:
        number = next(self.numbers)
        purchase_request = requests.ArticleRequest(
            domain_id=self.domain_id,
            topic=f"Growing tomatoes on balcony {number}",
            niche="gardening",
            keyword="balcony tomatoes",
            target_url=f"https://site-{number}.example/pots",
            anchor_text=f"pot {number} that holds water",
            email=f"customer-{number}@customers.example",
        )
        self.buys(purchase_request, far)

    @rule(pick=picks, twice=st.booleans())
    def a_customer_pays(self, pick: int, *, twice: bool) -> None:
        if not self.pages:
            return
        if twice:
            self.faults(webhook=[{"kind": "duplicate", "times_each": 2}])
        self.do(self.stage.pay(self.pages.pop(pick % len(self.pages))))

    @rule(pick=picks)
    def a_customer_submits(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.QUALITY_CHECK)
        if order_id is not None:
            version_id = self.do(lifecycle.get(order_id)).version_id
            self.attempt(lifecycle.submit(order_id, version_id or uuid4()))

    @rule(pick=picks)
    def a_customer_regenerates(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.QUALITY_CHECK)
        if order_id is not None:
            self.attempt(lifecycle.regenerate(order_id))

    # ---- workers, and what happens to them

    @rule(fault=st.sampled_from([*FAULTS, None, None, None]))
    def the_workers_work(self, fault: dict[str, Any] | None) -> None:
        if fault is not None:
            self.faults(model=[fault])
        self.do(self.stage.drain("backlink-integration", "article-generation", "upkeep"))
        self.faults()

    @rule(pick=picks)
    def a_worker_is_killed_in_the_middle_of_a_job(self, pick: int) -> None:
        order_id = self.buys_a_link(pick, "paid")
        if order_id is None:
            return
        (job,) = self.do(gardens.rows(Job.select(Job.id).where(Job.order_id == order_id)))
        assert isinstance(self.do(jobs.claim(job["id"], "who is killed")), jobs.Claim)
        self.do(gardens.leases_run_out())
        self.do(self.stage.time_passes())
        self.succeeded["worker killed"] += 1

    @rule()
    def redis_forgets_everything_and_the_sweep_comes(self) -> None:
        redis_broker().client.flushdb()
        self.do(self.stage.time_passes())
        self.do(self.stage.minute())

    @rule(pick=picks, then=st.sampled_from(ENDS))
    def a_job_fails_for_good(self, pick: int, then: str) -> None:
        """Fail an order for good; then an operator retries or refunds it, or the grace period ends."""
        order_id = self.buys_a_link(pick, "paid")
        if order_id is None:
            return
        self.faults(model=[{"kind": "status", "code": 400, "times": -1}])
        self.do(self.stage.drain("backlink-integration"))
        self.faults()
        assert self.do(lifecycle.get(order_id)).status == OrderStatus.FAILED
        if then == "retried":
            self.attempt(lifecycle.retry(order_id, actor="operator"))
            self.do(self.stage.drain("backlink-integration"))
        if then.startswith("refunded"):
            fails = then == "refunded after all"
            self.do(self.stage.drain())  # other orders' refunds: the fault is for this one's
            self.faults(stripe=[{"kind": "refund_fails", "seconds": 0, "path": "/v1/refunds"}] if fails else [])
            for state in ("FAILED", "SUCCEEDED") if fails else ("SUCCEEDED",):
                self.attempt(refunds.begin_or_repeat(order_id, actor="operator"))
                self.do(self.stage.drain())
                self.do(self.stage.refund_state(Bought(order_id, ""), state))
            self.succeeded[then] += 1

    @rule(pick=picks)
    def an_operator_refunds_while_another_retries(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.FAILED)
        if order_id is not None:
            self.attempt(
                refunds.begin_or_repeat(order_id, actor="operator"), lifecycle.retry(order_id, actor="another operator")
            )

    # ---- editors

    @rule(some=st.lists(picks, min_size=1, max_size=3))
    def editors_approve(self, some: list[int]) -> None:
        chosen = [self.order(pick, OrderStatus.ADMIN_REVIEW) for pick in some]
        self.attempt(*(approval.approve(one, actor="edith") for one in chosen if one))

    @rule(pick=picks)
    def an_editor_rejects(self, pick: int) -> None:
        order_id = self.order(pick, OrderStatus.ADMIN_REVIEW)
        if order_id is not None:
            self.attempt(approval.reject(order_id, actor="edith", reason="It does not fit."))

    @rule(pick=picks, first=st.sampled_from(["approve", "reject"]))
    def an_editor_approves_while_another_rejects(self, pick: int, first: str) -> None:
        order_id = self.order(pick, OrderStatus.ADMIN_REVIEW)
        if order_id is not None:
            calls = [
                approval.approve(order_id, actor="edith"),
                approval.reject(order_id, actor="erik", reason="It does not fit."),
            ]
            self.attempt(*(calls if first == "approve" else reversed(calls)))

    # ---- editors of texts

    def writes(self, article: Owned, change: Change, *also: Coroutine[Any, Any, Any]) -> None:
        """Change the live text; perhaps while others act, so that it may be too late."""
        text = change(self.do(gardens.live(article.id)))
        published = self.attempt(articles.publish_text(article.id, text, actor="editor"), *also)[0]
        if not isinstance(published, ProblemError):
            article.text = change(article.text)

    @rule(pick=picks, n=st.integers(1, 8))
    def an_editor_changes_a_paragraph_between_submission_and_approval(self, pick: int, n: int) -> None:
        order_id = self.buys_a_link(pick, "submitted")
        self.writes(self.article(pick), lambda text: gardens.edited(text, n))
        if order_id is not None:
            self.attempt(approval.approve(order_id, actor="edith"))

    @rule(pick=picks, n=st.integers(1, 8), also=st.booleans())
    def an_editor_changes_a_paragraph(self, pick: int, n: int, *, also: bool) -> None:
        order_id = self.order(pick, OrderStatus.ADMIN_REVIEW) if also else None
        approves = [approval.approve(order_id, actor="edith")] if order_id else []
        self.writes(self.article(pick), lambda text: gardens.edited(text, n), *approves)

    @rule(pick=picks, start=st.integers(1, 9), to=st.sampled_from([1, 2, 5, 8, 9]))
    def an_editor_moves_a_paragraph(self, pick: int, start: int, to: int) -> None:
        """Make it perhaps the lead or the last one, where links are not allowed."""
        self.writes(self.article(pick), lambda text: gardens.moved(text, start, to))

    @rule(pick=picks, n=st.integers(1, 9))
    def an_editor_hides_a_paragraph_or_shows_it_again(self, pick: int, n: int) -> None:
        self.writes(self.article(pick), lambda text: gardens.hidden(text, n))

    @rule(pick=picks)
    def an_editor_brings_the_text_without_any_paid_link(self, pick: int) -> None:
        article = self.article(pick)
        sold, is_down = self.do(gardens.sold(article.id)), self.do(gardens.is_down(article.id))
        (published,) = self.attempt(articles.publish_text(article.id, article.text, actor="editor"))
        assert isinstance(published, ConflictError) == (bool(sold) or is_down)
        if sold and not is_down:
            assert all(str(order["id"]) in published.message for order in sold)

    @rule(pick=picks, stays=st.booleans())
    def an_editor_drops_a_paid_link_with_a_reason(self, pick: int, *, stays: bool) -> None:
        """Bring it back in another paragraph, unless that is left to somebody else."""
        everywhere = [(article, self.do(gardens.sold(article.id))) for article in self.owned]
        if not (somewhere := [(article, sold) for article, sold in everywhere if sold]):
            return
        article, sold = somewhere[pick % len(somewhere)]
        text = self.do(gardens.live(article.id)).replace(gardens.sentence(sold[pick % len(sold)]), "")
        (published,) = self.attempt(
            articles.publish_text(article.id, text, actor="editor", override="It leads nowhere.")
        )
        self.succeeded["link dropped"] += not isinstance(published, ProblemError)
        if not stays:
            self.brings_back(article, pick, 4)

    @rule(pick=picks, n=st.integers(1, 8))
    def a_dropped_link_comes_back(self, pick: int, n: int) -> None:
        self.brings_back(self.article(pick), pick, n)

    def brings_back(self, article: Owned, pick: int, n: int) -> None:
        if not (dropped := self.do(gardens.sold(article.id, dropped=True))):
            return
        blocks = gardens.blocks_of(self.do(gardens.live(article.id)))
        prose = [at for at, block in enumerate(blocks) if block.startswith("Paragraph")]
        blocks[prose[n - 1]] += gardens.sentence(dropped[pick % len(dropped)])
        (published,) = self.attempt(articles.publish_text(article.id, gardens.text_of(blocks), actor="editor"))
        self.succeeded["link back"] += not isinstance(published, ProblemError)

    @rule(pick=picks, stays=st.sampled_from([False, False, False, True]))
    def an_editor_takes_an_article_down_or_puts_it_back(self, pick: int, *, stays: bool) -> None:
        article_id = self.article(pick).id
        if not self.do(gardens.is_down(article_id)):
            self.attempt(articles.take_down(article_id, actor="editor", override="A court said so."))
            self.editors_approve([pick])
            if stays:
                return
        self.attempt(articles.put_back(article_id, actor="editor"))

    @rule(bound=st.sampled_from([1, 2, 3, 4]), rel=st.sampled_from(Rel))
    def an_editor_changes_the_rules(self, bound: int, rel: Rel) -> None:
        """Change what is sold from now on; sold links keep their slot and their rel."""
        self.highest = max(bound, self.highest)
        self.do(gardens.rows(Domain.update({Domain.max_paid_links: bound}, force=True)))
        self.do(gardens.rows(Domain.update({Domain.rel: rel}, force=True)))

    # ---- what holds after every step

    @invariant()
    def every_paid_link_is_live_once_and_all_else_is_the_editors(self) -> None:
        for article in self.owned:
            text, sold = self.do(gardens.live(article.id)), self.do(gardens.sold(article.id))
            there = sorted(map(format_link, find_links(text)))
            assert there == sorted(format_link(gardens.link(order)) for order in sold)
            for order in sold:
                assert text.count(format_link(gardens.link(order))) == 1
                assert text.count(gardens.sentence(order)) == 1
                text = text.replace(gardens.sentence(order), "")
                _check_eligibility(order)
            assert text.encode() == article.text.encode()

    @invariant()
    def the_bound_holds_and_so_does_all_the_rest(self) -> None:
        sold = Order.select(Order.article_id).where(Order.status != "FAILED", Order.link_dropped_at.is_null())
        rows = self.do(gardens.rows(sold))
        for article in self.owned:
            assert sum(row["article_id"] == article.id for row in rows) <= self.highest
        broken = [finding for finding in self.do(audit()) if finding.offenders]
        assert not broken, broken


def _check_eligibility(order: dict[str, Any]) -> None:
    """Check that an edit changed an eligible paragraph, and, applied again, not the other one of two twins."""
    base, edit = order["base"], order["edit"]
    assert edit["start"] in {block.start for block in find_eligible_blocks(base, find_links(base))}
    alike = [block for block in find_prose_blocks(order["first_base"]) if block.sha256 == edit["sha256"]]
    assert len(alike) == 1 or base == order["first_base"]


async def _at_once(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def _as_entry_point(call: Coroutine[Any, Any, Any]) -> Any:
    """Return a function's result; send its outbox after the commit, as an entry point does."""
    found = await call
    outbox = found.outbox if isinstance(found, approval.Decision) else found
    if isinstance(outbox, Outbox):
        await nudge(outbox)
    return found


async def _how_approved(order: Order) -> str:
    """Name what an approval did."""
    if order.status == OrderStatus.PROCESSING:
        return "approved, worked in again"
    if order.kind == OrderKind.ARTICLE:
        return "approved, a new article"
    metadata = ArticleVersion.select(ArticleVersion.backlink_metadata).where(ArticleVersion.id == order.version_id)
    made = (await metadata.output(load_json=True))[0]["backlink_metadata"]["integration_type"]
    return "approved, onto a newer text" if made == "customer_backlink_rebase" else "approved, as it was"
