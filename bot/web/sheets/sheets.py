"""The weeks of a season for the wall of the duty room: one A4 page a week, in one file that needs nothing beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.app.view.season import Band, Rail
from bot.app.weeks import DayOfWeek, Running, Send, Week
from bot.campaign.model import Town
from bot.campaign.rules import WEEKDAYS
from bot.language import Lang, Sentence, say, sentence
from bot.web.sheets.fitting import Block, Fitted, Line, fit

_HERE = Path(__file__).parents[1]
_WIDTH = 279.0
"""Millimetres between the margins of the page."""
_HEIGHT = 156.0
"""Millimetres for what goes out, under the days' heads, where there is no bar."""
_BAR = 5.4
"""Millimetres of a phase's or a watch's bar."""
_SHORT = 2
"""Days of a bar in which there is room for its name alone."""
_FULL, _BRIEF = 60, 26
"""Characters of what a message says first."""


@dataclass(frozen=True)
class Slip:
    """One line of the day's list, put into words: a key date, a phase's deadline, or a send."""

    kind: str
    what: str
    at: str = ""
    tag: str = ""
    mark: str = ""
    to: str = ""
    by: str = ""

    @property
    def head(self) -> str:
        """What stands before its subject."""
        return " ".join(filter(None, (self.at, self.tag, self.mark)))

    def as_block(self, index: int) -> Block:
        """What it takes on the page."""
        lines = (Line(self.head), Line(self.what, 1.06), Line(self.to, 0.88), Line(self.by, 0.88))
        return Block(index, tuple(each for each in lines if each.text))


@dataclass(frozen=True)
class Bar:
    """A phase or a watch through the week: the first day that it covers, counted from 1, and the one behind its last.

    `begins` and `ends` tell whether these are its own first and last.
    """

    kind: str
    name: str
    row: int
    start: int
    end: int
    begins: bool
    ends: bool
    provisional: bool = False


@dataclass(frozen=True)
class Column:
    """A day on the page: its slips in as many columns as it takes."""

    day: DayOfWeek
    slips: tuple[tuple[Slip, ...], ...]
    left_out: int


@dataclass(frozen=True)
class Sheet:
    """A page."""

    week: Week
    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    point: float
    run_in: bool


def sheets(town: Town, weeks: Sequence[Week], version: str, lang: Lang) -> str:
    """The whole HTML file."""
    words = _Words(lang)
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("sheets.html").render(
        t=words.say,
        words=words,
        html_lang="zh-CN" if lang == "zh" else "en",
        town=town,
        version=version,
        bar=_BAR,
        sheets=[_sheet(week, words) for week in weeks],
    )


def _sheet(week: Week, words: "_Words") -> Sheet:
    bars = tuple(_bars(week, words))
    rows = max((each.row for each in bars), default=0)
    full, brief = ([tuple(_slips(day, words, brief=brief)) for day in week.days] for brief in (False, True))
    fitted = fit(_blocks(full), _blocks(brief), _WIDTH, _HEIGHT - rows * _BAR)
    columns = _columns(week, brief if fitted.brief else full, fitted)
    return Sheet(week, bars, tuple(columns), fitted.point, fitted.run_in)


def _blocks(slips: Sequence[Sequence[Slip]]) -> list[list[Block]]:
    return [[slip.as_block(index) for index, slip in enumerate(day)] for day in slips]


def _columns(week: Week, slips: Sequence[Sequence[Slip]], fitted: Fitted) -> Iterator[Column]:
    for day, written, columns, left_out in zip(week.days, slips, fitted.days, fitted.left_out, strict=True):
        yield Column(day, tuple(tuple(written[index] for index in column) for column in columns), left_out)


def _bars(week: Week, words: "_Words") -> Iterator[Bar]:
    """Each campaign's phases in a row of their own, then the watches in as few rows as keep them apart."""
    for row, campaign in enumerate(week.campaigns, 1):
        for phase in campaign.phases:
            name = words.phase(week, campaign, phase, dated=_days(week, phase) > _SHORT)
            yield _bar(week, "phase", name, row, phase.first, phase.last)
    taken: list[date] = []
    for watch in week.watches:
        lane = next((number for number, last in enumerate(taken) if last < watch.first), len(taken))
        taken[lane : lane + 1] = [watch.last]
        row = len(week.campaigns) + lane + 1
        name = words.watch(watch, dated=_days(week, watch) > _SHORT)
        yield _bar(week, "watch", name, row, watch.first, watch.last, provisional=watch.provisional)


