"""Is all well? What counts as wrong, and from when on."""

from datetime import datetime, timedelta

import pytest

from bot.app.watch.judge import Part, Seen, Silence, overdue, troubles
from bot.language import say
from bot.ledger.deliveries import Delivery, Issued
from tests.fakes import WHY
from tests.outbox.stage import NINE, TERMS, a_broadcast, an_ask, at

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WELL = Seen(looked=15 * SECOND, free=10**10)


def parts(**seen: object) -> list[Part]:
    return [each.part for each in troubles(Seen(**{**vars(WELL), **seen}))]


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert parts() == []


@pytest.mark.parametrize(("seconds", "wrong"), [(44, []), (46, ["planner"])])
def test_a_bot_that_missed_three_looks_does_not_watch(seconds: int, wrong: list[Part]) -> None:
    assert parts(looked=seconds * SECOND) == wrong


@pytest.mark.parametrize(("span", "wrong"), [(MINUTE, []), (3 * MINUTE, ["channels"])])
def test_a_platform_may_be_silent_for_two_minutes(span: timedelta, wrong: list[Part]) -> None:
    assert parts(silent={"telegram": Silence(span, WHY)}) == wrong


def test_asks_that_cannot_be_followed_up_are_told_and_so_is_an_audit_that_does_not_come() -> None:
    assert parts(stuck=1) == ["ladder"]
    assert parts(audited=44 * SECOND) == []
    assert parts(audited=46 * SECOND) == ["ladder"]
    assert parts(looked=46 * SECOND, audited=46 * SECOND) == ["planner"]


def test_a_disk_that_refuses_or_is_nearly_full_is_told_once() -> None:
    assert parts(refusing=True, free=0) == ["disk"]
    assert parts(free=49_999_999) == ["disk"]
    assert parts(free=None) == []


def test_what_is_held_on_purpose_is_told_as_paused_and_not_as_overdue() -> None:
    assert parts(overdue=(NINE,)) == ["outbox"]
    assert parts(overdue=(NINE,), paused=True) == ["sending"]


def test_it_is_told_in_words_that_name_no_chat() -> None:
    seen = Seen(4 * MINUTE, (NINE, NINE + MINUTE), {"telegram": Silence(3 * MINUTE, WHY)}, refusing=True)
    assert [say(each.what) for each in troubles(seen)] == [
        "已有 4 分钟没有查看该发什么",
        "磁盘写不进去，台账记不下来",
        "2 条该发的还没有发出，最早的应在 2027-02-05 09:00",
        f"Telegram 已有 3 分钟连不上：{say(WHY)}",
    ]


def late(issued: Issued | None, now: datetime, count: int = 1, **delivery: object) -> int:
    due = issued.due if issued else NINE
    planned = Delivery.model_validate({"occurrence": "o", "chat": "c", "due": due, **delivery})
    several = [(planned.model_copy(update={"chat": f"c{number}"}), issued) for number in range(count)]
    return len(overdue(several, now, TERMS, per_second=10))


def test_what_might_have_gone_out_more_than_two_minutes_ago_is_overdue() -> None:
    assert late(a_broadcast(), NINE + 2 * MINUTE - SECOND) == 0
    assert late(a_broadcast(), NINE + 2 * MINUTE) == 1
    assert late(None, NINE + 2 * MINUTE) == 1


def test_so_is_what_was_cut_off_on_its_way_and_what_nobody_records_as_missed() -> None:
    assert late(a_broadcast(), NINE + 3 * MINUTE, state="intended") == 1
    assert late(a_broadcast(late=MINUTE), NINE + 10 * MINUTE) == 1


def test_a_broadcast_that_waits_for_the_morning_is_not() -> None:
    evening = a_broadcast(due=at("21:28:30"))
    assert late(evening, at("23:00:00")) == 0
    assert late(evening, at("07:03:00", 6)) == 1
    assert late(an_ask(due=at("23:00:00")), at("23:03:00")) == 1


def test_what_is_tried_again_and_again_is_overdue_though_its_next_try_is_to_come() -> None:
    again = NINE + 6 * MINUTE
    assert late(an_ask(), NINE + 5 * MINUTE, state="retrying", not_before=again) == 1


def test_what_perhaps_arrived_and_is_repeated_later_is_not() -> None:
    again = NINE + 6 * MINUTE
    assert late(an_ask(), NINE + 5 * MINUTE, state="retrying", not_before=again, doubts=1) == 0


def test_what_waits_its_turn_behind_others_is_not_overdue_for_that() -> None:
    assert late(a_broadcast(), NINE + 2 * MINUTE + 10 * SECOND, count=1_000) == 101
    assert late(a_broadcast(), NINE + 5 * MINUTE, count=1_000) == 1_000
