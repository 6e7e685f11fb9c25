"""A short chaos run with a fixed seed; `make chaos` runs a long one."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.durability import chaos
from tests.product import Product


@pytest.fixture
def product(tmp_path: Path) -> Generator[Product]:
    running = chaos.start(tmp_path)
    yield running
    running.stop()


@pytest.mark.durability
@pytest.mark.timeout(600)
async def test_orders_survive_a_monkey(product: Product, tmp_path: Path) -> None:
    table, breaches = await chaos.run(product, tmp_path, orders=12, faults=16, seed=20)

    chaos.show(table)
    assert (table["lost"], table["duplicated"], breaches) == (0, 0, "")
