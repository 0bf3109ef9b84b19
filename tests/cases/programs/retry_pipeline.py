import asyncio

class Transient(Exception):
    pass

attempts = {}

async def call(name, fail_times):
    attempts[name] = attempts.get(name, 0) + 1
    await asyncio.sleep(0)
    if attempts[name] <= fail_times:
        raise Transient(f"{name} failed {attempts[name]}")
    return f"{name} ok"

async def with_retry(name, fail_times, tries=3):
    for n in range(1, tries + 1):
        try:
            return await call(name, fail_times)
        except Transient as error:
            print("retry", error)
            if n == tries:
                raise RuntimeError(f"gave up on {name}") from error

async def stage(source, sink, work):
    while (item := await source.get()) is not None:
        await sink.put(await work(item))
    await sink.put(None)

async def main():
    results = await asyncio.gather(with_retry("a", 0), with_retry("b", 2), with_retry("c", 9), return_exceptions=True)
    for r in results:
        print(repr(r) if isinstance(r, Exception) else r)
    print(repr(results[2].__cause__))
    first, second, third = asyncio.Queue(), asyncio.Queue(), asyncio.Queue()

    async def double(x):
        await asyncio.sleep(0)
        return x * 2

    async def label(x):
        return f"<{x}>"

    for i in (1, 2, 3, None):
        first.put_nowait(i)
    await asyncio.gather(stage(first, second, double), stage(second, third, label))
    out = []
    while not third.empty():
        out.append(third.get_nowait())
    print(out)

asyncio.run(main())
