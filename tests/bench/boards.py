"""A hundred browsers, each with the board open: a process of its own, so that it costs the bot what browsers cost it.

    python -m tests.bench.boards URL COUNT

Says `ready` once each hears the bot, then listens until it is killed.
"""

import asyncio
import re
import sys
from urllib.parse import urlencode

import httpx

_DATA = re.compile(r'data-(events|sees|version)="([^"]*)"')


async def main(url: str, count: int) -> None:
    """Open the boards and keep them open."""
    limits = httpx.Limits(max_connections=count + 10)
    async with httpx.AsyncClient(trust_env=False, base_url=url, timeout=None, limits=limits) as browser:
        page = (await browser.get("/")).text
        found = dict(_DATA.findall(page[page.index('id="link"') :]))
        stream = f"{found['events']}?{urlencode({'sees': found['sees'], 'version': found['version']})}"
        heard: asyncio.Queue[None] = asyncio.Queue()
        listening = [asyncio.create_task(_listen(browser, stream, heard)) for _ in range(count)]
        for _ in range(count):
            await heard.get()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.gather(*listening)


async def _listen(browser: httpx.AsyncClient, stream: str, heard: asyncio.Queue[None]) -> None:
    async with browser.stream("GET", stream) as answer:
        first = True
        async for _ in answer.aiter_raw():
            if first:
                heard.put_nowait(None)
            first = False


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
