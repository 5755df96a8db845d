"""The running bot as pages see it (`bot.app.view.Live`)."""

import asyncio
from datetime import datetime
from typing import Literal

from bot.app.routing import ADMINS, cut_off, stand_ins
from bot.app.run import Bot
from bot.app.view import NextSend, ShownChat, ShownMessage, Speaker
from bot.campaign.model import Chat, Town
from bot.channels.board import BoardChannel, Told, person_of
from bot.channels.buttons import buttons_of
from bot.clock import Clock
from bot.errors import NotFound
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Delivery
from bot.outbox.issue import issue, notice_to_admins
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.compose import compose
from bot.renderer.templates import MessageError
from bot.store.protocol import Change

_SHOWN = frozenset({"sent", "uncertain"})


class LiveBot:
    """What pages show and do of a bot that runs in this process."""

    def __init__(self, bot: Bot, board: BoardChannel) -> None:
        self._bot, self._board = bot, board
        self.lang: Lang = bot.lang
        self.clock: Clock = bot.clock
        self._changed: set[str] = set()
        self._all_changed = False
        self._woken = asyncio.Event()
        bot.store.on_commit(self._heard)

    @property
    def town(self) -> Town:
        """The town as the schedule in force has it."""
        return self._bot.in_force.schedule.town

    async def chats(self, last: int = 20) -> tuple[ShownChat, ...]:
        """Every chat in the town's order, the admins' own last."""
        upcoming = await self._upcoming()
        ids = [*(chat.id for chat in self.town.chats), ADMINS]
        return tuple([await self._shown(id_, last, upcoming.get(id_)) for id_ in ids])

    async def chat(self, id_: str, last: int = 200) -> ShownChat | None:
        """One chat."""
        if id_ != ADMINS and id_ not in self._bot.in_force.schedule.chats:
            return None
        return await self._shown(id_, last, (await self._upcoming()).get(id_))

    def speakers(self) -> tuple[Speaker, ...]:
        """Every office, and a resident."""
        resident = Speaker(None, say(sentence("service.resident"), self.lang))
        return (*(Speaker(office.id, office.name) for office in self.town.offices), resident)

    def notices(self) -> tuple[str, ...]:
        """A bad edit that was not taken; platforms out of reach; chats whose key is lost, or that stand in for one."""
        schedule = self._bot.in_force.schedule
        found = [self._bot.trouble] if self._bot.trouble else []
        for platform, why in self._bot.out_of_reach.items():
            what = sentence("service.out-of-reach", platform=sentence(f"board.platform-{platform}"), why=why)
            found.append(say(what, self.lang))
        lost = cut_off(schedule, self._bot.routes.table)
        found += [say(sentence("check.lost-key", chat=chat.id, platform=chat.on), self.lang) for chat in lost]
        lived = {chat.id: chat.on for chat in lost}
        for platform, count in stand_ins(schedule, self._bot.settings, lived).items():
            found.append(
                say(
                    sentence("service.stands-in", platform=sentence(f"board.platform-{platform}"), count=count),
                    self.lang,
                )
            )
        return tuple(found)

    async def press(self, chat: str, message_id: str, data: str, office: str | None) -> Told:
        """Press a button as an office or as a resident. Raises `NotFound` where the chat is not on the board."""
        self._must_live_here(chat)
        return await self._board.press(person_of(office), chat, message_id, data)

    async def say(self, chat: str, text: str, office: str | None, message_id: str | None = None) -> Told:
        """Type something in a chat. Raises `NotFound` like `press`."""
        self._must_live_here(chat)
        return await self._board.say(person_of(office), chat, text, message_id)

    async def test(self, chat: str) -> None:
        """Send a test message that says it is one. Raises `NotFound` where there is no such chat."""
        if self._bot.routes.to(chat) is None:
            raise NotFound(sentence("service.no-such-chat", chat=chat))
        now = self.clock.now()
        text = say(sentence("service.test-message", at=now.astimezone(self.town.zone)), self.lang)
        await self._bot.store.commit(Change(planned=notice_to_admins((chat,), f"test/{now.isoformat()}", text, now)))
        self._bot.sender.wake()

    async def changed(self) -> frozenset[str]:
        """Wait for the next change; the chats concerned, none for all of them."""
        await self._woken.wait()
        found = frozenset() if self._all_changed else frozenset(self._changed)
        self._changed.clear()
        self._all_changed = False
        self._woken.clear()
        return found

    def _heard(self, change: Change) -> None:
        self._changed.update(delivery.chat for delivery in (*change.deliveries, *change.planned))
        self._all_changed |= any(entry.kind == "schedule" for entry in change.entries)
        if self._changed or self._all_changed:
            self._woken.set()

    def _must_live_here(self, chat: str) -> None:
        if not self._lives_here(chat):
            raise NotFound(sentence("service.not-on-board", chat=chat))

    def _lives_here(self, chat: str) -> bool:
        route = self._bot.routes.to(chat)
        return route is not None and route.channel.name == "board"

    async def _upcoming(self) -> dict[str, Occurrence]:
        """What comes next in each chat. Of what is on record by its id, though its date has moved on, only what still
        waits to go out there comes.
        """
        now, store = self.clock.now(), self._bot.store
        on_record = {each.occurrence for each in await store.all_issued()}
        waiting = {(each.occurrence, each.chat) for each in await store.deliveries(unfinished=True)}
        found: dict[str, Occurrence] = {}
        for occurrence in season(self._bot.in_force.schedule):
            if occurrence.due > now:
                for chat, _ in occurrence.chats:
                    if occurrence.id not in on_record or (occurrence.id, chat) in waiting:
                        found.setdefault(chat, occurrence)
        return found

    async def _shown(self, id_: str, last: int, upcoming: Occurrence | None) -> ShownChat:
        chat = self._bot.in_force.schedule.chats.get(id_)
        deliveries = await self._bot.store.deliveries(chat=id_)
        shown = sorted((each for each in deliveries if each.state in _SHOWN and each.sent_at), key=_when)[-last:]
        failed = [each for each in deliveries if each.state in {"failed", "retrying"} and each.why]
        return ShownChat(
            id=id_,
            title=chat.title if chat else say(sentence("service.admins"), self.lang),
            platform=chat.on if chat else "board",
            on_board=self._lives_here(id_),
            kind=_kind(chat),
            messages=tuple([await self._message(each) for each in shown]),
            upcoming=self._next(id_, upcoming) if upcoming else None,
            trouble=failed[-1].why if failed and (not shown or failed[-1].due >= shown[-1].due) else None,
        )

    async def _message(self, delivery: Delivery) -> ShownMessage:
        issued = await self._bot.store.issued(delivery.occurrence)
        return ShownMessage(
            id=delivery.id,
            message_id=delivery.message_id,
            at=_when(delivery).astimezone(self.town.zone),
            text=delivery.text or "",
            buttons=buttons_of(issued, delivery.chat, self.lang) if issued else (),
            duty_alert=issued is not None and issued.owing is not None and bool(issued.chats.get(delivery.chat)),
            state="sent" if delivery.state == "sent" else "uncertain",
        )

    def _next(self, chat: str, occurrence: Occurrence) -> NextSend:
        bot = self._bot
        try:
            issued = issue(bot.in_force.schedule, bot.in_force.messages, occurrence, occurrence.due, "")
            text = compose(issued, chat, "board", (), occurrence.due, zone=self.town.zone, mentions={}, lang=self.lang)
        except MessageError as error:
            text = error.in_words(self.lang)
        return NextSend(
            occurrence=occurrence.id,
            due=occurrence.due,
            text=text,
            reason=say(occurrence.reason, self.lang),
            provisional=occurrence.provisional,
            duty_alert=occurrence.is_duty_alert and bool(dict(occurrence.chats).get(chat)),
        )


def _when(delivery: Delivery) -> datetime:
    return delivery.sent_at or delivery.due


def _kind(chat: Chat | None) -> Literal["offices", "office", "audience", "admins"]:
    if chat is None:
        return "admins"
    if chat.office:
        return "office"
    return "offices" if "offices" in chat.audiences else "audience"
