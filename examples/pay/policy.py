"""Who may spend what: a payment above 50 asks a person."""

import kont
from tools import send_money

ASK_ABOVE = 50.00


@kont.handler(send_money)
def large_payments_ask(call, k):
    if call.arguments["amount"] > ASK_ABOVE:
        yield kont.Approval(f"amount > {ASK_ABOVE:.0f}")
    yield kont.Pass()
