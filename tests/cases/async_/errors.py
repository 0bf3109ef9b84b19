import asyncio

async def ok():
    return 1

async def main():
    try:
        await 5
    except TypeError as error:
        print(error)
    try:
        async for x in [1]:
            pass
    except TypeError as error:
        print(error)
    try:
        for x in ok_gen():
            pass
    except TypeError as error:
        print(error)
    c = ok()
    print(await c)
    try:
        await c
    except RuntimeError as error:
        print(error)
    async def bad():
        raise LookupError("late")
    tasks = [asyncio.create_task(ok()), asyncio.create_task(bad())]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    print(done)
    raise ValueError("end of main")

async def ok_gen():
    yield 1

asyncio.run(main())
