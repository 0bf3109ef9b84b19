import asyncio

async def worker(name, rounds):
    for i in range(rounds):
        print(name, i)
        await asyncio.sleep(0)
    print(name, "done")
    return name

async def main():
    tasks = [asyncio.create_task(worker(n, k)) for n, k in (("a", 3), ("b", 1), ("c", 2))]
    print("created")
    await asyncio.sleep(0)
    print("main goes on")
    print(await tasks[2], tasks[0].done())
    print(await asyncio.gather(*tasks))
    print([t.result() for t in tasks])
    inline = await worker("inline", 1)
    print(inline)

asyncio.run(main())

async def sleeper(name, seconds):
    await asyncio.sleep(seconds)
    print("woke", name)

async def timed():
    await asyncio.gather(sleeper("slow", 0.03), sleeper("fast", 0.01), sleeper("middle", 0.02))

asyncio.run(timed())
