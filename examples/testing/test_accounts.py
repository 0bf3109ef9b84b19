"""Tests that are programs: `pytest examples/testing`. The last one fails, and shows an order of its tasks that nobody thought of."""

import kont
import pytest
from accounts import Balance, Ledger, Notify, Store, deposit, open_account


@pytest.fixture
def kont_handlers():
    return lambda: [Ledger(ann=100)]


@kont.do
def test_a_deposit(kont_clock, kont_recorder):
    yield deposit("ann", 5)
    assert (yield Balance("ann")) == 105
    assert (yield kont.Monotonic()) == 1.0
    kont_recorder.assert_in_order(Balance("ann"), Notify, Store("ann", 105))


@pytest.mark.kont_explore
async def test_a_new_account():
    async with kont.scope() as scope:
        await scope.spawn(open_account("bob"))
        await scope.spawn(deposit("bob", 5))
    assert await Balance("bob") == 5
