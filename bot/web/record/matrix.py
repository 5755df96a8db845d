"""Answered by office and day: a calendar of marks and numbers, told apart by shape and text, not by colour alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from markupsafe import Markup

from bot.language import Lang, say, sentence
from bot.reports.figures import Figures

Mark = Literal["in-time", "late", "help", "overdue", "open", "withdrawn"]
MARKS: tuple[Mark, ...] = ("in-time", "late", "help", "open", "overdue", "withdrawn")
"""What a day may come to, as the legend lists it."""


@dataclass(frozen=True)
class Row:
    """An office, in the town's order, with its days as cells of a table."""

    office: str
    name: str
    cells: Markup


@dataclass(frozen=True)
class Matrix:
    """The days along the top, by month, and a row for each office that was asked on any of them."""

    months: tuple[tuple[date, int], ...]
    days: tuple[date, ...]
    rows: tuple[Row, ...]


def matrix(
    days: Mapping[date, Mapping[str, Figures]],
    offices: Mapping[str, str],
    first: date,
    last: date,
    lang: Lang,
) -> Matrix:
    """Lay out what became of each day's asks; `offices` maps ids to names."""
    every = tuple(date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    asked = {office for came in days.values() for office, figures in came.items() if figures.asked}
    by_day: Sequence[Mapping[str, Figures]] = [days.get(day, {}) for day in every]
    return Matrix(
        months=tuple(_months(every)),
        days=every,
        rows=tuple(
            Row(office, name, Markup("").join(_cell(came.get(office), lang) for came in by_day))
            for office, name in offices.items()
            if office in asked
        ),
    )


def mark_of(figures: Figures) -> Mark | None:
    """What a day's asks of one office came to: whatever somebody still has to see to comes first."""
    if figures.overdue:
        return "overdue"
    if figures.open:
        return "open"
    if figures.help:
        return "help"
    if figures.late:
        return "late"
    if figures.in_time:
        return "in-time"
    return "withdrawn" if figures.withdrawn else None


def _months(days: Sequence[date]) -> Iterator[tuple[date, int]]:
    """The first day shown of each month, and how many of its days are."""
    begins = [number for number, day in enumerate(days) if number == 0 or day.day == 1]
    for begin, end in zip(begins, [*begins[1:], len(days)], strict=True):
        yield days[begin], end - begin


@lru_cache(maxsize=2048)
def _cell(figures: Figures | None, lang: Lang) -> Markup:
    mark = mark_of(figures) if figures else None
    if figures is None or mark is None:
        return Markup("<td>")
    text = f"{figures.asked}" if figures.given == figures.asked else f"{figures.given}/{figures.asked}"
    if mark == "in-time":
        return Markup('<td class="in-time">{}').format(text)
    return Markup('<td class="{}" title="{}">{}').format(mark, in_words(figures, lang), text)


def in_words(figures: Figures, lang: Lang) -> str:
    """3 项：按时 1，逾期后回 1，未回 1."""
    counted = {
        "in-time": figures.in_time,
        "late": figures.late,
        "help": figures.help,
        "open": figures.open - figures.overdue,
        "overdue": figures.overdue,
        "withdrawn": figures.withdrawn,
    }
    parts = [sentence(f"pages.counted-{name}", count=count) for name, count in counted.items() if count]
    return say(sentence("pages.counted", asked=figures.asked, parts=parts), lang)
