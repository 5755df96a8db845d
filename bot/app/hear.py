"""What comes in: on disk before the platform is told that we have it, then dealt with, then answered."""

import logging
from typing import Protocol

from bot.acknowledgements.receive import Hearing, receive
from bot.app.commands import reply_to
from bot.app.in_force import InForce
from bot.channels.protocol import Batch, Button, Channel
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import ChannelDown, SendError, StoreError
from bot.language import Lang, Sentence, say, sentence
from bot.ledger.inbound import Inbound
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_WAITS = (2.0, 5.0, 10.0, 30.0, 60.0)


class Ground(Protocol):
    """What hearing stands on: the schedule and the terms in force may change while it runs."""

    in_force: InForce
    terms: Terms
    lang: Lang


async def hear(channel: Channel, store: Store, routes: Routes, clock: Clock, ground: Ground) -> None:
    """Connect, listen and deal with what comes, for as long as it is let; a platform out of reach is tried again."""
    tries = 0
    opened = False
    mark = f"offset:{channel.name}"
    await deal_with_unhandled(channel, store, routes, ground)
    while True:
        try:
            if not opened:
                await channel.open()
                opened = True
                _log.info("%s: connected", channel.name)
            offset = await store.mark(mark)
            batch = await channel.receive(offset)
            if batch.inbound or batch.offset != offset:
                await _keep(batch, mark, channel, store, ground)
            tries = 0
        except (SendError, StoreError) as error:
            _log.warning("%s: %s", channel.name, error)
            if isinstance(error, ChannelDown):
                await _tell_down(channel, store, clock, ground, error)
            await clock.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1
            continue
        await deal_with_unhandled(channel, store, routes, ground)


async def _keep(batch: Batch, mark: str, channel: Channel, store: Store, ground: Ground) -> None:
    """Put it on disk, and only then move the offset. Who would not be heard again is told, raises `StoreError`."""
    try:
        await store.commit(Change(inbound=batch.inbound, marks={mark: batch.offset} if batch.offset else {}))
    except StoreError:
        if batch.offset is None:
            for inbound in batch.inbound:
                await _answer(channel, inbound, sentence("answers.not-recorded"), ground.lang)
        raise


async def deal_with_unhandled(channel: Channel, store: Store, routes: Routes, ground: Ground) -> None:
    """Deal with everything of this channel that is on disk and not dealt with, in the order in which it came."""
    for inbound in await store.unhandled():
        if inbound.platform == channel.name:
            try:
                await _deal_with(inbound, channel, store, routes, ground)
            except StoreError as error:
                _log.error("%s stays to be dealt with: %s", inbound.key, error)
                await _answer(channel, inbound, sentence("answers.not-recorded"), ground.lang)
                return
            except Exception:  # noqa: BLE001 - one thing that nobody foresaw must not hold up the rest
                _log.exception("%s cannot be dealt with and waits for the next start", inbound.key)


async def _deal_with(inbound: Inbound, channel: Channel, store: Store, routes: Routes, ground: Ground) -> None:
    chat = routes.chat_at(inbound.platform, inbound.address)
    match inbound.kind:
        case "press" | "text":
            verdict = await receive(store, Hearing(inbound, chat, ground.in_force.schedule, ground.lang))
            if verdict is not None:
                await _answer(channel, inbound, verdict.told, ground.lang, verdict.buttons)
            elif inbound.platform == "board":
                await _answer(channel, inbound, sentence("service.only-talk"), ground.lang)
        case "command":
            await store.commit(Change(handled=(inbound.key,)))
            await _answer(channel, inbound, reply_to(inbound), ground.lang)
        case "moved" | "left" | "joined":
            await _chat_changed(inbound, chat, store, routes, ground)


async def _chat_changed(inbound: Inbound, chat: str | None, store: Store, routes: Routes, ground: Ground) -> None:
    marks: dict[str, str | None] = {}
    about: Sentence | None = None
    if inbound.kind == "moved" and inbound.new_address:
        key = f"{inbound.platform}:{inbound.address}"
        routes.moved[key] = inbound.new_address
        marks[f"moved:{key}"] = inbound.new_address
        about = sentence("service.chat-moved", chat=chat or "?", old=inbound.address, new=inbound.new_address)
    elif inbound.kind == "left" and chat is not None:
        about = sentence("service.bot-removed", chat=chat)
    admins = ground.terms.admins if about else ()
    words = say(about, ground.lang) if about else ""
    told = notice_to_admins(admins, f"chat/{inbound.key}", words, inbound.at)
    await store.commit(Change(planned=told, marks=marks, handled=(inbound.key,)))


async def _answer(
    channel: Channel, inbound: Inbound, told: Sentence, lang: Lang, buttons: tuple[tuple[Button, ...], ...] = ()
) -> None:
    """Best effort: what counts is on disk already."""
    try:
        await channel.answer(inbound, say(told, lang), buttons)
    except SendError as error:
        _log.info("%s could not be told: %s", inbound.person, error)


async def _tell_down(channel: Channel, store: Store, clock: Clock, ground: Ground, error: ChannelDown) -> None:
    now = clock.now()
    words = say(sentence("service.channel-down", platform=channel.name, why=error.sentence), ground.lang)
    about = f"down/{channel.name}/{now.astimezone(ground.terms.zone):%Y-%m-%d}"
    await store.commit(Change(planned=notice_to_admins(ground.terms.admins, about, words, now)))
