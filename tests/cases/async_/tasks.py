import asyncio

async def job(n):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled", n)
        raise
    finally:
        print("cleanup", n)

async def main():
    t = asyncio.create_task(job(1))
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("awaited cancelled task", t.cancelled(), t.done())
    try:
        await asyncio.wait_for(job(2), timeout=0.01)
    except asyncio.TimeoutError:
        print("timed out")
    print(await asyncio.wait_for(quick(), timeout=5))
    t = asyncio.create_task(boom())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(t.done(), repr(t.exception()))
    try:
        t.result()
    except ValueError as error:
        print("result raised", error)

async def quick():
    return "quick"

async def boom():
    raise ValueError("boom")

asyncio.run(main())
