"""The record as sheets: each a view, with its columns and rows. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.language import Lang, Sentence, say, sentence
from bot.ledger.entries import Numbered
from bot.ledger.problems import Who
from bot.reports.answers import OwedAnswer
from bot.reports.figures import Figures
from bot.reports.groups import Group
from bot.reports.record import Record
from bot.reports.spreadsheet.rows import Value
from bot.reports.words import outcome_of, person_of, remarks_of, state_of

Kind = Literal["text", "word", "id", "count", "day", "moment", "span"]
"""How a column's cells look: a `text` is broken into lines, a `word` stands in the middle, an `id` is made smaller
until it fits, a `span` is hours and minutes.
"""

Row = tuple[Value, ...]

_LONGEST_DETAIL = 200


@dataclass(frozen=True)
class Column:
    """A column's head, its width in characters, and its kind."""

    head: Sentence
    width: int
    kind: Kind


@dataclass(frozen=True)
class Sheet:
    """A view; `totals` stand below its rows, out of the filter's reach."""

    title: Sentence
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()


def sheets(record: Record, lang: Lang) -> tuple[Sheet, ...]:
    """Every view of the record, the answers one by one first, the raw ledger last."""
    return (
        _sheet("answers", _ANSWERS, _answers(record, lang)),
        _sheet("occasions", _OCCASIONS, _occasions(record), _total(record, lang, 4)),
        _sheet("offices", _OFFICES, _offices(record), _total(record, lang, 1, median=False, after=(None,))),
        _sheet("duties", _DUTIES, _groups(record, record.by_duty, lang)),
        _sheet("phases", _PHASES, _groups(record, record.by_phase, lang), _total(record, lang, 2)),
        _sheet("weeks", _WEEKS, _weeks(record, lang)),
        _sheet("problems", _PROBLEMS, _problems(record, lang)),
        _sheet("undelivered", _UNDELIVERED, _undelivered(record, lang)),
        _sheet("ledger", _LEDGER, _ledger(record, lang)),
    )


def _columns(**kinds: tuple[int, Kind]) -> tuple[Column, ...]:
    return tuple(Column(sentence(f"report.head-{name}"), width, kind) for name, (width, kind) in kinds.items())


_COUNTS = (
    "asked",
    "in-time",
    "given-late",
    "help",
    "open",
    "overdue",
    "withdrawn",
    "received",
    "done",
    "reminders",
    "escalated",
)
_FIGURES: Mapping[str, tuple[int, Kind]] = dict.fromkeys(_COUNTS, (9, "count"))
_MEDIAN: Mapping[str, tuple[int, Kind]] = {"median": (10, "span")}

_ANSWERS = _columns(
    due=(16, "moment"),
    subject=(40, "text"),
    duty=(9, "word"),
    office=(16, "text"),
    owed=(8, "word"),
    deadline=(16, "moment"),
    outcome=(10, "word"),
    state=(8, "word"),
    answered=(16, "moment"),
    by=(12, "text"),
    took=(8, "span"),
    late=(8, "span"),
    reminders=(8, "count"),
    escalated=(8, "word"),
    remarks=(18, "text"),
    id=(34, "id"),
)
_OCCASIONS = _columns(due=(16, "moment"), subject=(40, "text"), duty=(12, "word"), id=(34, "id"), **_FIGURES, **_MEDIAN)
_OFFICES = _columns(office=(22, "text"), **_FIGURES, week=(10, "count"))
_DUTIES = _columns(campaign=(32, "text"), item=(40, "text"), **_FIGURES, **_MEDIAN)
_PHASES = _columns(campaign=(34, "text"), phase=(20, "text"), **_FIGURES, **_MEDIAN)
_WEEKS = _columns(monday=(14, "day"), office=(26, "text"), asked=(10, "count"), burden=(26, "text"))
_PROBLEMS = _columns(
    raised=(16, "moment"),
    office=(16, "text"),
    subject=(24, "text"),
    need=(30, "text"),
    who=(16, "text"),
    since=(16, "moment"),
    state=(8, "word"),
    closed=(16, "moment"),
    how=(30, "text"),
)
_UNDELIVERED = _columns(
    due=(16, "moment"), subject=(30, "text"), chat=(24, "text"), state=(10, "word"), why=(40, "text"), id=(34, "id")
)
_LEDGER = _columns(
    seq=(8, "count"),
    at=(16, "moment"),
    event=(10, "word"),
    id=(34, "id"),
    chat=(18, "text"),
    office=(16, "text"),
    by=(18, "text"),
    detail=(60, "text"),
)


def _sheet(name: str, columns: tuple[Column, ...], rows: Iterable[Row], totals: Iterable[Row] = ()) -> Sheet:
    return Sheet(sentence(f"report.sheet-{name}"), columns, tuple(rows), tuple(totals))


