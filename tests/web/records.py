"""Records for pages to show: answers made up by habit, counted by the reports' own functions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from bot.app.view.record import Asked, ShownRecord
from bot.reports.answers import OwedAnswer
from bot.reports.figures import by, by_day, by_week, figures
from bot.reports.groups import Group, by_office
from bot.reports.record import Record
from bot.reports.sendings import Told
from tests.web.live import NOW, OFFICES, TOWN
from tests.web.seasons import FIRST, winter

HOUR = timedelta(hours=1)
WITHIN = 2 * HOUR


def an_answer(office: str, due: datetime, after: timedelta | None = None, **but: object) -> OwedAnswer:
    """What one office owed within two hours, given so long after it was asked; None: it still owes."""
    given = due + after if after is not None else None
    known: dict[str, object] = {
        "occurrence": f"winter-2026/duty/{due:%Y-%m-%d@%H:%M}",
        "office": office,
        "owed": "done",
        "deadline": due + WITHIN,
        "state": "done" if given else "open",
        "answered_at": given,
        "by": "telegram:2001" if given else None,
        "reminders": 0,
        "escalated": False,
        "campaign": "winter-2026",
        "reminder": "duty",
        "phase": "carry-out",
        "duties": {"fireworks": "九.4 烟花爆竹存储、销售、燃放安全管理"},
        "subject": "值守",
        "version": "3f9d2c17",
        "due": due,
        "asked_at": due,
        "given_at": given,
        "took": after,
        "late": max((given or NOW) - due - WITHIN, timedelta()) or None,
        "name": None,
        "on_behalf": None,
        "evidence": (),
        "corrected": False,
        "correction": None,
        "withdrawn": False,
    }
    return OwedAnswer(**{**known, **but})  # type: ignore[arg-type]


def a_record(answers: Iterable[OwedAnswer], offices: dict[str, str] | None = None, **but: object) -> Record:
    """These answers, counted."""
    every, names = tuple(answers), offices or OFFICES
    days = [each.due.date() for each in every]
    known: dict[str, object] = {
        "now": NOW,
        "zone": TOWN.zone,
        "first": min(days, default=None),
        "last": max(days, default=None),
        "campaigns": {"winter-2026": "金龙镇今冬明春消防安全防范工作"},
        "offices": names,
        "chats": {"duty-room": "消防安全工作群"},
        "answers": every,
        "total": figures(every),
        "occasions": (),
        "by_office": tuple(by_office(every, names)),
        "by_duty": tuple(_groups(every, "九.4 烟花爆竹存储、销售、燃放安全管理")),
        "by_phase": tuple(_groups(every, "组织实施")),
        "weeks": by_week(every, TOWN.zone),
        "per_week": 10,
        "days": by_day(every, TOWN.zone),
        "problems": (),
        "undelivered": (),
        "told": Told(len({each.occurrence for each in every}), 4, len(every)),
        "entries": (),
    }
    return Record(**{**known, **but})  # type: ignore[arg-type]


def habits(offices: Iterable[str], days: int, every: int = 1, seed: int = 7) -> Iterator[OwedAnswer]:
    """So many days of asks, each office by its own habit: at once, late, never, by help."""
    random = Random(seed)
    leaning = {office: random.choice((0.98, 0.9, 0.7, 0.5)) for office in offices}
    for number in range(0, days, every):
        due = datetime.combine(FIRST + timedelta(days=number), time(9), TOWN.zone)
        for office, keen in leaning.items():
            if random.random() < 0.15:
                continue
            after = timedelta(minutes=random.randrange(2, 110))
            luck = random.random()
            if luck < keen:
                yield an_answer(office, due, after)
            elif luck < keen + (1 - keen) / 2:
                yield an_answer(office, due, after + WITHIN, reminders=2)
            elif luck < keen + (1 - keen) * 0.8:
                yield an_answer(office, due, reminders=3, escalated=True)
            else:
                yield an_answer(office, due, state="help", answered_at=due + after, late=None)


def a_winters_record() -> ShownRecord:
    """The winter until today, every second day an ask."""
    until = (NOW.date() - FIRST).days + 1
    return ShownRecord(Asked(), winter(), a_record(habits(OFFICES, until, 2)))


def a_big_record() -> ShownRecord:
    """Fifty offices over 150 days, an ask a day."""
    offices = {f"office-{number}": f"第 {number} 村委会" for number in range(50)}
    return ShownRecord(Asked(), winter(), a_record(habits(offices, 150), offices))


def _groups(answers: Iterable[OwedAnswer], name: str) -> Iterator[Group]:
    for id_, counted in by(lambda each: each.phase, answers).items():
        yield Group("winter-2026", id_, name, counted)


def day(number: int) -> date:
    """The so-manieth day of the winter."""
    return FIRST + timedelta(days=number - 1)


def on(number: int, hour: int = 9) -> datetime:
    """An hour of the so-manieth day of the winter."""
    return datetime.combine(day(number), time(hour), TOWN.zone)


def a_small_record(**but: object) -> ShownRecord:
    """Two days in which 派出所 is late once and 应急办 never answers, and asks for help."""
    answers = (
        an_answer("emergency", on(2), 10 * HOUR / 60),
        an_answer("police", on(2), HOUR),
        an_answer("police", on(2, 15), 3 * HOUR, reminders=2, escalated=True),
        an_answer("police", on(3), 2 * HOUR),
        an_answer("emergency", on(3), reminders=3),
        an_answer("emergency", on(3, 15), state="help", late=None, answered_at=on(3, 16)),
    )
    return ShownRecord(Asked(), winter(), a_record(answers, **but))  # type: ignore[arg-type]
