"""Links to an order can be revoked, and end some time after the order; its customer can always ask for another."""

from datetime import UTC, datetime, timedelta

from blogqueue.actors.messages import nudge
from blogqueue.db.tables.orders import Order
from blogqueue.orders import access
from blogqueue.settings import settings
from tests.pages.test_your_orders import sign_in
from tests.stage import Bought, Stage, bearer


async def opens(stage: Stage, order: Bought) -> bool:
    """Whether a customer's link opens the order, by the API and as a page alike."""
    call = await stage.http.get(f"/api/v1/purchase/status/{order.id}", headers=bearer(order.access))
    page = await stage.http.get(f"/order-status/{order.id}", params={"access": order.access})
    assert (call.status_code, page.status_code) in {(200, 303), (404, 404)}
    return call.status_code == 200


async def test_a_revoked_link_opens_nothing_and_the_new_one_does(stage: Stage) -> None:
    # Given an order whose link has come into wrong hands
    order = await stage.delivered(await stage.article())
    assert await opens(stage, order)

    # When the operator replaces it, twice
    await nudge(await access.replace_link(order.id))
    first = await stage.received()
    await nudge(await access.replace_link(order.id))
    replaced = await stage.received()

    # Then only the newest link opens the order, and so do the emails that follow
    assert replaced.id == order.id
    assert [await opens(stage, one) for one in (order, first, replaced)] == [False, False, True]
    await stage.regenerate(replaced)
    assert await opens(stage, await stage.received())
    await stage.sound()


async def test_a_link_ends_some_time_after_the_order_until_its_customer_asks_again(stage: Stage) -> None:
    # Given an order that was completed long ago, and one that still waits
    article = await stage.article()
    waiting = await stage.delivered(article, email="ben@customers.example", anchorText="another guide to mulching")
    order = await stage.submitted(article)
    await stage.approve(order)
    await stage.drain()
    assert await opens(stage, order)
    long_ago = datetime.now(UTC) - timedelta(days=settings.access_days, seconds=1)
    await Order.update({Order.completed_at: long_ago}).where(Order.id == order.id)

    # Then its link has ended
    assert [await opens(stage, one) for one in (order, waiting)] == [False, True]

    # When its customer signs in, then it opens in that browser
    await sign_in(stage)
    assert (await stage.http.get(f"/order-status/{order.id}")).status_code == 200
