"""Chats with their messages and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from bot.app.health import waiting
from bot.app.live.occurrence import file_name
from bot.app.live.planned import planned
from bot.app.live.record import Record
from bot.app.live.words import Words, as_it_will_go
from bot.app.routing import ADMINS
from bot.app.run import Bot
from bot.app.view.chats import ChatHead, ChatKind, NextSend, ShownChat, ShownFile, ShownMessage
from bot.campaign.model import Chat
from bot.language import say, sentence
from bot.ledger.deliveries import UNFINISHED, Delivery, Issued
from bot.outbox.recalling import about
from bot.outbox.wording import buttons_in
from bot.planner.occurrence import Occurrence

_SHOWN = frozenset({"sent", "uncertain"})


@dataclass(frozen=True)
class _Upcoming:
    """What comes next in a chat and when: planned, or on record already and waiting for a later day."""

    occurrence: Occurrence
    due: datetime
    waits: tuple[Delivery, Issued] | None = None


class Chats:
    """The town's chats and the admins' own."""

    def __init__(self, bot: Bot, record: Record, words: Words) -> None:
        self._bot, self._record, self._words = bot, record, words

    async def heads(self) -> tuple[ChatHead, ...]:
        """Every chat in the town's order, the admins' own last."""
        await self._record.ready()
        now, waits = self._bot.clock.now(), await waiting(self._bot.store)
        ids = [*(chat.id for chat in self._bot.in_force.schedule.town.chats), ADMINS]
        return tuple([self._head(id_, await self._upcoming(id_, now), waits.get(id_)) for id_ in ids])

    async def chat(self, id_: str, last: int) -> ShownChat | None:
        """One chat with so many of its last messages, None where the town has no such chat."""
        if not self._is_known(id_):
            return None
        await self._record.ready()
        bot, now = self._bot, self._bot.clock.now()
        upcoming = await self._upcoming(id_, now)
        waits = [each.why for each in await bot.store.deliveries(chat=id_, unfinished=True) if each.why]
        shown = sorted([each for each in await bot.store.deliveries(chat=id_) if await self._is_shown(each)], key=_when)
        messages = [await self._message(each) for each in shown[max(len(shown) - last, 0) :]]
        head = self._head(id_, upcoming, waits[-1] if waits else None)
        return ShownChat(
            **vars(head), messages=tuple(messages), upcoming=await self._next(id_, upcoming) if upcoming else None
        )

    async def message(self, chat: str, id_: str) -> ShownMessage | None:
        """One message, None where it does not stand in this chat."""
        found = await self._bot.store.delivery(id_)
        if found is None or found.chat != chat or not self._is_known(chat) or not await self._is_shown(found):
            return None
        return await self._message(found)

    def _is_known(self, id_: str) -> bool:
        return id_ == ADMINS or id_ in self._bot.in_force.schedule.chats

    async def _upcoming(self, chat: str, now: datetime) -> _Upcoming | None:
        """Of what is on record by its id, though its date has moved on, only what still waits to go out there comes."""
        store = self._bot.store
        for occurrence in planned(self._bot.in_force.schedule).after(chat, now):
            if (issued := await store.issued(occurrence.id)) is None:
                return _Upcoming(occurrence, occurrence.due)
            delivery = await store.delivery(f"{occurrence.id}@{chat}")
            if delivery and delivery.state in UNFINISHED and delivery.due > now:
                return _Upcoming(occurrence, delivery.due.astimezone(occurrence.due.tzinfo), (delivery, issued))
        return None

    def _head(self, id_: str, upcoming: _Upcoming | None, waits: str | None) -> ChatHead:
        bot = self._bot
        chat, route = bot.in_force.schedule.chats.get(id_), bot.routes.table.get(id_)
        failure = self._record.sendings.unmended(id_)
        failed = failure.in_words(bot.lang) if failure and failure.kind != "uncertain" else None
        return ChatHead(
            id=id_,
            title=chat.title if chat else say(sentence("service.admins"), bot.lang),
            platform=chat.on if chat else "board",
            on_board=route is not None and route.channel.name == "board",
            kind="caller" if id_ in bot.in_force.schedule.mention_by.values() else _kind(chat),
            trouble=waits or failed,
            next_due=upcoming.due if upcoming else None,
        )

    async def _is_shown(self, delivery: Delivery) -> bool:
        """Whether it stands in its chat, or was recalled from there; what gave way to a newer one does neither."""
        if delivery.state not in _SHOWN or delivery.sent_at is None:
            return False
        issued = await self._bot.store.issued(about(delivery)) if delivery.taken_down else None
        return not delivery.taken_down or (issued is not None and issued.withdrawn)

    async def _message(self, delivery: Delivery) -> ShownMessage:
        bot, store = self._bot, self._bot.store
        issued, text = await store.issued(delivery.occurrence), delivery.text
        if text is None and issued:  # a record that was restored knows only that it may have gone out
            text = await as_it_will_go(bot, delivery, issued, delivery.due)
        route = bot.routes.to(delivery.chat)
        presses = route is None or route.presses
        return ShownMessage(
            id=delivery.id,
            message_id=delivery.message_id,
            at=_when(delivery).astimezone(bot.in_force.schedule.town.zone),
            text=text or "",
            buttons=() if delivery.taken_down else await buttons_in(store, delivery, bot.lang, presses=presses),
            duty_alert=issued is not None and issued.owing is not None and bool(issued.chats.get(delivery.chat)),
            state="recalled" if delivery.taken_down else "sent" if delivery.state == "sent" else "uncertain",
            files=await self._files(issued, delivery.chat) if issued and issued.owing else (),
        )

    async def _files(self, issued: Issued, chat: str) -> tuple[ShownFile, ...]:
        """What the offices that are asked in this chat handed in as evidence."""
        zone, here = self._bot.in_force.schedule.town.zone, issued.chats.get(chat, ())
        return tuple(
            ShownFile(issued.offices[each.office], each.at.astimezone(zone), name, issued.token, each.seq)
            for each in await self._bot.store.entries(occurrence=issued.occurrence)
            if each.kind == "evidence" and each.office in here and (name := file_name(each))
        )

    async def _next(self, chat: str, upcoming: _Upcoming) -> NextSend:
        occurrence, bot = upcoming.occurrence, self._bot
        if upcoming.waits:
            delivery, issued = upcoming.waits
            text = await as_it_will_go(bot, delivery, issued, delivery.due)
        else:
            text = self._words.text(occurrence, chat)
        return NextSend(
            occurrence=occurrence.id,
            due=upcoming.due,
            text=text,
            reason=say(occurrence.reason, bot.lang),
            provisional=occurrence.provisional,
            duty_alert=occurrence.is_duty_alert and bool(dict(occurrence.chats).get(chat)),
        )


def _when(delivery: Delivery) -> datetime:
    return delivery.sent_at or delivery.due


def _kind(chat: Chat | None) -> ChatKind:
    if chat is None:
        return "admins"
    if chat.office:
        return "office"
    return "offices" if "offices" in chat.audiences else "audience"
