import asyncio

async def waiter(name, event):
    print(name, "waits")
    await event.wait()
    print(name, "goes")

async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(n, event)) for n in "ab"]
    await asyncio.sleep(0)
    print("set", event.is_set())
    event.set()
    await asyncio.gather(*tasks)
    future = asyncio.get_running_loop().create_future()

    async def fulfil():
        await asyncio.sleep(0)
        future.set_result("answer")

    task = asyncio.create_task(fulfil())
    print(await future)
    await task
    done, pending = await asyncio.wait([asyncio.create_task(give(i)) for i in range(3)])
    print(sorted(t.result() for t in done), len(pending))
    for finished in asyncio.as_completed([give(1), give(2)]):
        print("completed", (await finished) > 0)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(give(7))
        second = group.create_task(give(8))
    print(first.result(), second.result())

async def give(x):
    await asyncio.sleep(0.001 * x)
    return x

asyncio.run(main())
