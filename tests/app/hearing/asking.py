"""A town in which people ask the bot things: two asks of the morning went out, and a warning to the residents."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.receive import receive
from bot.app.admin.pausing import Pausing
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.conduct import commanded, wished
from bot.app.in_force import InForce
from bot.app.routing import ADMINS
from bot.app.sources import Sources
from bot.campaign.model import Schedule
from bot.channels.board import ADMIN as ADMIN_OF_THE_BOARD
from bot.channels.board import person_of
from bot.channels.buttons import read_wish
from bot.channels.protocol import Button, Channel
from bot.errors import SendError, StoreError
from bot.language import Lang, say
from bot.ledger.inbound import Inbound
from bot.outbox.pace import Pace
from bot.outbox.terms import Terms, terms_of
from bot.outbox.tick import tick
from bot.renderer.templates import Messages
from bot.settings import Settings
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.app.stage import a_winter, at, on
from tests.builders import a_duty_alert, a_reminder, a_schedule
from tests.fakes import AMPLE

POLICE, ENFORCEMENT, SUPERVISOR, ADMIN, STRANGER = (f"telegram:{number}" for number in (2001, 2002, 2009, 1001, 11))
DUTY_ROOM, VILLAGE, RESIDENTS = "-1001001", "-1001002", "-1001003"
CHATS = {DUTY_ROOM: "duty-room", VILLAGE: "longmen-office", RESIDENTS: "longmen-residents"}
EVERYBODY = {"offices": ["police", "enforcement", "village-longmen"]}
LONG = {"within": "20h", "expects": "done"}
MORNING = (
    a_reminder(on=on("08:01")),
    a_duty_alert("fireworks", on=on("08:02"), to=EVERYBODY, message="fireworks"),
    a_duty_alert("gas", on=on("08:03"), message="gas"),
    a_reminder("evening", on=on("20:00")),
)
MESSAGES = Messages(
    {
        "sanqing-sanguan.j2": "**三清三关**",
        "fireworks.j2": "**烟花爆竹值守**\n请落实",
        "gas.j2": "**燃气检查**",
    }
)


@cache
def the_schedule() -> Schedule:
    return a_schedule(campaigns=[a_winter(*MORNING)])


@dataclass
class Ground:
    """What commands stand on, without a bot round it."""

    in_force: InForce
    terms: Terms
    settings: Settings = field(default_factory=Settings)
    lang: Lang = "zh"
    out_of_reach: dict[str, SendError | StoreError] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    caught_up: dict[str, datetime] = field(default_factory=dict)
    pausing: Pausing | None = None

    def pace(self, channel: Channel) -> Pace:
        return Pace(AMPLE)


@dataclass
class Town:
    """The record, and what people ask; each asking returns what they are told, and the buttons stay in `answer`."""

    schedule: Schedule = field(default_factory=the_schedule)
    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = field(default_factory=lambda: at("08:00:00"))
    paused: bool = False

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.answer: Answer | None = None
        sources = Sources({}, {})
        terms = terms_of(self.schedule, (ADMIN, ADMINS), "zh")
        self.ground = Ground(InForce(self.schedule, MESSAGES, sources), terms)

    async def pass_to(self, moment: datetime) -> None:
        """What falls due by then goes out everywhere, as asked in time."""
        self.now = moment
        await tick(self.store, self.schedule, MESSAGES, self.ground.terms, moment, "1")
        sent = []
        for each in await self.store.deliveries(unfinished=True):
            issued = await self.store.issued(each.occurrence)
            owing = issued.owing if issued else None
            went = {"state": "sent", "sent_at": each.due, "message_id": "1", "deadline": owing and owing.deadline}
            sent.append(each.model_copy(update=went))
        await self.store.commit(Change(deliveries=tuple(sent)))

    async def says(self, text: str, person: str = POLICE, address: str = DUTY_ROOM, **inbound: Any) -> str:
        """Somebody types a command."""
        hearing = await self._hears(kind="command", text=text, person=person, address=address, **inbound)
        return self._told(await commanded(self.store, hearing, self.ground, self.now))

    async def asks_in_private(self, text: str, person: str) -> str:
        """In their own chat with the bot."""
        return await self.says(text, person, person.removeprefix("telegram:"))

    async def says_on_the_board(self, text: str, office: str | None, chat: str = "duty-room") -> str:
        """As an office or a resident of the board, in the admins' chat as an admin."""
        person = ADMIN_OF_THE_BOARD if chat == ADMINS else person_of(office)
        return await self.says(text, person, chat, platform="board")

    async def presses(self, data: str, person: str = POLICE, address: str = DUTY_ROOM, **inbound: Any) -> str:
        """Somebody presses a button."""
        hearing = await self._hears(kind="press", data=data, person=person, address=address, **inbound)
        if wish := read_wish(data):
            return self._told(await wished(self.store, hearing, self.ground, self.now, wish))
        verdict = await receive(self.store, hearing)
        assert verdict is not None
        return say(verdict.told)

    async def token(self, reminder: str) -> str:
        """What the buttons of an ask carry."""
        return next(each.token for each in await self.store.all_issued() if each.reminder == reminder)

    @property
    def buttons(self) -> list[list[Button]]:
        assert self.answer is not None
        return [list(row) for row in self.answer.buttons]

    @property
    def labels(self) -> list[list[str]]:
        return [[each.label for each in row] for row in self.buttons]

    async def refusals(self) -> list[tuple[str | None, object]]:
        """Who was refused what, on record."""
        found = [each for each in await self.store.entries() if each.kind == "refused"]
        return [(each.by, (each.detail or {}).get("asked")) for each in found]

    async def calls(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """What was planned of the ladder: kind, chat, offices."""
        found = [(each.call, each.chat) for each in await self.store.deliveries() if each.call]
        return [(call.kind, chat, call.offices) for call, chat in found if call.kind == "remind"]

    async def _hears(self, **what: Any) -> Hearing:
        address = what["address"]
        private = not address.startswith("-") and what.get("platform") != "board"
        given = {"platform": "telegram", "id": str(next(self._numbers)), "at": self.now, "private": private}
        inbound = Inbound.model_validate({**given, **what})
        await self.store.commit(Change(inbound=(inbound,)))
        known = {**CHATS, **{chat: chat for chat in (*CHATS.values(), ADMINS)}, "1001": ADMIN}
        chat = known.get(address)
        return Hearing(inbound, chat, self.schedule, self.ground.terms.admins, "zh", self.paused)

    def _told(self, answer: Answer) -> str:
        self.answer = answer
        return answer.text("zh")


def listed(text: str) -> list[str]:
    """The lines of a list."""
    return [line for line in text.splitlines() if line.startswith("- ")]