def _answers(record: Record, lang: Lang) -> Iterator[Row]:
    yes = say(sentence("report.yes"), lang)
    for each in record.answers:
        yield (
            _at(record, each.due),
            each.subject,
            _items(each.duties),
            record.offices[each.office],
            say(sentence(f"cli.kind-{each.owed}"), lang),
            _at(record, each.deadline),
            say(outcome_of(each), lang),
            say(state_of(each), lang),
            _at(record, each.answered_at),
            person_of(each, record.chats, lang),
            each.took,
            each.late,
            each.reminders,
            yes if each.escalated else None,
            _remarks(each, lang),
            each.occurrence,
        )


def _occasions(record: Record) -> Iterator[Row]:
    for each in record.occasions:
        who = (_at(record, each.due), each.subject, _items(each.duties), each.occurrence)
        yield (*who, *_figures(each.figures), each.figures.took)


def _offices(record: Record) -> Iterator[Row]:
    for each in record.by_office:
        most = max((week.get(each.id or "", 0) for week in record.weeks.values()), default=0)
        yield (each.name, *_figures(each.figures), most)


def _groups(record: Record, groups: Iterable[Group], lang: Lang) -> Iterator[Row]:
    none = say(sentence("report.none-of-them"), lang)
    for each in groups:
        title = record.campaigns.get(each.campaign or "", each.campaign)
        yield (title, each.name or each.id or none, *_figures(each.figures), each.figures.took)


def _total(record: Record, lang: Lang, before: int, *, median: bool = True, after: Row = ()) -> tuple[Row, ...]:
    if not record.answers:
        return ()
    label = (say(sentence("report.all"), lang), *(None for _ in range(before - 1)))
    return ((*label, *_figures(record.total), *((record.total.took,) if median else ()), *after),)


def _weeks(record: Record, lang: Lang) -> Iterator[Row]:
    over = say(sentence("report.over-burden", limit=record.per_week), lang)
    for monday, asks in record.weeks.items():
        for office, name in record.offices.items():
            if count := asks.get(office):
                yield monday, name, count, over if count > record.per_week else None


def _problems(record: Record, lang: Lang) -> Iterator[Row]:
    for each in record.problems:
        problem = each.problem
        yield (
            _at(record, problem.opened.at),
            each.office,
            each.ask,
            problem.need,
            _name(problem.taken),
            _at(record, problem.taken.at if problem.taken else None),
            say(sentence(f"report.problem-{problem.state}"), lang),
            _at(record, problem.closed.at if problem.closed else None),
            problem.how,
        )


def _undelivered(record: Record, lang: Lang) -> Iterator[Row]:
    for each in record.undelivered:
        chat = record.chats.get(each.chat or "", each.chat)
        state = say(sentence(f"cli.kind-{each.state}"), lang)
        yield _at(record, each.due), each.subject, chat, state, each.why, each.occurrence


def _ledger(record: Record, lang: Lang) -> Iterator[Row]:
    kinds = {kind: say(sentence(f"cli.kind-{kind}"), lang) for kind in {each.kind for each in record.entries}}
    for each in record.entries:
        yield (
            each.seq,
            _at(record, each.at),
            kinds[each.kind],
            each.occurrence,
            record.chats.get(each.chat or "", each.chat),
            record.offices.get(each.office or "", each.office),
            each.by,
            _detail(each),
        )


def _figures(found: Figures) -> Row:
    return (
        found.asked,
        found.in_time,
        found.late,
        found.help,
        found.open,
        found.overdue,
        found.withdrawn,
        found.received,
        found.done,
        found.reminders,
        found.escalated,
    )


def _at(record: Record, moment: datetime | None) -> datetime | None:
    """The town's clock, without its zone."""
    return moment and moment.astimezone(record.zone).replace(tzinfo=None)


def _items(duties: Mapping[str, str]) -> str:
    """The notice's items without their names, which stand on a sheet of their own."""
    return "、".join(each.partition(" ")[0] for each in duties.values())


def _remarks(answer: OwedAnswer, lang: Lang) -> str:
    return "；".join(say(each, lang) for each in remarks_of(answer))


def _name(who: Who | None) -> str | None:
    return (who.name or who.person) if who else None


def _detail(entry: Numbered) -> str | None:
    detail = dict(entry.detail or {})
    text = str(detail.pop("text", "") or "").replace("\n", " ")
    parts = [f"{name}={value}" for name, value in detail.items() if name != "message_id" and value is not None]
    whole = " ".join([*([text] if text else []), *parts])
    return whole if len(whole) <= _LONGEST_DETAIL else whole[: _LONGEST_DETAIL - 1] + "…"