def _days(week: Week, stretch: Rail | Band) -> int:
    return (min(stretch.last, week.last) - max(stretch.first, week.first)).days + 1


def _bar(week: Week, kind: str, name: str, row: int, first: date, last: date, *, provisional: bool = False) -> Bar:
    start, end = max(first, week.first), min(last, week.last)
    begins, ends = first == start, last == end
    return Bar(kind, name, row, start.weekday() + 1, end.weekday() + 2, begins, ends, provisional)


def _slips(day: DayOfWeek, words: "_Words", *, brief: bool) -> Iterator[Slip]:
    for key_day in day.key_days:
        yield Slip("key-day", key_day.name, mark=words.say("provisional") if key_day.provisional else "")
    for name in day.deadlines:
        yield Slip("deadline", words.say("deadline", name=name))
    for send in day.sends:
        yield words.send(send, brief=brief)


class _Words:
    """What the sheet says, in one language."""

    def __init__(self, lang: Lang) -> None:
        self._lang: Lang = lang

    def say(self, key: str, /, **values: object) -> str:
        return say(sentence(f"sheets.{key}", **values), self._lang)

    def span(self, week: Week) -> str:
        return self.say("span", first=_short(week.first), last=_short(week.last))

    def year(self, week: Week) -> str:
        years = sorted({week.first.year, week.last.year})
        return self.say("year", year="—".join(map(str, years)))

    def weekday(self, day: date) -> str:
        return say(sentence(f"plan.{WEEKDAYS[day.weekday()]}"), self._lang)

    def lunar(self, day: DayOfWeek) -> str:
        """正月初一 on the first day of a month, 初二 after it; the term that begins, if one does."""
        lunar = day.lunar
        if self._lang == "en":
            return self.say("lunar", month=lunar.month, day=lunar.day)
        return f"{lunar.month_name}{lunar.day_name}" if lunar.day == 1 else lunar.day_name

    def titles(self, week: Week) -> str:
        return say(sentence("sheets.names", names=[each.title for each in week.campaigns]), self._lang)

    def number(self, campaign: Running) -> str:
        return self.say("week", number=campaign.week)

    def phase(self, week: Week, campaign: Running, phase: Rail, *, dated: bool) -> str:
        name = sentence("sheets.phase", name=phase.name)
        if len(week.campaigns) > 1:
            number = sentence("sheets.week", number=campaign.week)
            name = sentence("sheets.phase-of", title=campaign.title, number=number, phase=name)
        return self.say("until", name=name, last=_short(phase.last)) if dated else say(name, self._lang)

    def watch(self, watch: Band, *, dated: bool) -> str:
        name = sentence("sheets.watch-provisional" if watch.provisional else "sheets.watch", name=watch.name)
        if not dated:
            return say(name, self._lang)
        return self.say("from-until", name=name, first=_short(watch.first), last=_short(watch.last))

    def send(self, send: Send, *, brief: bool) -> Slip:
        occurrence = send.occurrence
        to = chats = self._some(send.chats, "chats", most=1)
        if send.offices:
            offices = self._some(send.offices, "offices", most=2 if brief else 4)
            to = offices if brief else self.say("offices-in", offices=offices, chats=chats)
        longest = _BRIEF if brief else _FULL
        what = send.subject if len(send.subject) <= longest else f"{send.subject[: longest - 1]}…"
        deadline = occurrence.deadline
        return Slip(
            kind="duty" if occurrence.is_duty_alert else "broadcast",
            what=what or occurrence.reminder,
            at=f"{occurrence.due:%H:%M}",
            tag=self.say("duty" if occurrence.is_duty_alert else "broadcast"),
            mark=self.say("provisional") if occurrence.provisional else "",
            to=to,
            by=self.say("by", moment=self._moment(deadline, occurrence.due.date())) if deadline else "",
        )

    def _some(self, names: Sequence[str], kind: str, most: int) -> str:
        """All the names, or the first few and how many there are."""
        if len(names) <= most:
            return say(sentence("sheets.names", names=names), self._lang)
        first = names[: max(most - 1, 1)]
        return say(sentence(f"sheets.some-{kind}", names=first, count=len(names)), self._lang)

    def _moment(self, moment: datetime, day: date) -> str:
        hour = f"{moment:%H:%M}"
        if moment.date() == day:
            return hour
        return f"{say(_short(moment.date()), self._lang)} {hour}"


def _short(day: date) -> Sentence:
    return sentence("board.month-day", month=sentence(f"board.month-{day.month}"), day=day.day)
