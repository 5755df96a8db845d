"""What a new version of the files would change, and where the files of either lie."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app.check import judge
from bot.app.compare import Side, TextChange, compare, side_of, side_of_town
from bot.app.in_force import InForce
from bot.app.sources import Sources
from bot.errors import TownMissing
from bot.renderer.templates import Messages
from bot.settings import Settings
from tests.builders import a_chat, a_duty_alert, a_phase, a_reminder, a_schedule, a_town, some_files

NOW = datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
MESSAGES = {"sanqing-sanguan.j2": "火", "duty-alert.j2": "值守"}


def version(*reminders: Mapping[str, Any], messages: Mapping[str, str] = MESSAGES, **given: Any) -> InForce:
    schedule = a_schedule(reminders=list(reminders) or [a_reminder()], **given)
    return InForce(schedule, Messages(messages), Sources({}, {}))


def drill(day: str) -> dict[str, Any]:
    return a_reminder("drill", on={"date": day, "at": "15:00"})


def test_the_same_version_changes_nothing() -> None:
    assert not compare(version(a_reminder(), a_duty_alert()), version(a_reminder(), a_duty_alert()), NOW)


def test_what_comes_what_goes_and_what_moves() -> None:
    found = compare(
        version(a_reminder(), a_reminder("old"), drill("2027-01-20")),
        version(a_reminder(), a_reminder("new"), drill("2027-01-22")),
        NOW,
    )
    assert [each.reminder for each in found.added] == ["new"]
    assert [each.reminder for each in found.removed] == ["old"]
    assert [(before.due.day, after.due.day) for before, after in found.moved] == [(20, 22)]
    assert (found.reworded, found.past) == ((), ())


def test_what_a_new_version_moves_behind_now_is_past() -> None:
    found = compare(version(drill("2027-01-20")), version(drill("2026-12-20")), NOW)
    assert [each.due.date() for each in found.past] == [date(2026, 12, 20)]
    assert (found.added, found.moved) == ((), ())


def test_other_words_are_told_by_the_platforms_that_have_their_own() -> None:
    before = version(messages=MESSAGES)
    (all_chats,) = compare(before, version(messages={**MESSAGES, "sanqing-sanguan.j2": "烛"}), NOW).reworded
    assert all_chats.texts == (TextChange(None, "火", "烛"),)
    own = version(messages={**MESSAGES, "sanqing-sanguan.telegram.j2": "短"})
    (one_platform,) = compare(before, own, NOW).reworded
    assert one_platform.texts == (TextChange("telegram", "火", "短"),)
    (given_up,) = compare(own, before, NOW).reworded
    assert given_up.texts == (TextChange("telegram", "短", "火"),)


def test_other_chats_other_offices_or_another_answer_are_told_without_other_words() -> None:
    more_chats = a_town(chats=[*a_town()["chats"], a_chat("more", audiences=["residents"])])
    (chats,) = compare(version(), version(town=more_chats), NOW).reworded
    assert (len(chats.before.chats), len(chats.after.chats), chats.texts) == (1, 2, ())
    (offices,) = compare(version(a_duty_alert()), version(a_duty_alert(to={"offices": ["enforcement"]})), NOW).reworded
    assert (offices.before.offices, offices.after.offices) == (("police",), ("enforcement",))
    then = {"within": "2h", "expects": "done", "then": [{"after": "4h", "tell": ["fire-committee"]}]}
    (answer,) = compare(version(a_duty_alert()), version(a_duty_alert(answer=then)), NOW).reworded
    assert answer.before.answer != answer.after.answer


def test_the_same_chats_in_another_order_are_the_same() -> None:
    chats = a_town()["chats"]
    more = a_chat("more", audiences=["residents"])
    one, other = a_town(chats=[*chats, more]), a_town(chats=[more, *chats])
    assert not compare(version(town=one), version(town=other), NOW)


def test_a_template_that_came_to_be_mended_is_reworded_from_its_mistake() -> None:
    broken = version(messages={**MESSAGES, "sanqing-sanguan.j2": "{{ nothing }}"})
    (pair,) = compare(broken, version(), NOW).reworded
    assert "nothing" in pair.texts[0].before
    assert pair.texts[0].after == "火"


def test_days_are_those_on_which_it_is_or_was_due() -> None:
    old, new = version(a_reminder("old"), drill("2027-01-20")), version(drill("2027-01-22"))
    for first, last in ((date(2027, 1, 20), date(2027, 1, 20)), (date(2027, 1, 22), date(2027, 1, 25))):
        found = compare(old, new, NOW, first, last)
        assert (len(found.moved), found.removed) == (1, ())
    assert not compare(old, new, NOW, date(2027, 1, 21), date(2027, 1, 21))
    assert len(compare(old, new, NOW, first=date(2027, 2, 1)).removed) == 1
    assert not compare(old, new, NOW, last=date(2027, 1, 19))


def write(folder: Path, messages: Mapping[str, str] | None = None, within: str = "schedules", **given: Any) -> Path:
    (folder / within).mkdir(parents=True, exist_ok=True)
    for name, content in some_files(**given).items():
        (folder / within / name).write_bytes(content)
    if messages is not None:
        (folder / "messages").mkdir()
        for name, text in messages.items():
            (folder / "messages" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_side_is_a_town_or_the_schedules_within_it(tmp_path: Path) -> None:
    town = write(tmp_path / "town", {"a.j2": "此"})
    other = write(tmp_path / "other", {"b.j2": "彼"}, phases=[a_phase(name="别")])
    whole, within = side_of(other, town), side_of(other / "schedules", town)
    assert whole.sources == within.sources == side_of_town(other).sources
    assert set(whole.sources.messages) == {"b.j2"}
    assert whole.own_messages


def test_schedules_alone_under_any_name_borrow_the_town_s_messages(tmp_path: Path) -> None:
    town = write(tmp_path / "town", {"a.j2": "此"})
    write(tmp_path, within="copied")
    write(tmp_path / "bare")
    for folder in (tmp_path / "copied", tmp_path / "bare", tmp_path / "bare" / "schedules"):
        side = side_of(folder, town)
        assert set(side.sources.messages) == {"a.j2"}
        assert not side.own_messages


def test_a_folder_without_schedules_is_no_side(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(TownMissing, match="schedules"):
            side_of(folder, tmp_path)


def places(side: Side) -> set[str]:
    return {each.place.file for each in side.placed(judge(side.sources, Settings(), NOW, {}).errors)}


def test_problems_are_placed_in_the_folder_that_has_them(tmp_path: Path) -> None:
    town = write(tmp_path / "town", MESSAGES)
    copied = write(tmp_path, within="copied", phases=[a_phase(until="2026-10-01")]) / "copied"
    assert places(side_of(copied, town)) == {str(copied / "winter-2026.yaml")}
    bad = write(tmp_path / "bad", {"sanqing-sanguan.j2": "{{ nothing }}"})
    assert places(side_of_town(bad)) == {str(bad / "messages" / "sanqing-sanguan.j2")}
