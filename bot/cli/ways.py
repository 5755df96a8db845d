"""Handing something to one chat from the command line, straight through its platform's client, beside a running bot."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import httpx

from bot.app.admin.people import Admin
from bot.app.admin.revive import revive
from bot.app.routing import ADMINS, admin_chats, channels_of, lived_on, moved_to, routes_of
from bot.campaign.model import Schedule
from bot.channels.buttons import decision_data
from bot.channels.protocol import Channel, File, Message
from bot.channels.routes import Route, Routes
from bot.cli.options import Call, command_line_user
from bot.clock import SystemClock
from bot.errors import GengfuError, NotFound, Refused
from bot.language import sentence
from bot.outbox.outcome import DEAD
from bot.outbox.terms import terms_of
from bot.settings import host_and_port
from bot.store.hold import holder
from bot.store.protocol import Reader
from bot.store.tinydb import open_store
from bot.web.board import FRAGMENT
from bot.web.listen import Listened


@dataclass(frozen=True)
class Way:
    """How something gets into one chat, and through whom: this command itself; the bot that runs, since the platform
    allows one connection and it has that; or whoever shows the board, which is the bot as well.
    """

    chat: str
    route: Route
    through: Literal["us", "bot", "board"]
    is_given_up: bool


async def way_to(call: Call, store: Reader, schedule: Schedule, chat: str) -> Way:
    """The way to a chat. Raises `NotFound` for a chat that there is not or that has no way out."""
    if chat not in schedule.chats:
        raise NotFound(sentence("service.no-such-chat", chat=chat))
    channels, marks = channels_of(call.settings, SystemClock()), await store.marks()
    route = Routes(routes_of(schedule, call.settings, channels, lived_on(marks)), moved_to(marks)).to(chat)
    if route is None:
        raise NotFound(
            sentence("check.lost-key", chat=chat, platform=sentence(f"board.platform-{schedule.chats[chat].on}"))
        )
    through: Literal["us", "bot", "board"] = "us"
    if route.channel.name == "board":
        through = "board"
    elif route.channel.exclusive and holder(call.settings.data):
        through = "bot"
    return Way(chat, route, through, f"{DEAD}{chat}" in marks)


async def hand_over(call: Call, way: Way, schedule: Schedule, what: Message | File) -> None:
    """Send this by our own connection. A chat that was given up and takes it is tried again from then on.

    Raises `SendError`, `Refused` also for what is too long.
    """
    channel = way.route.channel
    try:
        await channel.open()
        await _sent(channel, way.route.address, what)
    finally:
        await channel.close()
    if way.is_given_up:
        await _revive(call, way.chat, schedule)


async def ask_the_bot(call: Call, path: str, form: dict[str, str]) -> None:
    """Have the bot that runs do something, as its own pages would. Raises `GengfuError` where it is not reached, and
    with its own words where it could not.
    """
    address = call.settings.web.listen
    url = Listened(*host_and_port(address)).url
    headers = {"Origin": url, FRAGMENT: "1"}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=15) as client:
            answer = await client.post(f"{url}{path}", headers=headers, data=form)
    except httpx.HTTPError:
        raise GengfuError(sentence("cli.board-unreachable", address=address)) from None
    if answer.is_error:
        why = _words_in(answer)
        raise GengfuError(sentence("cli.bot-says" if why else "cli.board-unreachable", why=why, address=address))


def _words_in(answer: httpx.Response) -> str | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return str(found["message"]) if isinstance(found, dict) and found.get("message") else None


async def _sent(channel: Channel, address: str, what: Message | File) -> None:
    if isinstance(what, File):
        await channel.send_file(address, what)
        return
    if not (fit := channel.fit(what)).fits:
        raise Refused(sentence("cli.too-long-to-send", used=fit.used, allowed=fit.allowed))
    await channel.send(address, what)


async def _revive(call: Call, chat: str, schedule: Schedule) -> None:
    """A chat that was given up takes messages again: the bot is told so, or the record where none runs."""
    if holder(call.settings.data):
        await ask_the_bot(call, f"/chats/{quote(ADMINS)}/press", {"message": "", "data": decision_data("revive", chat)})
        return
    clock = SystemClock()
    store = await open_store(call.settings.data, clock)
    try:
        admins = admin_chats(schedule, channels_of(call.settings, clock))
        terms = terms_of(schedule, admins, call.lang)
        await revive(store, terms, chat, Admin(command_line_user(), None, clock.now()))
    finally:
        await store.close()
