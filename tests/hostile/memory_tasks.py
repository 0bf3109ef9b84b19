# limit: memory_bytes, steps
import asyncio
async def sleeper():
    await asyncio.sleep(1000)
async def main():
    tasks = []
    while True:
        tasks.append(asyncio.create_task(sleeper()))
asyncio.run(main())
