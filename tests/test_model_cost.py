"""What the model costs is shown in money once the settings have its prices."""

from decimal import Decimal

import pytest

from blogqueue import editors, model_cost
from blogqueue.settings import settings
from tests.command_line import CommandLine
from tests.stage import Stage, bearer


@pytest.mark.parametrize(
    ("cached_price", "cost", "shown"),
    [("0", "3.25", "3.25 USD"), ("0.5", "2.75", "2.75 USD")],
    ids=["cached tokens cost the same", "cached tokens cost less"],
)
def test_tokens_cost_their_price_per_million(
    monkeypatch: pytest.MonkeyPatch, cached_price: str, cost: str, shown: str
) -> None:
    prices = {"input": "1", "cached": cached_price, "output": "10"}
    for name, price in prices.items():
        monkeypatch.setattr(settings, f"model_price_{name}", Decimal(price))

    assert model_cost.count(3_000_000, 1_000_000, 25_000) == Decimal(cost)
    assert model_cost.describe(3_000_000, 1_000_000, 25_000) == shown
    assert model_cost.describe(1_000, 0, 100) == "0.0020 USD"


async def test_a_jobs_cost_is_on_pages_in_json_and_in_metrics_where_prices_are_set(
    stage: Stage, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await stage.delivered(await stage.article())
    job, headers = f"backlink-int-{order.id}", bearer(await editors.issue_token("otto"))
    await stage.sign_in()

    path = f"/api/v1/admin/jobs/{job}"
    row = (await stage.http.get(path, headers=headers)).json()["data"]
    assert row["modelCost"] is None
    assert "blogqueue_model_cost_total{" not in (await stage.http.get("/metrics")).text

    # When the settings have a price
    monkeypatch.setattr(settings, "model_price_output", Decimal(1000))
    monkeypatch.setattr(settings, "model_price_currency", "EUR")
    cost = Decimal(row["tokensOut"]) / 1000
    shown = model_cost.describe(0, 0, row["tokensOut"])

    # Then JSON, the job's page, the dashboard, the metrics and the command line have the cost
    found = (await stage.http.get(path, headers=headers)).json()["data"]["modelCost"]
    assert (Decimal(found["amount"]), found["currency"]) == (cost, "EUR")
    assert f" out, {shown}</dd>" in (await stage.http.get(f"/admin/jobs/{job}")).text
    assert f" tokens, {shown}</dd>" in (await stage.http.get("/admin/queues")).text
    sample = 'blogqueue_model_cost_total{currency="EUR",queue="backlink-integration"}'
    (line,) = [one for one in (await stage.http.get("/metrics")).text.splitlines() if one.startswith(sample)]
    assert float(line.split()[-1]) == pytest.approx(float(cost))
    printed = await cli.run("jobs", "show", job, BLOGQUEUE_MODEL_PRICE_OUTPUT="1000")
    assert any(line.split() == ["Cost", *shown.replace("EUR", "USD").split()] for line in printed.lines)
