"""A town of 50 offices and 300 chats, with the record of a year gone by and the plan of the year that has begun."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app.in_force import InForce, once_in_force
from bot.app.live import LiveBot
from bot.app.routing import routes_of
from bot.app.run import Bot
from bot.app.sources import Sources, read_messages
from bot.campaign.load import read
from bot.channels.board import BoardChannel
from bot.cli.service import spare_the_record
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery, Issued
from bot.ledger.entries import Entry
from bot.ledger.standing import standings
from bot.outbox.issue import deliveries_of, issue
from bot.outbox.tick import WATERMARK
from bot.planner.plan import season
from bot.renderer.compose import compose
from bot.settings import Settings, TelegramSettings
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.builders import Written, a_campaign, a_chat, a_duty_alert, a_phase, a_reminder, a_town, an_office, as_yaml
from tests.fakes import FakeChannel

TOWN = Path(__file__).parents[2]
OFFICES, CHATS = 50, 300
YEARS = (2026, 2027)
LAST_DAYS = timedelta(days=2)
"""For so long an ask is only half answered; of those before, one in twenty never was in full."""


@dataclass
class BigTown:
    """A bot that stands still in its second year; `open_live` is what pages see of it (`bot.web.server.pages`)."""

    bot: Bot
    board: BoardChannel
    store: MemoryStore
    clock: ManualClock

    def open_live(self) -> LiveBot:
        """What pages see, as just after a start."""
        return LiveBot(self.bot, self.board)


async def big_town() -> BigTown:
    """Build it: some 53,000 deliveries and 63,000 entries of the ledger."""
    what = _in_force()
    now = datetime(2027, 2, 6, 9, 30, tzinfo=what.schedule.town.zone)
    clock, store = ManualClock(now.astimezone(UTC)), MemoryStore()
    board, telegram = BoardChannel(clock), FakeChannel(clock)
    settings = Settings(telegram=TelegramSettings(token=SecretStr("10001:made-up")))
    bot = Bot(settings, clock, store, {"board": board, "telegram": telegram}, what)
    bot.routes.table = routes_of(what.schedule, settings, bot.channels, {})
    for change in _record(bot, now):
        await store.commit(change)
    await store.commit(Change(marks={WATERMARK: now.isoformat()}))
    spare_the_record()
    return BigTown(bot, board, store, clock)


def _in_force() -> InForce:
    files = {
        "town.yaml": as_yaml(_town()),
        "key-dates.yaml": read(TOWN)["key-dates.yaml"],
        **{f"year-{year}.yaml": as_yaml(_a_year(year)) for year in YEARS},
    }
    found = once_in_force(Sources(files, read_messages(TOWN)), "zh")
    assert found is not None
    return found


def _town() -> Written:
    """Every office has a chat of its own on Telegram; of the residents' chats one in three lives on the board."""
    names = [f"office-{number:02}" for number in range(OFFICES)]
    offices = [an_office(each, name=f"单位{each[-2:]}", members=[{"telegram": 2001}]) for each in names]
    chats = [a_chat("duty-room", name="消防安全工作群", address=-1001001)]
    chats += [
        a_chat(f"{each}-chat", name=f"{each} 工作群", address=-1002000 - number, audiences=None, office=each)
        for number, each in enumerate(names)
    ]
    for number in range(CHATS - len(chats)):
        where: Written = {"on": "board", "address": None} if number % 3 == 0 else {"address": -1003000 - number}
        chats.append(a_chat(f"residents-{number:03}", name=f"{number} 组居民群", audiences=["residents"], **where))
    return a_town(offices=offices, chats=chats)


