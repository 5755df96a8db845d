"""Where the checker's evidence comes from: what `gengfu` printed before and after, what lies in its store, and what a
local Telegram accepted. The templates of a town under test write `⟦{{ occurrence.id }}⟧` into each message.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.app.platforms import platform_named
from bot.campaign.load import load
from bot.campaign.model import Chat, Office, QuietHours, Reminder, Schedule
from bot.channels.wecom_robot.address import key_of
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Numbered
from bot.settings import Settings
from bot.store.tinydb import open_reader
from tests.acceptance.process import gengfu, ledger
from tests.promises.logs import Accepted, Beside, Called, Evidence, Key, Ladder, Noted, Planned, Pressed
from tests.promises.taken import Asked, Taken, as_card, as_text, taken

NAMED = "⟦{{ occurrence.id }}⟧"
"""What a template writes first of all, so that a message says which occurrence it is, and which it follows."""

HEADS: Mapping[str, Literal["remind", "late", "escalate", "help"]] = {
    "🔔 请回执": "remind",
    "⏰ 回执逾期": "late",
    "📋 尚待回执": "escalate",
    "🆘 需协助": "help",
}
"""How a message begins that follows an ask."""

_MENTION = re.compile(r"📣 请(.+?)看(?:“|.+的需协助（)")
_OF_WHO_OWES = ("前回执。", "有困难请说。")
"""How a mention begins, and how one ends that calls who owes."""

_VOID = re.compile(r"更正：[\d :-]+ 发出的“.+”已撤回，请忽略(?:，也不用回执)?。", re.DOTALL)
"""What says that an occurrence was recalled."""

_STATUS = {"📌 回执情况：": False, "✅ 这里要回执的都已回执：": True}
"""How a word on how things stand begins, and whether all have given what they owe."""

_STATES = {"待回执": "open", "收到": "received", "已落实": "done", "需协助": "help"}

Leap = tuple[datetime, timedelta]
"""From this moment on the bot's clock was so much ahead; the next one is further ahead."""

_NAMES = re.compile("⟦([^⟧]+)⟧")
_REHEARSED = "【演练】"
WANTED = "请回复一句话"
"""What somebody is asked who pressed 需协助."""

_STANDS = re.compile("• (?:▫️|☑️|✅|🆘) (.+?) (待回执|收到|已落实|需协助)")
"""A line of a message that says where an office stands."""

_A_MINUTE, _A_DAY = timedelta(minutes=1), timedelta(days=1)


def occurrences_in(text: str) -> tuple[str, ...]:
    """The occurrences that a message says it is, once each."""
    return tuple(dict.fromkeys(_NAMES.findall(text)))


async def plan_of(folder: Path, environment: Mapping[str, str]) -> tuple[Planned, ...]:
    """What `gengfu plan` and `gengfu simulate` print, an occurrence and chat each; `late` and `on_doubt` as written."""
    printed, shown = await asyncio.gather(*(_printed(folder, environment, each) for each in ("plan", "simulate")))
    words = {(each["occurrence"], each["chat"]): each["text"] for each in shown if each["kind"] == "send"}
    return planned(schedule_of(folder), printed, words)


def planned(
    schedule: Schedule, printed: Sequence[Mapping[str, Any]], words: Mapping[Key, str] | None = None
) -> tuple[Planned, ...]:
    """What was printed as the plan, an occurrence and chat each, with what the schedule says of it; `words` is the
    Markdown that was shown.
    """
    found, dues = [], defaultdict[tuple[str, str], list[datetime]](list)
    for each in printed:
        dues[each["campaign"], each["reminder"]].append(datetime.fromisoformat(each["due"]))
    for each in printed:
        campaign = schedule.campaign(each["campaign"])
        assert campaign is not None
        reminder = next(known for known in campaign.reminders if known.id == each["reminder"])
        due, broadcast = datetime.fromisoformat(each["due"]), each["deadline"] is None
        by = _later(due, reminder.late, schedule.town.quiet_hours if broadcast else None)
        over = datetime.combine(campaign.last_day + _A_DAY, time(), schedule.town.zone)
        ends = min([over, *(other for other in dues[campaign.id, reminder.id] if other > due)])
        offices = tuple(each["offices"])
        found += [
            Planned(
                each["id"],
                chat,
                due,
                by=by,
                broadcast=broadcast,
                repeats=reminder.when_in_doubt == "resend",
                offices=offices,
                here=tuple(office for office in offices if chat in read_by(schedule, office)),
                ladder=_ladder(schedule, reminder, offices, ends, over),
                **_shown(schedule.chats[chat].on, (words or {}).get((each["id"], chat))),
            )
            for chat in each["chats"]
        ]
    return tuple(found)


