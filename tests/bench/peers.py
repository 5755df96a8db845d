"""What others do with many chats and Telegram's limits, run by an interpreter of its own (`make bench` makes it).

    .venv/peers/bin/python -P tests/bench/peers.py aiogram|aioratelimiter URL TOKEN < messages.json

The input is a list of [chat, text]; it prints the seconds of processor that it took, its most memory in bytes, and how
many messages it left unsent.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

Messages = list[tuple[int, str]]


async def aiogram(url: str, token: str, messages: Messages) -> int:
    """The loop that people write: one chat after the other, and where Telegram says wait, wait and send again."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramRetryAfter

    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    await bot.me()
    for chat, text in messages:
        while True:
            try:
                await bot.send_message(chat, text)
                break
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)  # noqa: TID251 - the peer's own way
    await bot.session.close()
    return 0


async def aioratelimiter(url: str, token: str, messages: Messages) -> int:
    """All at once through python-telegram-bot's limiter as it comes: it raises where Telegram says wait."""
    from telegram.error import RetryAfter
    from telegram.ext import AIORateLimiter, ExtBot

    async with ExtBot(token, base_url=f"{url}/bot", rate_limiter=AIORateLimiter()) as bot:
        results = await asyncio.gather(
            *(bot.send_message(chat, text) for chat, text in messages), return_exceptions=True
        )
    unsent = [each for each in results if isinstance(each, BaseException)]
    if others := [each for each in unsent if not isinstance(each, RetryAfter)]:
        raise others[0]
    return len(unsent)


PEERS: dict[str, Callable[[str, str, Messages], Coroutine[Any, Any, int]]] = {
    each.__name__: each for each in (aiogram, aioratelimiter)
}


def processor() -> float:
    """Seconds of processor that this process has taken, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def most_memory() -> int:
    """The most bytes of memory that this process has had (`getrusage` counts those of who started it, too)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024


def main(name: str, url: str, token: str) -> None:
    """Send them all and print what it took."""
    messages = json.load(sys.stdin)
    asyncio.run(PEERS[name](url, token, []))  # libraries loaded, the first connection made
    since = processor()
    unsent = asyncio.run(PEERS[name](url, token, messages))
    sys.stdout.write(json.dumps({"processor": processor() - since, "memory": most_memory(), "unsent": unsent}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
