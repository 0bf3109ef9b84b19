import asyncio

async def producer(queue, n):
    for i in range(n):
        await queue.put(i)
        print("put", i)
    await queue.put(None)

async def consumer(queue):
    seen = []
    while True:
        item = await queue.get()
        if item is None:
            return seen
        print("got", item)
        seen.append(item)

async def main():
    queue = asyncio.Queue(maxsize=2)
    results = await asyncio.gather(producer(queue, 5), consumer(queue))
    print(results, queue.empty(), queue.qsize())
    q = asyncio.Queue()
    q.put_nowait("x")
    print(q.get_nowait())
    try:
        q.get_nowait()
    except asyncio.QueueEmpty:
        print("empty")

asyncio.run(main())
