"""A winter of the shipped town as a timetable that one reads like a calendar.

`python -m tests.seasons.timetable winter-2023 > tests/seasons/winter-2023.txt` writes it down anew after an edit
of the schedule; what changed shows in the difference.
"""

import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from bot.campaign.load import load
from bot.campaign.model import Campaign, Schedule
from bot.language import say, sentence
from bot.planner.anchors import key_days, years_of
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season

TOWN = Path(__file__).parents[2]


@cache
def shipped() -> Schedule:
    """The schedule of the repository's own town."""
    loaded = load(TOWN)
    assert loaded.schedule is not None, [each.in_words() for each in loaded.errors]
    return loaded.schedule


def campaign_of(winter: str) -> Campaign:
    """One of its campaigns."""
    found = shipped().campaign(winter)
    assert found is not None
    return found


@cache
def occurrences(winter: str) -> tuple[Occurrence, ...]:
    """Everything that a winter sends, in order."""
    return tuple(each for each in season(shipped()) if each.campaign == winter)


def on_day(winter: str, day: date) -> list[Occurrence]:
    """What a winter sends on a day."""
    return [each for each in occurrences(winter) if each.due.date() == day]


def timetable(winter: str, first: date | None = None, last: date | None = None) -> str:
    """A head for each day on which something is sent, and under it a line for each send."""
    marks = dict(_marks(winter))
    lines: list[str] = []
    for day, sends in groupby(occurrences(winter), key=lambda each: each.due.date()):
        if (first or day) <= day <= (last or day):
            weekday = say(sentence(f"plan.{day:%a}".lower()))
            lines += ["", " ".join(filter(None, [f"{day} {weekday}", marks.get(day)]))]
            lines += [_line(each) for each in sends]
    return "\n".join(lines[1:]) + "\n"


def _line(each: Occurrence) -> str:
    to = "、".join([*each.audiences, f"{len(each.offices)} offices" if each.offices else ""]).strip("、")
    asked = f"answer by {each.deadline:%m-%d %H:%M}" if each.deadline else ""
    mark = "（暂定）" if each.provisional else ""
    return f"  {each.due:%H:%M}  {each.reminder:<33}{to:<13}{asked:<23}{say(each.reason)}{mark}"


def _marks(winter: str) -> Iterator[tuple[date, str]]:
    """The days on which a phase ends or a key date falls, by name."""
    campaign = campaign_of(winter)
    for phase in campaign.phases:
        yield phase.until, f"[{phase.name} ends]"
    for key_date in shipped().key_dates:
        for days in key_days(key_date, years_of(campaign)):
            yield days.first, f"[{key_date.name}]"


if __name__ == "__main__":
    sys.stdout.write(timetable(sys.argv[1]))
