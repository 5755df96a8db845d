"""Which stretch of time a rehearsal plays: what the page proposes, and what somebody asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.app.view.season import ShownSeason
from bot.app.view.stage import Speed
from bot.errors import RehearsalRefused
from bot.language import Sentence, sentence

SPEEDS: dict[str, Speed] = {"1": 1.0, "60": 60.0, "600": 600.0, "3600": 3600.0, "max": None}
"""The speeds that one may choose, as forms and buttons write them."""
USUAL = "3600"
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Span:
    """A stretch of time that one may play, and what it is called."""

    name: Sentence
    first: datetime
    last: datetime

    @property
    def written(self) -> str:
        """How a button writes it."""
        return f"{self.first:%Y-%m-%dT%H:%M}/{self.last:%Y-%m-%dT%H:%M}"


def proposed(season: ShownSeason | None, now: datetime) -> tuple[Span, ...]:
    """What is offered at one tap, best first: the watch that is on or comes next, the coming week, the whole season."""

    def days(name: Sentence, first: date, last: date) -> Span:
        return Span(name, datetime.combine(first, time(), now.tzinfo), datetime.combine(last, _LAST_MINUTE, now.tzinfo))

    today = now.date()
    week = days(sentence("board.coming-week"), today, today + timedelta(days=6))
    if season is None:
        return (week,)
    coming = sorted((each for each in season.watches if each.last >= today), key=lambda each: each.first)
    return (
        *(days(sentence("board.watch-named", name=each.name), each.first, each.last) for each in coming[:1]),
        *([week] if season.first <= week.last.date() and today <= season.last else []),
        days(sentence("board.whole-season"), season.first, season.last),
    )


def asked_for(form: Mapping[str, str], zone: tzinfo) -> tuple[datetime, datetime, Speed]:
    """The span and the speed that a form asks for. Raises `RehearsalRefused` where it names none."""
    first, _, last = form.get("span", "").partition("/")
    begin = _moment(first or form.get("first", ""), zone)
    end = _moment(last or form.get("last", ""), zone)
    if end <= begin:
        raise RehearsalRefused(sentence("board.span-backwards"))
    written = form.get("speed", USUAL)
    if written not in SPEEDS:
        raise RehearsalRefused(sentence("board.no-such-speed", speed=written))
    return begin, end, SPEEDS[written]


def speed_written(speed: Speed) -> str:
    """The same the other way round; empty for one that is not offered."""
    return next((written for written, each in SPEEDS.items() if each == speed), "")


def _moment(written: str, zone: tzinfo) -> datetime:
    try:
        moment = datetime.strptime(written, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the town's zone is added below
    except ValueError:
        raise RehearsalRefused(sentence("board.span-unreadable")) from None
    if not 1970 <= moment.year < 3000:
        raise RehearsalRefused(sentence("board.span-unreadable"))
    return moment.replace(tzinfo=zone)
