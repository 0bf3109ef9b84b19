"""Transfers between accounts, as a program: nothing here knows where accounts are kept."""

from collections.abc import Generator
from typing import Any

import kont


class Balance(kont.Effect[int]):
    account: str


class Store(kont.Effect[None]):
    account: str
    balance: int


class Notify(kont.Effect[None]):
    text: str


@kont.do
def open_account(account: str) -> Generator[Any, Any, None]:
    yield from Store(account, 0)


@kont.do
def deposit(account: str, amount: int) -> Generator[Any, Any, None]:
    balance = yield from Balance(account)
    yield from Notify(f"{account}: {amount} on its way")
    yield from Store(account, balance + amount)


class Ledger(kont.Handlers):
    """Accounts in memory. Telling somebody takes a second, in which other tasks go on."""

    def __init__(self, **balances: int) -> None:
        self.balances = balances

    @kont.on(Balance)
    def balance(self, effect: Balance) -> int:
        return self.balances[effect.account]

    @kont.on(Store)
    def store(self, effect: Store) -> None:
        self.balances[effect.account] = effect.balance

    @kont.on(Notify)
    def notify(self, effect: Notify) -> Generator[Any, Any, None]:
        yield from kont.Sleep(1)
