"""A room in which asks have gone out and people press and type."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.acknowledgements import problems
from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.receive import receive
from bot.campaign.model import Schedule
from bot.channels.board import person_of
from bot.channels.buttons import Wish, data_of, read_wish, wish_data
from bot.language import say
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import AnswerState
from bot.ledger.inbound import Inbound
from bot.ledger.standing import standings
from bot.outbox.issue import deliveries_of
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import a_chat, a_schedule, a_town, an_office
from tests.outbox.stage import NINE

POLICE, DEPUTY, ENFORCEMENT, BOTH, STRANGER, VILLAGER = 2001, 2003, 2002, 2005, 11, 3001
DUTY_ROOM, VILLAGE, RESIDENTS = "-1001001", "-1001002", "-1001003"
ADMINS = ("admins",)
CHATS = {DUTY_ROOM: "duty-room", VILLAGE: "longmen-office", RESIDENTS: "longmen-residents"}


def a_schedule_of_people() -> Schedule:
    """派出所 has two members, one person belongs to two offices, 龙门村委会 answers from its chat."""
    offices = [
        an_office(name="派出所", members=[{"telegram": POLICE}, {"telegram": DEPUTY}, {"telegram": BOTH}]),
        an_office(
            "enforcement",
            name="综合执法大队",
            aliases=["综合执法队"],
            members=[{"telegram": ENFORCEMENT}, {"telegram": BOTH}],
        ),
        an_office("village-longmen", name="龙门村委会", members=None, answer_from="chat"),
    ]
    chats = [
        a_chat(name="消防安全工作群", address=int(DUTY_ROOM)),
        a_chat("longmen-office", address=int(VILLAGE), audiences=None, office="village-longmen"),
        a_chat("longmen-residents", address=int(RESIDENTS), audiences=["residents"]),
    ]
    return a_schedule(town=a_town(offices=offices, chats=chats))


def an_ask(name: str = "fireworks", due: datetime = NINE, **but: Any) -> Issued:
    """派出所 and 综合执法大队 owe 已落实 in the duty room, 龙门村委会 in its own chat."""
    owing = {
        "expects": but.pop("expects", "done"),
        "within": timedelta(hours=2),
        "deadline": due + timedelta(hours=2),
        "then": but.pop("then", ()),
    }
    given = {
        "occurrence": f"winter/{name}/date/{due:%Y-%m-%d@%H:%M}",
        "token": f"token-{name}",
        "campaign": "winter",
        "title": "今冬明春",
        "due": due,
        "late": timedelta(hours=6),
        "on_doubt": "resend",
        "urgent": False,
        "offices": {"police": "派出所", "enforcement": "综合执法大队", "village-longmen": "龙门村委会"},
        "chats": {"duty-room": ("police", "enforcement"), "longmen-office": ("village-longmen",)},
        "bodies": {"": f"**请落实** {name}"},
        "version": "1",
        "owing": owing,
    }
    return Issued.model_validate(given | but)


@dataclass
class Room:
    """The store, the schedule in force, and what people do; each doing returns what they are told."""

    store: MemoryStore = field(default_factory=MemoryStore)
    schedule: Schedule = field(default_factory=a_schedule_of_people)
    now: datetime = NINE + timedelta(minutes=5)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    async def ask(self, *asks: Issued, **but: Any) -> None:
        """These asks went out; the message's id is 1 for the first in each chat, and so on."""
        for issued in asks:
            sent = [
                each.model_copy(
                    update={
                        "state": "sent",
                        "message_id": str(1 + len(await self.store.deliveries(chat=each.chat))),
                        "address": next(address for address, chat in CHATS.items() if chat == each.chat),
                        "sent_at": issued.due,
                        **but,
                    }
                )
                for each in deliveries_of(issued)
            ]
            await self.store.commit(Change(issued=(issued,), deliveries=tuple(sent)))

    async def press(
        self,
        person: int,
        issued: Issued,
        answer: AnswerState = "received",
        at: str = DUTY_ROOM,
        office: int | None = None,
    ) -> Verdict:
        """Somebody presses one of an ask's buttons."""
        return await self.sends(person, at, kind="press", data=data_of(answer, issued.token, office))

    async def press_as(self, office: str | None, issued: Issued, answer: AnswerState = "received") -> Verdict:
        """Somebody presses on the board, as an office or as a resident."""
        return await self.sends(
            person_of(office), DUTY_ROOM, kind="press", data=data_of(answer, issued.token), platform="board"
        )

    async def type(
        self, person: int, text: str, at: str = DUTY_ROOM, quoting: str | None = None, **inbound: Any
    ) -> Verdict | None:
        """Somebody types something, in reply to a message or not."""
        return await self.does(person, at, kind="text", text=text, message_id=quoting, **inbound)

    async def type_as(self, office: str | None, text: str, quoting: str | None = None) -> Verdict | None:
        """Somebody types in the duty room on the board, as an office or as a resident."""
        who = person_of(office)
        return await self.does(who, DUTY_ROOM, kind="text", text=text, message_id=quoting, platform="board")

    async def sends(self, person: int | str, at: str, **inbound: Any) -> Verdict:
        """Whatever it is, it is an answer of some kind."""
        verdict = await self.does(person, at, **inbound)
        assert verdict is not None
        return verdict

    async def does(self, person: int | str, at: str, **inbound: Any) -> Verdict | None:
        """Whatever it is, an answer or none."""
        given = {"platform": "telegram", "id": str(next(self._numbers)), "at": self.now, "address": at}
        who = person if isinstance(person, str) else f"telegram:{person}"
        came = Inbound.model_validate({**given, "person": who, **inbound})
        await self.store.commit(Change(inbound=(came,)))
        hearing = Hearing(came, CHATS.get(at), self.schedule, ADMINS, "zh")
        wished = read_wish(came.data or "")
        if wished:
            verdict: Verdict | None = await problems.pressed(self.store, hearing, wished)
        else:
            verdict = await problems.typed(self.store, hearing) or await receive(self.store, hearing)
        assert await self.store.unhandled() == ()
        return verdict

    async def wish(self, person: int | str, wish: Wish, issued: Issued, office: str, at: str = DUTY_ROOM) -> Verdict:
        """Somebody presses a button under a problem of this office."""
        data = wish_data(wish, issued.token, list(issued.offices).index(office))
        platform = "board" if isinstance(person, str) else "telegram"
        name = None if isinstance(person, str) else f"用户{person}"
        return await self.sends(person, at, kind="press", data=data, platform=platform, person_name=name)

    async def out(self, delivery: Delivery) -> str:
        """What was planned goes out; the id of its message."""
        number = str(1 + len([each for each in await self.store.deliveries(chat=delivery.chat) if each.message_id]))
        address = next(address for address, chat in CHATS.items() if chat == delivery.chat)
        sent = {"state": "sent", "message_id": number, "address": address, "sent_at": self.now}
        await self.store.commit(Change(deliveries=(delivery.model_copy(update=sent),)))
        return number

    async def ledger(self) -> list[tuple[str, str | None, str | None]]:
        """Kind, office and person of every entry."""
        return [(each.kind, each.office, each.by) for each in await self.store.entries()]

    async def state(self, issued: Issued, office: str) -> str:
        """Where an office stands with an ask."""
        entries = await self.store.entries(occurrence=issued.occurrence)
        return next(each.state for each in standings(issued.offices, entries) if each.office == office)


def told(verdict: Verdict | None) -> str:
    """What the person reads."""
    assert verdict is not None
    return say(verdict.told)


def labels(verdict: Verdict | None) -> list[str]:
    """The buttons under it."""
    return [button.label for row in (verdict.buttons if verdict else ()) for button in row]
