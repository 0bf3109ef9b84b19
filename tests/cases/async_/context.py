import asyncio

class Connection:
    def __init__(self, name):
        self.name = name
    async def __aenter__(self):
        await asyncio.sleep(0)
        print("open", self.name)
        return self
    async def __aexit__(self, kind, value, traceback):
        await asyncio.sleep(0)
        print("close", self.name, kind.__name__ if kind else None)
        return kind is KeyError

async def main():
    async with Connection("a") as a, Connection("b"):
        print("inside", a.name)
    async with Connection("swallow"):
        raise KeyError("gone")
    try:
        async with Connection("raise"):
            raise ValueError("out")
    except ValueError as error:
        print("outside", error)
    lock = asyncio.Lock()
    order = []

    async def critical(n):
        async with lock:
            order.append(f"in {n}")
            await asyncio.sleep(0)
            order.append(f"out {n}")

    await asyncio.gather(critical(1), critical(2))
    print(order)
    semaphore = asyncio.Semaphore(2)
    active = peak = 0

    async def limited():
        nonlocal active, peak
        async with semaphore:
            active += 1
            peak = max(peak, active)
            await asyncio.sleep(0)
            active -= 1

    await asyncio.gather(*(limited() for _ in range(6)))
    print("peak", peak)

asyncio.run(main())
