"""An ask on its ladder, played from look to look: who answers when, and what the ladder does about the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.escalation.ask import Ask
from bot.escalation.ladder import Step, next_moment, steps
from bot.ledger.deliveries import Call, Delivery, Issued, Owing, StepUp, called
from bot.ledger.entries import Entry
from tests.outbox.stage import QUIET, SHANGHAI, a_broadcast, at

OFFICES = {"police": "派出所", "emergency": "应急办"}
LAST_DAY = timedelta(days=60)


def an_ask(
    due: datetime | None = None,
    *,
    within: str = "2h",
    expects: str = "done",
    every: str | None = None,
    then: Iterable[str] = (),
    offices: Mapping[str, str] = OFFICES,
    **but: Any,
) -> Ask:
    """An ask of two offices in the duty room, sent at its due moment: 09:00 on 5 February where nothing is said."""
    due = due or at("09:00")
    owing = Owing.model_validate(
        {
            "expects": expects,
            "within": span(within),
            "deadline": due + span(within),
            "remind_every": every and span(every),
            "then": [StepUp(after=span(each), tell=("fire-committee",)) for each in then],
        }
    )
    issued = a_broadcast("alert", due, offices=dict(offices), chats={"duty-room": tuple(offices)}, owing=owing)
    issued = issued.model_copy(update={"urgent": but.pop("urgent", False)})
    given: dict[str, Any] = {
        "deliveries": (sent(issued, due),),
        "entries": (),
        "calls": (),
        "ends": None,
        "campaign_ends": due + LAST_DAY,
        "quiet": QUIET,
        "zone": SHANGHAI,
    }
    return Ask(issued=issued, owing=owing, **{**given, **but})


def span(text: str) -> timedelta:
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return timedelta(**{unit: int(text[:-1])})


def sent(issued: Issued, when: datetime, chat: str = "duty-room", **but: Any) -> Delivery:
    assert issued.owing is not None
    given = {"state": "sent", "sent_at": when, "deadline": when + issued.owing.within, "message_id": "1"}
    return Delivery.model_validate(
        {"occurrence": issued.occurrence, "chat": chat, "due": issued.due, "duty_alert": True, **given, **but}
    )


def an_answer(kind: str, when: datetime, office: str = "police", **detail: Any) -> Entry:
    return Entry.model_validate(
        {"at": when, "kind": kind, "office": office, "by": "telegram:2001", "detail": detail or None}
    )


def climbed(ask: Ask, *answers: Entry, until: datetime | None = None) -> list[tuple[Step, Ask]]:
    """Every step until then (five days after it was due), each carried out at its moment."""
    found: list[tuple[Step, Ask]] = []
    now, last = ask.issued.due, until or ask.issued.due + timedelta(days=5)
    waiting = sorted(answers, key=lambda each: each.at)
    while now <= last:
        said = [each for each in waiting if each.at <= now]
        waiting = [each for each in waiting if each.at > now]
        ask = replace(ask, entries=(*ask.entries, *said))
        for step in steps(ask, now):
            found.append((step, ask))
            ask = after(ask, step, now)
        assert not steps(ask, now), "what was done is done"
        moments = [each for each in (next_moment(ask, now), *(entry.at for entry in waiting[:1])) if each]
        if not moments:
            break
        now = min(moments)
    return found


def after(ask: Ask, step: Step, now: datetime) -> Ask:
    """The ask once a step was carried out."""
    if step.kind == "overdue":
        late = tuple(Entry(at=now, kind="late", office=office) for office in step.offices)
        return replace(ask, entries=(*ask.entries, *late))
    call = Call(kind=step.kind, of=ask.issued.occurrence, offices=step.offices, number=step.number)
    made = called(call, len(ask.calls) + 1, ("duty-room",), now)
    return replace(ask, calls=(*ask.calls, *(each.model_copy(update={"state": "sent"}) for each in made)))


def timetable(ask: Ask, *answers: Entry, until: datetime | None = None) -> list[str]:
    """The steps as lines: day and time, kind, who."""
    return [
        f"{step.at.astimezone(SHANGHAI):%d %H:%M} {step.kind} {'+'.join(step.offices)}"
        for step, _ in climbed(ask, *answers, until=until)
    ]
