"""What an edit changes among the sends to come (interface.md, Ids and Late; `gengfu diff`)."""

from datetime import UTC, datetime

from bot.planner.difference import Difference, difference
from bot.planner.occurrence import Occurrence
from tests.builders import a_key_date, a_reminder
from tests.planner.planning import anchors, on, planned

BEFORE_ALL = datetime(2026, 11, 1, tzinfo=UTC)
DECEMBER_20_NOON = datetime(2026, 12, 20, 4, tzinfo=UTC)
WATCH = {"key_date": "spring-festival", "days": [-1, 0], "at": "09:00"}


def changes(
    old: tuple[Occurrence, ...], new: tuple[Occurrence, ...], now: datetime = BEFORE_ALL, texts: str = "same"
) -> Difference:
    return difference(old, new, now, lambda each: (each.message, "same"), lambda each: (each.message, texts))


def pairs(found: Difference) -> list[tuple[str, str]]:
    return [(f"{old.due:%m-%d %H:%M}", f"{new.due:%m-%d %H:%M}") for old, new in found.moved]


def test_the_same_schedule_differs_in_nothing() -> None:
    found = changes(on(WATCH), on(WATCH))
    assert not found
    assert found == Difference((), (), (), (), ())


def test_a_day_more_is_added_and_a_day_less_removed() -> None:
    more = on({**WATCH, "days": [-3, -1]})
    found = changes(on(WATCH), more)
    assert anchors(found.added) == ["spring-festival-2027/-3@09:00"]
    assert anchors(found.removed) == ["spring-festival-2027/0@09:00"]
    assert (found.moved, found.reworded, found.past) == ((), (), ())


def test_a_new_reminder_is_added_whole_in_order_of_due_time() -> None:
    found = changes((), on({"every": "month", "day": 14, "at": "09:00"}))
    assert anchors(found.added) == [f"every/{day}@09:00" for day in ("2026-11-14", "2026-12-14")] + [
        f"every/2027-{month:02}-14@09:00" for month in (1, 2, 3)
    ]


def test_an_announced_date_moves_what_hangs_on_it() -> None:
    rule = {"key_date": "two-sessions", "days": [-1, 0], "at": "09:00"}
    announced = a_key_date("two-sessions", on={"by_year": {2027: "2027-03-05..2027-03-15"}})
    found = changes(on(rule), on(rule, key_dates=[announced]))
    assert pairs(found) == [("03-03 09:00", "03-04 09:00"), ("03-04 09:00", "03-05 09:00")]
    assert found.added == found.removed == ()


def test_a_new_date_is_paired_with_the_old_one_as_moved() -> None:
    found = changes(on({"date": "2026-12-20", "at": "15:00"}), on({"date": "2026-12-27", "at": "16:00"}))
    assert pairs(found) == [("12-20 15:00", "12-27 16:00")]
    assert found.added == found.removed == ()


def test_each_time_of_a_moved_date_is_paired() -> None:
    old, new = ({"date": day, "at": ["09:00", "15:00"]} for day in ("2026-12-20", "2026-12-27"))
    assert pairs(changes(on(old), on(new))) == [("12-20 09:00", "12-27 09:00"), ("12-20 15:00", "12-27 15:00")]


def test_a_date_that_has_gone_out_and_moves_shows_that_it_is_told_twice() -> None:
    sent, again = on({"date": "2026-12-20", "at": "09:00"}), on({"date": "2026-12-27", "at": "09:00"})
    ((old, new),) = changes(sent, again, DECEMBER_20_NOON).moved
    assert old.due < DECEMBER_20_NOON < new.due
    assert old.id != new.id


def test_a_date_moved_into_the_past_takes_away_what_was_to_come() -> None:
    to_come, gone = on({"date": "2026-12-27", "at": "09:00"}), on({"date": "2026-12-19", "at": "09:00"})
    found = changes(to_come, gone, DECEMBER_20_NOON)
    assert found.removed == to_come
    assert found.past == gone
    assert (found.moved, found.added) == ((), ())


def test_what_is_brought_or_moved_into_the_past_is_listed_as_past() -> None:
    brought = on({"every": "month", "day": 14, "at": "09:00"})
    found = changes((), brought, DECEMBER_20_NOON)
    assert [f"{each.due:%m-%d}" for each in found.past] == ["11-14", "12-14"]
    assert [f"{each.due:%m-%d}" for each in found.added] == ["01-14", "02-14", "03-14"]
    later, sooner = on({"phase": "carry-out", "days": [-1], "at": "09:00"}), on({"phase": "carry-out", "at": "09:00"})
    assert changes(later, sooner, DECEMBER_20_NOON).past == ()


def test_what_was_due_already_under_the_old_plan_is_not_told_again() -> None:
    found = changes(on({"every": "day", "at": "09:00"}), on({"every": "day", "at": "09:00"}), DECEMBER_20_NOON)
    assert not found


def test_dropping_what_is_past_removes_nothing() -> None:
    found = changes(on({"date": "2026-12-01", "at": "09:00"}), (), DECEMBER_20_NOON)
    assert not found


def test_another_text_at_the_same_moment_is_reworded_unless_it_is_past() -> None:
    rule = {"every": "month", "day": 14, "at": "09:00"}
    other = planned(a_reminder(on=rule, message="other"))
    found = changes(on(rule), other, DECEMBER_20_NOON)
    assert [f"{new.due:%m-%d}" for _, new in found.reworded] == ["01-14", "02-14", "03-14"]
    assert {(old.message, new.message) for old, new in found.reworded} == {("sanqing-sanguan", "other")}
    assert len(changes(on(rule), on(rule), DECEMBER_20_NOON, texts="edited").reworded) == 3


def test_what_moves_is_not_also_reworded() -> None:
    rule = {"key_date": "two-sessions", "at": "09:00"}
    announced = a_key_date("two-sessions", on={"by_year": {2027: "2027-03-05..2027-03-15"}})
    found = changes(on(rule), on(rule, key_dates=[announced]), texts="edited")
    assert len(found.moved) == 1
    assert found.reworded == ()
