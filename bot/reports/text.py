"""通报 as plain text: a draft in short lines that can be pasted into a chat. It says what is on record and no more."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.campaign.model import Schedule, Town
from bot.language import Lang, Sentence, say, sentence
from bot.reports.figures import Figures
from bot.reports.groups import Group
from bot.reports.problems import Listed
from bot.reports.record import Record
from bot.reports.sendings import Undelivered
from bot.reports.words import burden_of, totals_of

MOST_LINES = 30
"""So many lines of those who are open, of problems, of what did not arrive: a whole winter's are for the table."""

_LONGEST_NAME = 24


def draft(record: Record, schedule: Schedule, lang: Lang) -> str:
    """The draft, its lines without a mark so that every platform shows them alike."""
    parts: dict[str, list[str]] = {
        "total": list(_total(record, lang)),
        "duties": list(_groups(record.by_duty, lang)),
        "offices": list(_groups(record.by_office, lang)),
        "open": _short(_open(record, lang), lang),
        "problems": _short((_problem(each, lang) for each in record.problems), lang),
        "undelivered": _short((_undelivered(each, record, lang) for each in record.undelivered), lang),
    }
    lines = [say(each, lang) for each in _title(record, schedule.town)]
    said = [(name, found) for name, found in parts.items() if found]
    for number, (name, found) in enumerate(said, 1):
        heading = sentence(f"report.text-section-{name}", number=sentence(f"report.numeral-{number}"))
        lines += ["", say(heading, lang), *found]
    return "\n".join(lines)


def _title(record: Record, town: Town) -> Iterator[Sentence]:
    titles = list(record.campaigns.values())
    if len(titles) == 1:
        yield sentence("report.text-title", what=titles[0])
    else:
        yield sentence("report.text-title-of-town", town=town.name)
    now = record.now.astimezone(record.zone)
    if record.first and record.last:
        yield sentence("report.text-days", first=record.first, last=record.last, now=now)
    else:
        yield sentence("report.text-asof", now=now)


def _total(record: Record, lang: Lang) -> Iterator[str]:
    told = record.told
    if told.messages:
        yield say(
            sentence("report.text-told", asks=told.asks, broadcasts=told.broadcasts, messages=told.messages), lang
        )
    if record.answers:
        yield "".join(say(each, lang) for each in totals_of(record.total))
        yield from (say(each, lang) for each in burden_of(record))
    else:
        yield say(sentence("report.text-nothing"), lang)


def _groups(groups: Iterable[Group], lang: Lang) -> Iterator[str]:
    for each in groups:
        name = _brief(each.name or each.id or say(sentence("report.none-of-them"), lang))
        line = sentence("report.text-line", name=name, asked=each.figures.asked)
        yield "".join(say(part, lang) for part in (line, *_counts(each.figures)))


def _counts(figures: Figures) -> Iterator[Sentence]:
    """Only what there is: a line of noughts tells nobody anything."""
    for name, count in (
        ("in-time", figures.in_time),
        ("late", figures.late),
        ("help", figures.help),
        ("open", figures.open),
        ("withdrawn", figures.withdrawn),
    ):
        if count:
            yield sentence(f"report.text-{name}", count=count)


def _open(record: Record, lang: Lang) -> Iterator[str]:
    """Office by office as they stand in the town, of each the oldest first."""
    for office, name in record.offices.items():
        for each in record.answers:
            if each.office == office and each.outcome in {"open", "overdue"}:
                key = "report.text-open-late" if each.late else "report.text-open-one"
                due = _day(each.due, record)
                yield say(sentence(key, office=name, due=due, subject=_brief(each.subject), late=each.late), lang)


def _problem(each: Listed, lang: Lang) -> str:
    problem = each.problem
    need = problem.need or sentence("report.text-no-need")
    line = say(sentence("report.text-problem", office=each.office, need=need, subject=_brief(each.ask)), lang)
    match problem.state:
        case "closed" if problem.how:
            return line + say(sentence("report.text-problem-closed-how", how=problem.how), lang)
        case "taken" if problem.taken:
            who = problem.taken.name or problem.taken.person
            return line + say(sentence("report.text-problem-taken", who=who), lang)
        case state:
            return line + say(sentence(f"report.text-problem-{state}"), lang)


def _undelivered(each: Undelivered, record: Record, lang: Lang) -> str:
    due = _day(each.due, record)
    if each.chat is None:
        return say(sentence("report.text-undelivered-unworded", due=due, subject=each.subject, why=each.why), lang)
    key = "report.text-undelivered-why" if each.why else "report.text-undelivered"
    chat, state = record.chats.get(each.chat, each.chat), sentence(f"cli.kind-{each.state}")
    return say(sentence(key, due=due, subject=_brief(each.subject), chat=chat, state=state, why=each.why), lang)


def _short(said: Iterable[str], lang: Lang) -> list[str]:
    lines = list(said)
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], say(sentence("report.text-more", count=len(lines) - MOST_LINES + 1), lang)]


def _brief(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _day(moment: datetime, record: Record) -> str:
    return f"{moment.astimezone(record.zone):%m-%d %H:%M}"