def _shown(platform: str, words: str | None) -> dict[str, str]:
    """How a message stands there that was shown as these words."""
    if words is None:
        return {}
    return {"text": as_text(words, platform), "card": as_card(words)}


def read_by(schedule: Schedule, office: str) -> frozenset[str]:
    """The chats in which an office is spoken to: its own, or else those of all offices."""
    own = frozenset(chat.id for chat in schedule.town.chats if chat.office == office)
    return own or frozenset(chat.id for chat in schedule.town.chats if "offices" in chat.audiences)


def _ladder(
    schedule: Schedule, reminder: Reminder, offices: tuple[str, ...], ends: datetime, over: datetime
) -> Ladder | None:
    if (answer := reminder.answer) is None:
        return None
    steps = [(step.after, _told(schedule, step.tell, offices)) for step in answer.then]
    return Ladder(
        expects=answer.expects,
        within=answer.within,
        remind_every=answer.remind_every,
        then=tuple(steps),
        helpers=steps[0][1] if steps else _told(schedule, (), offices),
        urgent=reminder.urgent,
        ends=ends,
        over=over,
    )


def _told(schedule: Schedule, tell: Sequence[str], offices: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Where the next one up reads of each office: those who are told, else the supervisors; never itself."""
    supervisors = [each.id for each in schedule.town.offices if "supervisor" in each.tags]
    found = {}
    for office in offices:
        others = [each for each in tell if each != office] or [each for each in supervisors if each != office]
        found[office] = frozenset(chat for other in others for chat in read_by(schedule, other))
    return found


def schedule_of(folder: Path) -> Schedule:
    """The schedule as written, which must have no error."""
    schedule = load(folder).schedule
    assert schedule is not None
    return schedule


async def evidence(
    folder: Path,
    environment: Mapping[str, str],
    plan: tuple[Planned, ...],
    asked: Iterable[Asked],
    presses: Iterable[Pressed] = (),
    *,
    leaps: Sequence[Leap] = (),
    until: datetime | None = None,
) -> Evidence:
    """Everything, read when the bot has ended. `asked` is what the local platforms wrote of what they were asked;
    `leaps` say from when on the bot's clock was how much ahead.
    """
    schedule = schedule_of(folder)
    entries = await ledger(folder, environment)
    store = await open_reader(folder / "data")
    on_board = {chat.id for chat in schedule.town.chats if chat.on == "board"}
    all_taken = (*accepted(asked, schedule, leaps), *stood(schedule, await store.entries(), on_board))
    return gathered(schedule, plan, all_taken, entries, await store.deliveries(), presses, until=until)


def gathered(
    schedule: Schedule,
    plan: tuple[Planned, ...],
    accepted: tuple[Accepted, ...],
    entries: Iterable[Mapping[str, Any]],
    deliveries: Iterable[Delivery],
    presses: Iterable[Pressed],
    **how: Any,
) -> Evidence:
    """All that is held together; `entries` as the ledger prints them, `how` what else `Evidence` takes."""
    quiet, zone, town = schedule.town.quiet_hours, schedule.town.zone, schedule.town
    return Evidence(
        plan=plan,
        accepted=accepted,
        ledger=tuple(map(_noted, entries)),
        states={(each.occurrence, each.chat): each.state for each in deliveries if not each.is_notice},
        presses=tuple(presses),
        may={each.id: frozenset(_who_may(schedule, each)) for each in town.offices},
        quiet=lambda moment: quiet.at(moment.astimezone(zone).time()),
        admins=frozenset(str(each) for each in town.admins),
        closings=dict(_closings(schedule)),
        **how,
    )


def _who_may(schedule: Schedule, office: Office) -> Iterator[str]:
    """Its people, and who has the link of its own chat where anyone there may."""
    yield from (str(member) for member in office.members)
    if office.answer_from == "chat":
        yield from (f"link:{chat.id}" for chat in schedule.town.chats if chat.office == office.id)


def _own_id(written: str | None) -> str | None:
    """What a platform calls a message, without what a channel keeps beside it."""
    return written.partition(" ")[0] if written else None


def _noted(entry: Mapping[str, Any]) -> Noted:
    detail = entry["detail"] or {}
    return Noted(
        at=datetime.fromisoformat(entry["at"]),
        message_id=_own_id(detail.get("message_id")),
        to=detail.get("to"),
        call=detail.get("call"),
        in_doubt=bool(detail.get("in_doubt")),
        on_behalf="for" in detail,
        recalled=bool(detail.get("recalled")),
        **{name: entry[name] for name in ("kind", "occurrence", "chat", "office", "by")},
    )


def accepted(asked: Iterable[Asked], schedule: Schedule, leaps: Sequence[Leap] = ()) -> tuple[Accepted, ...]:
    """The messages that stand in the town's chats, answers to people apart, each at its moment by the bot's clock."""
    chats = {(chat.on, _address(chat)): chat.id for chat in schedule.town.chats}
    found = []
    for each in taken(asked):
        chat = chats.get((each.platform, each.address))
        answers = occurrences_in(each.text) == () if each.to_one is None else each.to_one
        if chat and not answers and WANTED not in each.text:
            ahead = max((ahead for moment, ahead in leaps if moment <= each.at), default=timedelta())
            found.append(_as_it_stands(each, read(schedule, each.at + ahead, chat, each.message_id, each.text)))
    return tuple(found)


def _as_it_stands(taken: Taken, read: Accepted) -> Accepted:
    return replace(read, platform=taken.platform, is_card=taken.is_card, mentions=taken.mentions, ways=taken.ways)


def _address(chat: Chat) -> str | None:
    """As a local platform writes it down."""
    platform = platform_named(chat.on, Settings())
    if platform is None or chat.address is None:
        return None
    address = platform.read_address(chat.address)
    return key_of(address) or address


def read(
    schedule: Schedule, at: datetime, chat: str, message_id: str | None, text: str, asks: Sequence[str] = ()
) -> Accepted:
    """What a message says: its occurrences, or what follows them, that one is void, or that a campaign is over. `asks`
    are those that it is about, in order, where its words do not name them.
    """
    if _VOID.fullmatch(text.strip()):
        return Accepted(at, chat, message_id, text, (), voids=next(iter(occurrences_in(text)), "?"))
    calls = tuple(calls_in(text, schedule, asks))
    with_ = _beside(text, schedule, asks)
    own = () if calls or with_ else tuple(asks) or occurrences_in(text)
    over = (name for name, words in _farewells(schedule, at) if text.startswith(words))
    farewell = None if own or calls or with_ else next(over, None)
    return Accepted(at, chat, message_id, text, own, calls, farewell, beside=with_)


def _beside(text: str, schedule: Schedule, asks: Sequence[str]) -> Beside | None:
    """What a text says that goes with another message; None where it does not."""
    known = {each.name: each.id for each in schedule.town.offices}
    of = next(iter(asks or occurrences_in(text)), "?")
    if mention := _MENTION.match(text):
        names = mention[1].split("、") if text.endswith(_OF_WHO_OWES) else ()
        return Beside("mention", of, tuple(known[each] for each in names))
    if head := next((each for each in _STATUS if text.startswith(each)), None):
        stands = {known[name.rstrip("＠")]: _STATES[state] for name, state in _STANDS.findall(text)}
        return Beside("status", of, stands=stands, whole=_STATUS[head])
    return None


def _farewells(schedule: Schedule, at: datetime) -> Iterator[tuple[str, str]]:
    """How a message begins that tells the end of a campaign, or that the summing-up of it or of a phase is drafted: of
    those of one title the one that had begun last.
    """
    begun = (each for each in schedule.campaigns if each.first_day <= at.astimezone(schedule.town.zone).date())
    for each in sorted(begun, key=lambda each: each.first_day, reverse=True):
        yield each.id, f"{each.title}已经结束"
        yield f"{each.id}/draft", f"{each.title}的总结草稿写好了"
        yield from ((f"{each.id}/{phase.id}", f"{each.title}{phase.name}阶段的总结草稿写好了") for phase in each.phases)


def _closings(schedule: Schedule) -> Iterator[tuple[str, datetime]]:
    """From when each of these is true."""
    for each in schedule.campaigns:
        for name, last in ((each.id, each.last_day), (f"{each.id}/draft", each.last_day)):
            yield name, datetime.combine(last + _A_DAY, time(), schedule.town.zone)
        for phase in each.phases:
            yield f"{each.id}/{phase.id}", datetime.combine(phase.until + _A_DAY, time(), schedule.town.zone)


def stood(schedule: Schedule, entries: Sequence[Numbered], chats: Container[str | None]) -> Iterator[Accepted]:
    """The messages that came to stand in these chats of the town, each with what went out in it."""
    inside = defaultdict[tuple[str | None, object], list[str]](list)
    for each in entries:
        if each.kind in {"sent", "merged"} and each.chat in chats and (detail := each.detail):
            inside[each.chat, detail["message_id"]] += _asks(each.occurrence, detail.get("notice"))
    for each in entries:
        if each.kind == "sent" and each.chat and each.chat in chats and (detail := each.detail):
            text = as_text(str(detail["text"]).removeprefix(_REHEARSED).strip(), schedule.chats[each.chat].on)
            number = detail["message_id"]
            if WANTED not in text:
                yield read(schedule, each.at, each.chat, str(number), text, inside[each.chat, number])


def _asks(occurrence: str | None, notice: object) -> list[str]:
    """What a delivery is about: an occurrence, or the ask that a call follows (`notice/KIND/ASK/NUMBER`)."""
    if occurrence:
        return [occurrence]
    kind, *of = str(notice).removeprefix("notice/").split("/")
    return ["/".join(of[:-1])] if kind in {*HEADS.values(), "mention", "status"} else []


def calls_in(text: str, schedule: Schedule, asks: Sequence[str] = ()) -> Iterator[Called]:
    """What of a text follows asks: one or several that went out together."""
    parts = re.split(f"({'|'.join(HEADS)})：", text)[1:]
    for number, (head, rest) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        kind, lines = HEADS[head], rest.split("\n")
        names, overdue, over = [], [], False
        for line in lines:
            if line.endswith("："):
                over = "逾期" in line or "已到" in line
            elif stands := _STANDS.match(line):
                names.append(stands[1].rstrip("＠"))
                overdue += names[-1:] if over else []
        if kind == "help":
            names = [lines[0]]
        (of,) = (asks[number],) if asks else occurrences_in(rest)
        known = {each.name: each.id for each in schedule.town.offices}
        yield Called(kind, of, tuple(known[each] for each in names), tuple(known[each] for each in overdue))


async def _printed(folder: Path, environment: Mapping[str, str], command: str) -> list[dict[str, Any]]:
    schedule = schedule_of(folder)
    first = min(campaign.first_day for campaign in schedule.campaigns)
    last = max(campaign.last_day for campaign in schedule.campaigns)
    days = ("--from", f"{first}", "--until", f"{last}")
    status, out, err = await gengfu(command, "--town", folder, "--format", "json", *days, environment=environment)
    assert status == 0, err
    found: list[dict[str, Any]] = json.loads(out)
    return found


def _later(due: datetime, late: timedelta, quiet: QuietHours | None) -> datetime:
    """So much later, minutes in quiet hours not counted."""
    moment, left = due, late
    while left > timedelta():
        moment += _A_MINUTE
        if quiet is None or not quiet.at(moment.time()):
            left -= _A_MINUTE
    return moment
