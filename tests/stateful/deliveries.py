"""Sales in real articles up to their last link slot, while their owners rewrite them (Hypothesis)."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from blogqueue import tokens
from blogqueue.actors.messages import nudge
from blogqueue.audit import audit
from blogqueue.catalogue import articles, slots
from blogqueue.db.tables.orders import Order, Purchase
from blogqueue.errors import ProblemError
from blogqueue.orders import lifecycle, purchases, requests
from blogqueue.outbox import Outbox
from blogqueue.reviews import approval
from blogqueue.states import OrderStatus
from blogqueue.writing.markdown.blocks import Block, find_prose_blocks
from tests.corpora import list_articles
from tests.stage import Stage
from tests.stateful import gardens

T = TypeVar("T")

picks = st.integers(0, 1000)

REWRITES: dict[str, Callable[[str, Block], str]] = {
    "leave out": lambda text, block: text[: block.start] + text[block.end :],
    "shorten": lambda text, block: text[: block.start] + " ".join(block.text.split()[:9]) + text[block.end :],
    "say twice": lambda text, block: f"{text[: block.end]}\n\n{block.text}{text[block.end :]}",
    "hide": lambda text, block: (
        f"{text[: block.start]}{gardens.HIDES}\n\n{block.text}\n\n{gardens.SHOWS}{text[block.end :]}"
    ),
    "end with a colon": lambda text, block: f"{text[: block.end]}:{text[block.end :]}",
}
"""What an owner does to one paragraph."""


class DeliveryMachine(RuleBasedStateMachine):
    """One article of a corpus: all that is sold in it is delivered in the end."""

    stage: Stage
    loop: asyncio.AbstractEventLoop
    corpus: Path
    happened: ClassVar[Counter[str]] = Counter()
    """What has happened, over all runs."""
    walks: ClassVar[dict[int, int]] = {}
    """The number of each run by the name it drew, so that it begins in the same way when it is repeated."""

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def attempt(self, call: Coroutine[Any, Any, Any]) -> Any:
        """Call a function as an entry point does, and return its result or its refusal."""

        async def run() -> Any:
            try:
                found = await call
            except ProblemError as refusal:
                return refusal
            outbox = found.outbox if isinstance(found, approval.Decision) else found
            if isinstance(outbox, Outbox):
                await nudge(outbox)
            return found

        name = call.__name__
        found = self.do(run())
        if not isinstance(found, ProblemError):
            self.happened[name] += 1
        return found

    @initialize(pick=picks, bound=st.sampled_from([2, 9, 9]), name=st.integers(0, 2**64))
    def begin(self, pick: int, bound: int, name: int) -> None:
        self.numbers = itertools.count(1)
        self.do(self.stage.clear())
        files = list_articles(self.corpus)
        text = files[pick % len(files)].read_bytes().decode()
        self.article_id: UUID = self.do(self.stage.article(content=text, max_paid_links=bound))
        self.first_of_all(self.walks.setdefault(name, len(self.walks)))

    def first_of_all(self, walk: int) -> None:
        """Sell all there is in two of three runs; then all submit and the owner rewrites, or a customer regenerates."""
        if walk % 3 == 0:
            return
        while self.do(slots.count_free(self.article_id)):
            self.a_customer_buys("")
        if walk % 3 == 1:
            self.the_workers_work()
            for order in self.orders(OrderStatus.QUALITY_CHECK):
                self.attempt(lifecycle.submit(order["id"], order["version_id"]))
            for pick in range(4):
                self.the_owner_rewrites_a_paragraph(pick, "shorten")
        else:
            self.the_workers_work()
            self.a_customer_regenerates(walk)

    # ---- what the rules need

    def orders(self, *statuses: OrderStatus) -> list[dict[str, Any]]:
        return self.do(gardens.rows(Order.select().where(Order.status.is_in(list(statuses))).order_by(Order.id)))

    def pick_order(self, pick: int, status: OrderStatus) -> dict[str, Any] | None:
        found = self.orders(status)
        return found[pick % len(found)] if found else None

    @rule(notes=st.sampled_from(["", "Right in the middle, please."]))
    def a_customer_buys(self, notes: str) -> None:
        """Sell a link exactly if the shop shows a free slot; from then on it must be delivered."""
        number = next(self.numbers)
        wanted = requests.LinkRequest(
            article_id=self.article_id,
            target_url=f"https://site-{number}.example/page",
            anchor_text=f"the {number}th site",
            notes=notes,
            email=f"customer-{number}@customers.example",
        )
        free = self.do(slots.count_free(self.article_id))
        asked = self.attempt(purchases.create(wanted, address=str(uuid4())))
        assert isinstance(asked, ProblemError) == (free == 0)
        if isinstance(asked, ProblemError):
            assert asked.code in {"sold_out", "no_room"}
            self.happened[asked.code] += 1
            return
        (purchase,) = self.do(gardens.rows(Purchase.select(Purchase.id).where(Purchase.email == wanted.email)))
        opened = self.do(self.stage.checkout(tokens.derive_purchase_token(purchase["id"])))
        assert opened.status_code == 200, opened.text
        self.do(self.stage.pay(opened.json()["data"]["checkoutUrl"]))

    @rule()
    def the_workers_work(self) -> None:
        self.do(self.stage.drain("backlink-integration"))

    @rule(pick=picks)
    def a_customer_regenerates(self, pick: int) -> None:
        if order := self.pick_order(pick, OrderStatus.QUALITY_CHECK):
            self.attempt(lifecycle.regenerate(order["id"]))

    @rule(pick=picks)
    def a_customer_submits(self, pick: int) -> None:
        if order := self.pick_order(pick, OrderStatus.QUALITY_CHECK):
            self.attempt(lifecycle.submit(order["id"], order["version_id"]))

    @rule(pick=picks)
    def an_editor_approves(self, pick: int) -> None:
        if order := self.pick_order(pick, OrderStatus.ADMIN_REVIEW):
            approved = self.attempt(approval.approve(order["id"], actor="edith"))
            self.happened[approved.order.status] += 1

    @rule(pick=picks, how=st.sampled_from(sorted(REWRITES)))
    def the_owner_rewrites_a_paragraph(self, pick: int, how: str) -> None:
        """Refuse, with the names of all open orders, a text without room for them."""
        text = self.do(gardens.live(self.article_id))
        if not (blocks := find_prose_blocks(text)):
            return
        rewritten = REWRITES[how](text, blocks[pick % len(blocks)])
        refusal = self.attempt(articles.publish_text(self.article_id, rewritten, actor="owner"))
        if isinstance(refusal, ProblemError):
            assert refusal.code in {"no_room", "paid_links", "invalid"}
            self.happened[f"text refused: {refusal.code}"] += 1
            if refusal.code == "no_room":
                assert all(str(order_id) in refusal.message for order_id in self.do(slots.find_open(self.article_id)))

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        broken = [finding for finding in self.do(audit()) if finding.offenders]
        assert not broken, broken

    def teardown(self) -> None:
        """Let everybody finish, the newest orders first: every link that was sold goes live."""
        if not hasattr(self, "article_id"):
            return
        for _ in range(12):
            self.the_workers_work()
            for order in self.orders(OrderStatus.QUALITY_CHECK):
                self.attempt(lifecycle.submit(order["id"], order["version_id"]))
            for order in reversed(self.orders(OrderStatus.ADMIN_REVIEW)):
                self.attempt(approval.approve(order["id"], actor="edith"))
        left = self.orders(*(status for status in OrderStatus if status != OrderStatus.COMPLETED))
        assert not left, [(order["status"], order["failure_detail"]) for order in left]
        self.the_audit_finds_nothing()