def _a_year(year: int) -> Written:
    """Warnings to the residents each week and round the festivals; asks each day of five offices, each week of all."""
    some = {"offices": [f"office-{number:02}" for number in range(5)]}
    festivals = {
        "new-year": "residents-new-year",
        "spring-festival": "residents-spring-festival",
        "lantern": "residents-lantern",
        "qingming": "residents-qingming",
        "two-sessions": "residents-two-sessions",
    }
    weekly: dict[str, Any] = {"every": "week", "day": "mon", "at": "10:00", "shift": "next-workday"}
    reminders = [
        *(
            a_reminder(each, on={"key_date": each, "days": [-7, -3, -1, 0], "at": "09:00"}, message=message)
            for each, message in festivals.items()
        ),
        a_reminder("every-friday", on={"every": "week", "day": "fri", "at": "16:00"}),
        a_reminder("every-tuesday", on={"every": "week", "day": "tue", "at": "16:00"}),
        a_reminder("watch", on={"watch": "spring-festival", "at": ["08:00", "18:00"]}),
        a_duty_alert("daily", on={"every": "day", "at": "09:00"}, to=some, message="weekly-review"),
        a_duty_alert("weekly", on=weekly, to={"offices": "all"}, message="weekly-review"),
        a_duty_alert(
            "monthly", on={"every": "month", "day": 5, "at": "09:00"}, to={"offices": "all"}, message="weekly-review"
        ),
    ]
    phase = a_phase("year", name="全年", **{"from": f"{year}-01-01", "until": f"{year}-12-31"})
    return a_campaign(f"year-{year}", title=f"{year} 年", phases=[phase], reminders=reminders)


def _record(bot: Bot, now: datetime) -> Iterator[Change]:
    """What was sent and answered until now, an occurrence a commit; every fiftieth chat failed now and then."""
    what = bot.in_force
    for number, occurrence in enumerate(each for each in season(what.schedule) if each.due <= now):
        issued = issue(what.schedule, what.messages, occurrence, occurrence.due, what.version)
        answered = tuple(_answers(issued, number, half=now - issued.due < LAST_DAYS)) if issued.owing else ()
        sent = tuple(_delivered(bot, issued, answered, number))
        entries = tuple(_told(each) for each in sent)
        yield Change(entries=(*entries, *answered), issued=(issued,), deliveries=sent)


def _answers(issued: Issued, number: int, *, half: bool) -> Iterator[Entry]:
    """收到 within minutes, 已落实 an hour later."""
    for place, office in enumerate(issued.offices):
        if (half and place % 2) or (number % 20 == 0 and place == 1):
            continue
        for kind, minutes in (("received", place), ("done", 60 + place)):
            given = {"at": issued.due + timedelta(minutes=minutes), "kind": kind, "by": "telegram:2001"}
            yield Entry.model_validate({**given, "occurrence": issued.occurrence, "office": office})


def _delivered(bot: Bot, issued: Issued, answered: tuple[Entry, ...], number: int) -> Iterator[Delivery]:
    stands, words = standings(issued.offices, answered), dict[tuple[str, tuple[str, ...]], str]()
    for place, each in enumerate(deliveries_of(issued)):
        same = (bot.routes.table[each.chat].platform, issued.chats[each.chat] if issued.owing else ())
        if same not in words:
            words[same] = compose(
                issued, each.chat, same[0], stands, issued.due, zone=bot.terms.zone, mentions={}, lang=bot.lang
            )
        if number % 10 == 0 and place % 50 == 49:
            yield each.model_copy(update={"state": "failed", "text": words[same], "why": "机器人已被移出群"})
            continue
        deadline = issued.owing.deadline if issued.owing else None
        given = {"state": "sent", "text": words[same], "message_id": f"{number}", "sent_at": each.due, "tries": 1}
        yield each.model_copy(update={**given, "deadline": deadline})


def _told(delivery: Delivery) -> Entry:
    given = {"kind": delivery.state, "detail": {"why": delivery.why} if delivery.why else {"text": delivery.text}}
    return Entry.model_validate({"at": delivery.due, "occurrence": delivery.occurrence, "chat": delivery.chat, **given})
