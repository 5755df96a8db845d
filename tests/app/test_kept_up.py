"""Whatever happens, what is kept up commit by commit says the same as what is read anew after a start."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.in_force import InForce, once_in_force
from bot.app.live import LiveBot
from bot.app.run import Bot
from bot.app.sources import Sources
from bot.channels.board import BoardChannel
from bot.clock import ManualClock, turn
from bot.ledger.deliveries import Delivery, Issued, State
from bot.ledger.entries import ANSWERS, Entry
from bot.outbox.issue import issue
from bot.planner.plan import season
from bot.settings import Settings
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from tests.app.stage import EIGHT, MESSAGES, a_winter
from tests.builders import a_duty_alert, a_reminder, some_files

FILES = some_files(
    campaigns=[
        a_winter(
            a_reminder(on={"date": "2036-02-05", "at": ["08:00", "20:00"]}),
            a_duty_alert("some", on={"date": "2036-02-05", "at": "07:00"}, to={"offices": ["police", "enforcement"]}),
            a_duty_alert("all", on={"date": "2036-02-06", "at": "07:00"}, to={"offices": "all"}),
        )
    ]
)
STATES: tuple[State, ...] = ("planned", "intended", "sent", "failed", "retrying", "uncertain", "missed", "withdrawn")
IN_FORCE = once_in_force(Sources(FILES, {name: text.encode() for name, text in MESSAGES.items()}), "zh")


def in_force() -> InForce:
    assert IN_FORCE is not None
    return IN_FORCE


def all_issued() -> list[Issued]:
    what = in_force()
    return [issue(what.schedule, what.messages, each, each.due, what.version) for each in season(what.schedule)]


ISSUED = all_issued()
occurrences = st.sampled_from(ISSUED)
minutes = st.integers(-90, 90).map(lambda number: EIGHT + timedelta(minutes=number))


@st.composite
def delivered(draw: st.DrawFn) -> Change:
    """An occurrence comes to stand so in one of its chats; what went wrong, or went out, is told in the ledger."""
    issued, state, at = draw(occurrences), draw(st.sampled_from(STATES)), draw(minutes)
    chat = draw(st.sampled_from(sorted(issued.chats)))
    doubts = draw(st.integers(0, 1))
    told = {"failed": "failed", "missed": "missed", "sent": "sent", "uncertain": "uncertain"}.get(state)
    kinds = [*(["uncertain"] if doubts else []), *([told] if told else [])]
    delivery = Delivery(
        occurrence=issued.occurrence,
        chat=chat,
        due=issued.due,
        state=state,
        duty_alert=issued.owing is not None,
        text=issued.bodies[""],
        sent_at=at if state in {"sent", "uncertain"} else None,
        doubts=doubts,
        deadline=draw(st.none() | minutes) if issued.owing else None,
        why=draw(st.none() | st.just("so")) if state in {"failed", "retrying"} else None,
    )
    entries = [
        Entry.model_validate({"at": at, "kind": each, "occurrence": issued.occurrence, "chat": chat}) for each in kinds
    ]
    return Change(entries=tuple(entries), issued=(issued,) if draw(st.booleans()) else (), deliveries=(delivery,))


@st.composite
def answered(draw: st.DrawFn) -> Change:
    """An office answers."""
    issued = draw(occurrences.filter(lambda each: each.owing is not None))
    office, kind = draw(st.sampled_from(sorted(issued.offices))), draw(st.sampled_from(ANSWERS))
    given = {"at": draw(minutes), "kind": kind, "by": "telegram:2001"}
    return Change(entries=(Entry.model_validate({**given, "occurrence": issued.occurrence, "office": office}),))


withdrawn = occurrences.map(lambda each: Change(issued=(each.model_copy(update={"withdrawn": True}),)))
unworded = st.builds(
    lambda each, at: Change(
        entries=(Entry(at=at, kind="failed", occurrence=each.occurrence, detail={"why": "messages/x.j2"}),)
    ),
    occurrences,
    minutes,
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(delivered() | answered() | withdrawn | unworded, min_size=1, max_size=12), st.integers(0, 3))
def test_what_is_kept_up_says_the_same_as_what_is_read_anew(changes: Sequence[Change], looks: int) -> None:
    asyncio.run(compare(changes, looks))


async def compare(changes: Sequence[Change], looks: int) -> None:
    """Some of it happened before the start, some while the record is being read; pages look at it now and then."""
    clock, store = ManualClock(EIGHT.astimezone(UTC)), MemoryStore()
    bot = Bot(Settings(), clock, store, {"board": BoardChannel(clock)}, in_force())
    await store.commit(Change(issued=tuple(ISSUED[:looks])))
    for change in changes[:looks]:
        await store.commit(change)
    kept = LiveBot(bot, BoardChannel(clock))
    await turn()
    for number, change in enumerate(changes[looks:]):
        if (number + 1) % (looks + 1) == 0:
            await everything(kept)
        await store.commit(change)
    assert await everything(kept) == await everything(LiveBot(bot, BoardChannel(clock)))


async def everything(live: LiveBot) -> list[object]:
    """All that pages ask for."""
    heads = await live.heads()
    chats = [await live.chat(each.id) for each in heads]
    days = [await live.day(EIGHT.date() + timedelta(days=number)) for number in range(-1, 3)]
    return [heads, chats, days, await live.asks(), await live.health(), live.season()]
