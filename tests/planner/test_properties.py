"""What holds of every plan, whatever the schedule: tried on schedules made at random."""

import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.campaign.model import Schedule
from bot.language import say
from bot.planner.occurrence import Occurrence
from bot.planner.plan import plan, season
from bot.renderer.templates import Messages
from tests.builders import Written, a_duty, a_duty_alert, a_key_date, a_reminder, a_schedule, a_town, some_key_dates
from tests.planner.planning import WINTER

often = settings(max_examples=40, deadline=None, derandomize=True)

PHASES = ("mobilise", "carry-out", "sum-up")
KEY_DATES = ("new-year", "spring-festival", "lantern", "two-sessions")
times = st.lists(st.times().map(lambda at: f"{at:%H:%M}"), min_size=1, max_size=3, unique=True)
offsets = st.lists(st.integers(-20, 10), min_size=1, max_size=4, unique=True)
shifts = st.sampled_from([{}, {"shift": "next-workday"}, {"shift": "previous-workday"}])
phases = st.sampled_from(PHASES)
weekdays = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
months = st.one_of(st.integers(1, 31), st.just("last"))
during: st.SearchStrategy[Written] = st.one_of(
    st.builds(Written), phases.map(lambda phase: {"during": {"phase": phase}})
)
rules = st.one_of(
    st.fixed_dictionaries({"key_date": st.sampled_from(KEY_DATES), "days": offsets}),
    st.fixed_dictionaries({"watch": st.sampled_from(KEY_DATES)}),
    st.fixed_dictionaries({"phase": phases, "days": offsets, "edge": st.sampled_from(["from", "until"])}),
    st.tuples(st.just({"every": "day"}), during).map(lambda parts: {**parts[0], **parts[1]}),
    st.tuples(st.fixed_dictionaries({"every": st.just("week"), "day": weekdays}), during).map(
        lambda parts: {**parts[0], **parts[1]}
    ),
    st.tuples(st.fixed_dictionaries({"every": st.just("month"), "day": months}), during).map(
        lambda parts: {**parts[0], **parts[1]}
    ),
    st.fixed_dictionaries({"date": st.dates(date(2026, 11, 1), date(2027, 3, 31)).map(str)}),
)
addressees = st.sampled_from(
    [["residents"], {"offices": "all"}, {"offices": ["police"], "audiences": ["residents"]}, {"tags": ["village"]}]
).map(deepcopy)


@st.composite
def some_reminders(draw: st.DrawFn, prefix: str = "r", least: int = 1) -> list[Written]:
    """Reminders of every kind; broadcasts and duty alerts, by day and by night."""
    found = []
    for number in range(draw(st.integers(least, 4))):
        rule = {**draw(rules), "at": draw(times), **draw(shifts)}
        to = draw(addressees)
        ask = isinstance(to, dict) and draw(st.booleans())
        found.append((a_duty_alert if ask else a_reminder)(f"{prefix}{number}", on=rule, to=to))
    return found


def winter(reminders: list[Written], **given: object) -> Schedule:
    return a_schedule(phases=WINTER, reminders=reminders, **given)


def of(found: tuple[Occurrence, ...], reminders: list[Written]) -> list[Occurrence]:
    wanted = {each["id"] for each in reminders}
    return [each for each in found if each.reminder in wanted]


seconds = st.integers(0, 160 * 86_400)


@often
@given(some_reminders(), seconds, st.booleans(), st.data())
def test_a_span_cut_in_two_plans_the_same_as_the_whole(
    reminders: list[Written], cut: int, at_a_due_moment: bool, data: st.DataObject
) -> None:
    schedule = winter(reminders)
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
    whole = plan(schedule, since, until)
    middle = since + timedelta(seconds=cut)
    if at_a_due_moment and whole:
        middle = data.draw(st.sampled_from(whole)).due
    assert plan(schedule, since, middle) + plan(schedule, middle, until) == whole == season(schedule)


@often
@given(some_reminders())
def test_ids_are_unique_and_come_in_order_of_due_time(reminders: list[Written]) -> None:
    found = season(winter(reminders))
    assert len({each.id for each in found}) == len(found)
    assert list(found) == sorted(found, key=lambda each: (each.due, each.id))
    assert len({(each.reminder, each.due) for each in found}) == len(found), "two that land on one moment are one"


@often
@given(some_reminders("kept-"), some_reminders("other-", 0), some_reminders("other-", 0), st.randoms())
def test_an_edit_elsewhere_moves_nothing(
    kept: list[Written], before: list[Written], after: list[Written], chance: object
) -> None:
    """Other reminders are added, changed and taken away; a duty and a key date come; the order is another."""
    reordered = [*after, *reversed(kept)]
    dates = [*some_key_dates(), a_key_date("qingming", on={"solar_term": "清明"})]
    old = season(winter([*kept, *before]))
    new = season(winter(reordered, duties=[a_duty()], key_dates=dates))
    assert of(old, kept) == of(new, kept)


@often
@given(some_reminders())
def test_everybody_is_left_asleep_and_nothing_falls_outside_the_campaign(reminders: list[Written]) -> None:
    schedule = winter(reminders)
    quiet = schedule.town.quiet_hours
    (campaign,) = schedule.campaigns
    back_to_a_phase = {each["id"] for each in reminders if "phase" in each["on"]}
    for each in season(schedule):
        assert each.due >= each.nominal
        assert each.is_duty_alert or not quiet.at(each.due.time())
        assert each.due == each.nominal or quiet.at(each.nominal.time())
        assert each.nominal.date() <= campaign.last_day
        assert each.nominal.date() >= campaign.first_day or each.reminder in back_to_a_phase
        assert each.due.utcoffset() == timedelta(hours=8)


@pytest.fixture
def host_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


TEXT = "{{ occurrence.reason }} {{ due }} {{ now }} {{ due.strftime('%m月%d日 %H:%M') }} {{ deadline is none }}"


def as_bytes(reminders: list[Written]) -> bytes:
    """Plan and texts, from the YAML on."""
    schedule = winter(reminders)
    messages = Messages({"sanqing-sanguan.j2": TEXT, "duty-alert.j2": TEXT})
    return orjson.dumps(
        [
            [
                each.id,
                each.due.isoformat(),
                each.nominal.isoformat(),
                say(each.reason),
                each.days_left,
                each.deadline and each.deadline.isoformat(),
                messages.body(schedule, each, each.due.astimezone(UTC)),
            ]
            for each in season(schedule)
        ]
    )


def test_a_hosts_time_zone_changes_nothing_to_the_byte(host_zone: pytest.MonkeyPatch) -> None:
    reminders = [
        a_reminder("day", on={"every": "day", "at": ["06:00", "09:00"]}),
        a_reminder("week", on={"every": "week", "day": "mon", "at": "09:00", "shift": "next-workday"}),
        a_duty_alert("night", on={"watch": "spring-festival", "at": "23:30"}),
        a_duty_alert("deadline", on={"phase": "mobilise", "days": [-40, 0], "at": "00:00"}),
    ]
    found = set()
    for zone in ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"):
        host_zone.setenv("TZ", zone)
        time.tzset()
        found.add(as_bytes(reminders))
    assert len(found) == 1
    (only,) = found
    assert b"+08:00" in only


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Urumqi", 6), ("Europe/Berlin", 1)])
def test_a_town_may_name_another_zone(zone: str, offset: int) -> None:
    (found,) = season(a_schedule(town=a_town(timezone=zone)))
    assert found.due.isoformat() == f"2027-02-06T09:00:00+{offset:02}:00"
