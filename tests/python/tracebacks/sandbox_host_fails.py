"""A tool that a sandboxed program calls fails in its host, and the program does not catch it."""

import kont


@kont.tool
def balance(account: str) -> float:
    """What is in an account."""
    return {"ann": 12.5}[account]


SOURCE = """
def total(names):
    return sum(balance(name) for name in names)

total(["ann", "bob"])
"""


@kont.handler(balance)
def audited(effect):
    return (yield effect)


async def main():
    box = kont.Sandbox(SOURCE, tools=[balance], filename="model.py")
    return await box.program()


kont.run(main(), audited)
