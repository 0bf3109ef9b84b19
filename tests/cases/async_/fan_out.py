import asyncio

async def fetch(url):
    await asyncio.sleep(0.001 * len(url))
    if "bad" in url:
        raise ConnectionError(f"cannot reach {url}")
    return {"url": url, "size": len(url) * 100}

async def fetch_all(urls, limit):
    semaphore = asyncio.Semaphore(limit)
    async def one(url):
        async with semaphore:
            for attempt in range(2):
                try:
                    return await fetch(url)
                except ConnectionError as error:
                    last = error
            return {"url": url, "error": str(last)}
    return await asyncio.gather(*[one(u) for u in urls])

async def main():
    results = await fetch_all(["/a", "/bad", "/long/path", "/b"], 2)
    for r in results:
        print(r["url"].ljust(12), r.get("size", "-"), r.get("error", ""))
    print("total", sum(r.get("size", 0) for r in results))

if __name__ == "__main__":
    asyncio.run(main())
