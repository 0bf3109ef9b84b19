import asyncio

async def add(a, b):
    await asyncio.sleep(0)
    return a + b

async def fails():
    await asyncio.sleep(0)
    raise ValueError("async failure")

async def main():
    print(await add(1, 2))
    print(await asyncio.gather(add(1, 1), add(2, 2), add(3, 3)))
    try:
        await fails()
    except ValueError as error:
        print("caught", error)
    results = await asyncio.gather(add(1, 2), fails(), return_exceptions=True)
    print(results)
    try:
        await asyncio.gather(add(1, 2), fails())
    except ValueError as error:
        print("gather raised", error)
    print(await asyncio.gather())
    return "main result"

print(asyncio.run(main()))
coroutine = add(1, 2)
print(type(coroutine).__name__)
coroutine.close()
