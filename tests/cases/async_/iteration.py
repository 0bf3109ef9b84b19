import asyncio

class Pages:
    def __init__(self, n):
        self.n = n
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n

async def numbers(n):
    try:
        for i in range(n):
            await asyncio.sleep(0)
            yield i * 10
    finally:
        print("generator closed")

async def main():
    async for page in Pages(3):
        print("page", page)
    else:
        print("all pages")
    print([x async for x in numbers(4) if x != 20])
    print({x: await double(x) async for x in numbers(2)})
    total = 0
    async for x in numbers(3):
        total += x
    print(total)
    g = numbers(5)
    print(await g.__anext__(), await anext(g))
    await g.aclose()
    print(sum([y async for y in Pages(4)]))

async def double(x):
    return x * 2

asyncio.run(main())
