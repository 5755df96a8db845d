"""The record: what is on it of a span of days, and what that comes to by occurrence, office, duty item and phase."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Entry
from bot.reports.figures import Figures
from bot.store.protocol import Change
from tests.reports.shelf import DUE, a_shelf, an_ask, put, said, the_record

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = DUE + 9 * HOUR


async def test_it_is_narrowed_by_campaign_occurrence_and_due_time() -> None:
    store = await a_shelf(an_ask("w/a"), an_ask("w/b", DUE + DAY), an_ask("x/c", DUE + 2 * DAY))

    async def found(**narrow: Any) -> list[str]:
        return [each.occurrence for each in (await put(store, **narrow)).occasions]

    assert await found() == ["w/a", "w/b", "x/c"]
    assert await found(campaign="w") == ["w/a", "w/b"]
    assert await found(occurrence="x/c") == ["x/c"]
    assert await found(since=DUE + DAY) == ["w/b", "x/c"]
    assert await found(until=DUE + DAY) == ["w/a"]


async def test_its_days_are_those_that_were_asked_for_or_those_that_have_something() -> None:
    store = await a_shelf(an_ask("w/a"), an_ask("w/b", DUE + DAY))
    found = await put(store)
    assert (found.first, found.last) == (date(2027, 2, 6), date(2027, 2, 7))
    midnight = datetime(2027, 1, 31, 16, tzinfo=UTC)  # 1 February in the town
    found = await put(store, since=midnight, until=midnight + 28 * DAY)
    assert (found.first, found.last) == (date(2027, 2, 1), date(2027, 2, 28))


async def test_every_answer_counts_once_however_it_ended() -> None:
    entries = (
        said("done", "w/a", 30),
        said("done", "w/a", 180, "enforcement"),
        said("help", "w/b", 30),
        said("received", "w/b", 30, "enforcement"),
        said("reminded", "w/b", 60, "enforcement", number=1),
        said("escalated", "w/b", 240, "enforcement"),
    )
    withdrawn = an_ask("w/c", withdrawn=True)
    found = await the_record(an_ask("w/a"), an_ask("w/b"), withdrawn, entries=entries, now=LATER)
    assert found.total == Figures(
        asked=4,
        in_time=1,
        late=1,
        help=1,
        open=1,
        overdue=1,
        received=1,
        done=2,
        reminders=1,
        escalated=1,
        took=timedelta(minutes=105),
    ), "a withdrawn ask that went to nobody was none"
    assert found.occasions[0].figures.given == 2
    assert [each.figures.asked for each in found.occasions] == [2, 2, 0]


async def test_nothing_given_has_no_median() -> None:
    assert (await the_record(an_ask("w/a"))).total.took is None


async def test_offices_stand_as_in_the_town_however_quick_they_were() -> None:
    entries = (said("done", "w/a", 1, "enforcement"), said("done", "w/a", 90))
    gone = an_ask("w/b", offices={"harbour": "港务所", "enforcement": "执法"}, chats={"x": ("harbour", "enforcement")})
    found = await the_record(an_ask("w/a"), gone, entries=entries)
    assert [each.id for each in found.by_office] == ["police", "enforcement", "harbour"]
    assert [each.name for each in found.by_office] == ["派出所", "综合执法大队", "港务所"], "under today's names"
    assert [each.office for each in found.answers] == ["police", "enforcement", "enforcement", "harbour"]


async def test_duties_and_phases_stand_as_in_the_plan_and_an_ask_for_two_counts_with_each() -> None:
    both = {"fireworks": "九.4 烟花爆竹", "crowds": "一.1 人员密集场所"}
    winter = "winter-2026"
    asks = (
        an_ask(f"{winter}/a", phase="carry-out", phase_name="组织实施", duties=both),
        an_ask(f"{winter}/b", phase="mobilise", phase_name="部署发动", duties={"fireworks": "九.4 烟花爆竹"}),
        an_ask(f"{winter}/c"),
    )
    found = await the_record(*asks, entries=(said("done", f"{winter}/b"),))
    assert [(each.id, each.name, each.figures.asked) for each in found.by_duty] == [
        ("crowds", "一.1 人员密集场所", 2),
        ("fireworks", "九.4 烟花爆竹", 4),
        (None, None, 2),
    ]
    assert [(each.id, each.name, each.figures.done) for each in found.by_phase] == [
        ("mobilise", "部署发动", 1),
        ("carry-out", "组织实施", 0),
        (None, None, 0),
    ]
    assert found.total.asked == 6


async def test_weeks_count_asks_from_monday_to_sunday_in_the_town_and_reminders_are_none() -> None:
    sunday_night = datetime(2027, 2, 7, 15, 59, tzinfo=UTC)
    asks = (an_ask("w/a"), an_ask("w/b", sunday_night), an_ask("w/c", sunday_night + timedelta(minutes=1)))
    found = await the_record(*asks, entries=tuple(said("reminded", "w/a", 30, number=each) for each in range(5)))
    assert found.weeks == {
        date(2027, 2, 1): {"police": 2, "enforcement": 2},
        date(2027, 2, 8): {"police": 1, "enforcement": 1},
    }
    assert found.per_week == 10


async def test_a_day_shows_what_became_of_its_asks_office_by_office() -> None:
    entries = (said("done", "w/a", 2 * 24 * 60), said("done", "w/b", 24 * 60 + 5, "enforcement"))
    found = await the_record(an_ask("w/a"), an_ask("w/b", DUE + DAY), entries=entries, now=DUE + 3 * DAY)
    first, second = found.days[date(2027, 2, 6)], found.days[date(2027, 2, 7)]
    assert (first["police"].late, first["enforcement"].overdue) == (1, 1)
    assert (second["police"].overdue, second["enforcement"].in_time) == (1, 1)


async def test_problems_are_told_with_who_has_them() -> None:
    entries = (
        said("help", "w/a", 5),
        said("need", "w/a", 6, text="缺水带"),
        said("taken", "w/a", 9, name="王"),
        said("help", "x/b", 5),
    )
    found = await the_record(an_ask("w/a"), an_ask("x/b"), entries=entries, campaign="w")
    (one,) = found.problems
    assert one.office == "派出所"
    problem = one.problem
    assert (problem.office, problem.need, problem.state) == ("police", "缺水带", "taken")
    assert problem.taken is not None
    assert problem.taken.name == "王"


async def test_what_did_not_reach_its_chat_is_told_with_why() -> None:
    store = await a_shelf(an_ask("w/a"))
    failed = Delivery(occurrence="w/a", chat="squad", due=DUE, state="failed", why="机器人已被移出群")
    unworded = Entry(at=DUE + HOUR, kind="failed", occurrence="w/gone/date/1@09:00", detail={"why": "空的"})
    await store.commit(Change(deliveries=(failed,), entries=(unworded,)))
    found = await put(store)
    assert [(each.occurrence, each.chat, each.why) for each in found.undelivered] == [
        ("w/a", "squad", "机器人已被移出群"),
        ("w/gone/date/1@09:00", None, "空的"),
    ]
    assert (found.told.asks, found.told.broadcasts, found.told.messages) == (1, 0, 1)


async def test_what_was_merged_into_one_message_is_one() -> None:
    store = await a_shelf(an_ask("w/a"), an_ask("w/b"))
    second = (await store.deliveries(occurrence="w/b"))[0]
    merged = second.model_copy(update={"state": "merged", "carried_by": "w/a@duty-room"})
    await store.commit(Change(deliveries=(merged,)))
    found = await put(store)
    assert (found.told.asks, found.told.messages) == (2, 1)


async def test_its_ledger_is_that_of_its_occurrences_and_all_of_its_days_where_it_is_not_narrowed() -> None:
    store = await a_shelf(an_ask("w/a"), an_ask("w/b", DUE + DAY), entries=(said("done", "w/a", 60 * 48),))
    started = [Entry(at=DUE + n * DAY, kind="started") for n in range(3)]
    await store.commit(Change(entries=tuple(started)))
    first_day = await put(store, until=DUE + HOUR)
    assert [each.kind for each in first_day.entries] == ["done", "started"]
    assert [each.kind for each in (await put(store)).entries] == ["done", "started", "started", "started"]
    assert [each.kind for each in (await put(store, occurrence="w/a")).entries] == ["done"]
