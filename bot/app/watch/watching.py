"""Everybody who is to know how a running bot does: who waits for the heartbeat, systemd, the admins, who reads logs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.app.kept import kept
from bot.app.logs import redactor
from bot.app.run import Bot
from bot.app.view.protocol import Live
from bot.app.watch import chronicle
from bot.app.watch.heartbeat import Heartbeat
from bot.app.watch.peace import DailyWord
from bot.app.watch.systemd import Systemd
from bot.app.watch.watch import Watch
from bot.language import say, sentence


@asynccontextmanager
async def watching(bot: Bot, live: Live, watch: Watch, environment: Mapping[str, str]) -> AsyncIterator[None]:
    """Tell them while this is open, beside the bot and never in its way."""
    redact = redactor(bot.settings)

    async def wrong() -> tuple[str, ...]:
        return tuple(redact(say(each.what, bot.lang)) for each in await watch.troubles())

    async def status() -> str:
        return "; ".join(await wrong()) or say(sentence("watch.well"), bot.lang)

    bot.store.on_commit(chronicle.tell)
    systemd = Systemd(environment, bot.clock, lambda: watch.is_turning, status)
    parts = {"systemd": systemd.run, "daily word": DailyWord(bot, live, watch).run}
    if url := bot.settings.heartbeat_url:
        parts["heartbeat"] = Heartbeat(url, bot.clock, wrong).run
    tasks = [asyncio.create_task(kept(run, name, bot.clock), name=name) for name, run in parts.items()]
    try:
        yield
    finally:
        systemd.stopping()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
