"""diff (interface.md, the command line)."""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.adopt import VERSION
from bot.app.sources import read_sources, write_sources
from bot.clock import ManualClock
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.builders import Written, a_campaign, a_duty_alert, a_phase, a_reminder, some_files
from tests.cli.conftest import Gengfu

EARLY = datetime(2026, 11, 1, tzinfo=UTC)
AHEAD = [a_phase(from_="2036-01-01", until="2036-03-31")]
BEHIND = [a_phase(from_="2020-11-01", until="2021-03-31")]
"""Ahead of and behind any clock by which these tests run."""


def on(day: str = "2036-01-20", clock: str = "15:00") -> dict[str, str]:
    return {"date": day, "at": clock}


@pytest.fixture
def town(town: Path) -> Path:
    write(town, a_reminder("drill", on=on()), a_duty_alert("alert", on=on()))
    return town


@pytest.fixture
def other(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the town."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(town, folder, dirs_exist_ok=True)
    return folder


def write(town: Path, *reminders: Written, behind: Sequence[Written] = ()) -> None:
    """The town with these reminders, and a campaign of long ago with those of it."""
    campaigns = [
        a_campaign(phases=AHEAD, reminders=[*reminders]),
        a_campaign("winter-2020", phases=BEHIND, reminders=[*behind]),
    ]
    for name, content in some_files(campaigns=campaigns).items():
        (town / "schedules" / name).write_bytes(content)
    (town / "messages" / "sanqing-sanguan.j2").write_text("**三清三关**\n\n清理楼道、阳台、厨房杂物", encoding="utf-8")
    (town / "messages" / "duty-alert.j2").write_text("请{{ offices[0].name }}值守", encoding="utf-8")


def put(town: Path, file: str, old: str, new: str) -> None:
    path = town / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def reword(town: Path, old: str, new: str) -> None:
    put(town, "messages/sanqing-sanguan.j2", old, new)


def adopt(town: Path) -> None:
    """What a bot leaves on disk that has taken the town's files."""

    async def leave() -> None:
        sources = read_sources(town)
        write_sources(sources, town / "data" / "adopted" / sources.version)
        store = await open_store(town / "data", ManualClock(EARLY))
        await store.commit(Change(marks={VERSION: sources.version}))
        await store.close()

    asyncio.run(leave())


def test_two_folders_that_say_the_same_differ_in_nothing(gengfu: Gengfu, town: Path, other: Path) -> None:
    answered = gengfu("diff", other, "--town", town)
    assert (answered.status, answered.out, answered.err) == (0, "没有变化\n", "")
    changes = gengfu("diff", other, "--town", town, "--format", "json").json
    assert changes == {kind: [] for kind in ("added", "removed", "moved", "reworded", "past")}


def test_programs_read_occurrences_as_plan_prints_them(gengfu: Gengfu, town: Path, other: Path) -> None:
    moved = a_reminder("drill", on=on("2036-01-22"))
    write(other, moved, a_duty_alert("alert", on=on(), to={"offices": ["enforcement"]}), a_reminder("new", on=on()))
    answered = gengfu("diff", other, "--town", town, "--format", "json")
    assert answered.status == 0
    span = ("--from", "2036-01-01", "--until", "2036-01-31", "--format", "json")
    before = {each["id"]: each for each in gengfu("plan", "--town", town, *span).json}
    after = {each["id"]: each for each in gengfu("plan", "--town", other, *span).json}
    drill, alert = "winter-2026/drill/date/2036-01-{}@15:00", "winter-2026/alert/date/2036-01-20@15:00"
    assert answered.json == {
        "added": [after["winter-2026/new/date/2036-01-20@15:00"]],
        "removed": [],
        "moved": [{"before": before[drill.format(20)], "after": after[drill.format(22)]}],
        "reworded": [
            {
                "before": before[alert],
                "after": after[alert],
                "texts": [{"platform": None, "before": "请派出所值守", "after": "请综合执法大队值守"}],
            }
        ],
        "past": [],
    }


def test_people_read_by_day_what_comes_goes_moves_and_reads_otherwise(gengfu: Gengfu, town: Path, other: Path) -> None:
    write(town, a_reminder("drill", on=on()), a_duty_alert("alert", on=on()), a_reminder("old", on=on()))
    write(
        other,
        a_reminder("drill", on=on("2036-01-22")),
        a_duty_alert("alert", on=on(), answer={"within": "1h", "expects": "received"}),
        a_reminder("new", on=on("2036-02-03", "09:00")),
        behind=[a_reminder("gone-by", on=on("2020-11-03", "09:00"))],
    )
    assert gengfu("diff", other, "--town", town).out.splitlines() == [
        f"{town} → {other}",
        "",
        "2020年11月3日 周二",
        "  ◦ 09:00，指定日期，gone-by，1 个群：longmen-residents（已过，不发）",
        "",
        "2036年1月20日 周日",
        "  － 15:00，指定日期，old，1 个群：longmen-residents",
        "  ✎ 15:00，指定日期，alert，1 个群：消防安全工作群，1月20日 16:00 前回执",
        "      回执：2 小时内已落实 → 1 小时内收到",
        "",
        "2036年1月22日 周二",
        "  → 1月20日 15:00 → 1月22日 15:00，指定日期，drill，1 个群：longmen-residents",
        "",
        "2036年2月3日 周日",
        "  ＋ 09:00，指定日期，new，1 个群：longmen-residents",
        "",
        "＋ 新增 1  － 取消 1  → 改期 1  ✎ 改内容 1  ◦ 已过不发 1",
    ]


def test_of_a_text_only_what_changed_is_shown_and_once(gengfu: Gengfu, town: Path, other: Path) -> None:
    for folder in (town, other):
        write(folder, a_reminder("one", on=on()), a_reminder("two", on=on("2036-01-21")))
    reword(other, "厨房", "厨房、电表箱")
    lines = gengfu("diff", other, "--town", town).out.splitlines()
    first = lines.index("  ✎ 15:00，指定日期，one，1 个群：longmen-residents")
    assert lines[first + 1 : first + 4] == [
        "      － 清理楼道、阳台、厨房杂物",
        "      ＋ 清理楼道、阳台、厨房、电表箱杂物",
        "",
    ]
    second = lines.index("  ✎ 15:00，指定日期，two，1 个群：longmen-residents")
    assert lines[second + 1] == "      改动同 1月20日 15:00 那次"


def test_who_hears_it_is_told_by_name_and_the_words_of_a_platform_by_its(
    gengfu: Gengfu, town: Path, other: Path
) -> None:
    write(other, a_reminder("drill", on=on(), to={"audiences": ["residents"], "offices": ["police"]}))
    (other / "messages" / "sanqing-sanguan.telegram.j2").write_text("**三清三关**", encoding="utf-8")
    out = gengfu("diff", other, "--town", town).out
    assert "      telegram 的文字：\n      － 清理楼道、阳台、厨房杂物\n" in out
    assert "      群：＋消防安全工作群\n      单位：＋派出所\n" in out


def test_diff_speaks_english_too(gengfu: Gengfu, town: Path, other: Path) -> None:
    write(other, a_duty_alert("alert", on=on()))
    answered = gengfu("diff", other, "--town", town, "--lang", "en")
    assert "Sunday 20 January 2036" in answered.out
    assert "  － 15:00, on its date, drill, 1 chat(s): longmen-residents" in answered.out
    assert "－ 1 removed" in answered.out


def test_days_select_by_what_is_or_was_due(gengfu: Gengfu, town: Path, other: Path) -> None:
    write(other, a_duty_alert("alert", on=on()))
    assert "－" in gengfu("diff", other, "--town", town, "--from", "2036-01-20", "--until", "2036-01-20").out
    assert gengfu("diff", other, "--town", town, "--from", "2036-01-21").out == "没有变化\n"
    wrong = gengfu("diff", other, "--town", town, "--from", "2036-01-21", "--until", "2036-01-20")
    assert wrong.status == 2


def test_the_other_folder_may_be_schedules_alone(gengfu: Gengfu, town: Path, other: Path) -> None:
    reword(other, "厨房", "灶台")
    within = gengfu("diff", other / "schedules", "--town", town)
    assert "灶台" in within.out
    assert within.err == ""
    shutil.rmtree(other / "messages")
    borrowed = gengfu("diff", other / "schedules", "--town", town)
    assert borrowed.out == "没有变化\n"
    assert borrowed.err.count("\n") == 1
    assert "没有 messages 文件夹" in borrowed.err


def test_without_another_folder_the_files_are_held_against_the_version_in_force(gengfu: Gengfu, town: Path) -> None:
    adopt(town)
    assert gengfu("diff", "--town", town).out == "没有变化\n"
    running = read_sources(town).version
    reword(town, "厨房", "灶台")
    answered = gengfu("diff", "--town", town)
    assert answered.out.startswith(f"运行中的版本 {running} → {town}\n")
    assert "      ＋ 清理楼道、阳台、灶台杂物" in answered.out
    (each,) = gengfu("diff", "--town", town, "--format", "json").json["reworded"]
    assert each["texts"][0]["after"].endswith("灶台杂物")


def test_without_another_folder_and_before_the_first_start_it_says_so(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("diff", "--town", town)
    assert (answered.status, answered.out) == (1, "")
    assert answered.err == (
        "还没有运行过的版本可以比较：先启动一次 gengfu run，或写明要比较的文件夹：gengfu diff OTHER_DIR\n"
    )
    assert not (town / "data").exists()


def test_a_version_that_cannot_be_read_any_more_is_said_so(gengfu: Gengfu, town: Path) -> None:
    good = (town / "schedules" / "winter-2026.yaml").read_bytes()
    (town / "schedules" / "winter-2026.yaml").write_bytes(b"campaign: winter-2026\n")
    adopt(town)
    (town / "schedules" / "winter-2026.yaml").write_bytes(good)
    answered = gengfu("diff", "--town", town)
    assert answered.status == 1
    assert "读不了上次运行的排程" in answered.err


def test_it_works_beside_a_running_bot(gengfu: Gengfu, town: Path) -> None:
    adopt(town)

    async def held() -> int:
        store = await open_store(town / "data", ManualClock(EARLY))
        try:
            return (await asyncio.to_thread(gengfu, "diff", "--town", town)).status
        finally:
            await store.close()

    assert asyncio.run(held()) == 0


BROKEN = {
    "schedules/winter-2026.yaml:1:9": ("campaign: ", "campaign： "),
    "messages/duty-alert.j2:1:1": ("请", "{{ nothing }}"),
}


@pytest.mark.parametrize("place", BROKEN)
def test_errors_are_told_with_the_path_of_the_folder_that_has_them(
    gengfu: Gengfu, town: Path, other: Path, place: str
) -> None:
    put(other, place.partition(":")[0], *BROKEN[place])
    answered = gengfu("diff", other, "--town", town)
    assert (answered.status, answered.out) == (1, "")
    assert answered.err.startswith(f"{other}/{place}: ")
    put(town, place.partition(":")[0], *BROKEN[place])
    both = gengfu("diff", other, "--town", town).err.splitlines()
    assert both[0].startswith(f"{town}/{place}: ")
    assert both[1].startswith(f"{other}/{place}: ")
    assert both[2] == "有 2 处错误，排程不能用；请改正后再试"


def test_a_folder_that_holds_no_schedules_is_said_in_one_line(gengfu: Gengfu, town: Path) -> None:
    answered = gengfu("diff", town / "messages", "--town", town)
    assert (answered.status, answered.out) == (1, "")
    assert answered.err == f"“{town}/messages”里没有 town.yaml，也没有 schedules/town.yaml，不是排程文件夹\n"
