"""Where the checker's evidence comes from: what `gengfu` printed before and after, what lies in its store, and what a
local Telegram accepted. The templates of a town under test write `⟦{{ occurrence.id }}⟧` into each message.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.campaign.load import load
from bot.campaign.model import QuietHours, Schedule
from bot.channels.telegram.markup import to_html
from bot.store.tinydb import open_reader
from tests.acceptance.process import gengfu, ledger
from tests.promises.checker import Accepted, Evidence, Noted, Planned, Pressed
from tests.servers.telegram_html import parse
from tests.servers.telegram_log import Asked

NAMED = "⟦{{ occurrence.id }}⟧"
"""What a template writes so that a message says which occurrence it is."""

Leap = tuple[datetime, timedelta]
"""From this moment on the bot's clock was so much ahead; the next one is further ahead."""

_NAMES = re.compile("⟦([^⟧]+)⟧")
_A_MINUTE = timedelta(minutes=1)


def occurrences_in(text: str) -> tuple[str, ...]:
    """The occurrences that a message says it is, once each."""
    return tuple(dict.fromkeys(_NAMES.findall(text)))


async def plan_of(folder: Path, environment: Mapping[str, str]) -> tuple[Planned, ...]:
    """What `gengfu plan` and `gengfu simulate` print, an occurrence and chat each; `late` and `on_doubt` as written."""
    printed, shown = await asyncio.gather(*(_printed(folder, environment, each) for each in ("plan", "simulate")))
    sent = (each for each in shown if each["kind"] == "send")
    words = {(each["occurrence"], each["chat"]): parse(to_html(each["text"]))[0] for each in sent}
    schedule = schedule_of(folder)
    found = []
    for each in printed:
        campaign = schedule.campaign(each["campaign"])
        assert campaign is not None
        reminder = next(known for known in campaign.reminders if known.id == each["reminder"])
        due, broadcast = datetime.fromisoformat(each["due"]), each["deadline"] is None
        by = _later(due, reminder.late, schedule.town.quiet_hours if broadcast else None)
        repeats = reminder.when_in_doubt == "resend"
        found += [
            Planned(
                each["id"], chat, due, by, broadcast, repeats, tuple(each["offices"]), words.get((each["id"], chat))
            )
            for chat in each["chats"]
        ]
    return tuple(found)


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
    """Everything, read when the bot has ended. `asked` is a local Telegram's log; `leaps` say from
    when on the bot's clock was how much ahead.
    """
    schedule = schedule_of(folder)
    entries = await ledger(folder, environment)
    deliveries = await (await open_reader(folder / "data")).deliveries()
    quiet, zone = schedule.town.quiet_hours, schedule.town.zone
    return Evidence(
        plan=plan,
        accepted=accepted(asked, schedule, leaps),
        ledger=tuple(
            Noted(
                at=datetime.fromisoformat(each["at"]),
                message_id=(each["detail"] or {}).get("message_id"),
                **{name: each[name] for name in ("kind", "occurrence", "chat", "office", "by")},
            )
            for each in entries
        ),
        states={(each.occurrence, each.chat): each.state for each in deliveries if not each.is_notice},
        presses=tuple(presses),
        may={each.id: frozenset(str(member) for member in each.members) for each in schedule.town.offices},
        quiet=lambda moment: quiet.at(moment.astimezone(zone).time()),
        until=until,
    )


def accepted(asked: Iterable[Asked], schedule: Schedule, leaps: Sequence[Leap] = ()) -> tuple[Accepted, ...]:
    """The messages that stand in the town's chats, answers to people apart, each at its moment by the bot's clock."""
    chats = {int(str(chat.address)): chat.id for chat in schedule.town.chats if chat.on == "telegram"}
    found = []
    for each in asked:
        if each.method == "sendMessage" and each.stands and each.chat in chats:
            text = parse(each.parameters["text"])[0]
            ahead = max((ahead for moment, ahead in leaps if moment <= each.at), default=timedelta())
            if "reply_parameters" not in each.parameters:
                named = occurrences_in(text)
                found.append(Accepted(each.at + ahead, chats[each.chat], f"{each.message_id}", text, named))
    return tuple(found)


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
