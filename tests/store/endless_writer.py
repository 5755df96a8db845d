"""Run as a process of its own: commits without end, and says of each commit that it is durable. To be killed."""

import asyncio
import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.store.records import a_delivery, an_entry, an_inbound


async def write(folder: Path) -> None:
    store = await open_store(folder, SystemClock())
    numbers = iter(range(len(await store.entries()), sys.maxsize))

    async def commit_on() -> None:
        for n in numbers:
            await store.commit(
                Change(
                    entries=(an_entry(f"o-{n}", detail={"text": "小心火烛" * (n % 50)}),),
                    deliveries=(a_delivery(f"o-{n}", state="sent"),),
                    inbound=(an_inbound(str(n)),),
                    handled=(f"telegram:{n - 3}",),
                    marks={f"m-{n}": "x", f"m-{n - 5}": None},
                )
            )
            sys.stdout.write(f"{n}\n")
            sys.stdout.flush()

    await asyncio.gather(*(commit_on() for _ in range(3)))


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
