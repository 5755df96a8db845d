"""What a value can have wrong: each is told at its place, with what to write instead."""

from typing import Any

import pytest

from tests.builders import a_duty, a_duty_alert, a_key_date, a_reminder, a_town, an_office
from tests.campaign.telling import spoilt, told

AT = {"at": "09:00"}

IN_THE_CAMPAIGN = [
    # keys
    ("    to: [residents]\n", "", "8:5: 缺少“to”，请补上“to: …”"),
    ("    message: drill", "    mesage: drill", "11:5: 不认识的键“mesage”，是不是“message”？"),
    ("    message: drill", "    message: drill\n    xyz: 1",
     "12:5: 不认识的键“xyz”，这里可以写：id、on、to、message、answer、late、on_doubt、urgent"),
    ('at: "15:00"}', 'at: "15:00", dat: 1}', "9:41: 不认识的键“dat”，是不是“date”？"),
    ("    message: drill", "    message:", "11:5: 冒号后面没有写内容，请补上，或者删掉这一行"),
    # shapes
    ("    message: drill", "    message: [drill]", "11:14: 这里要写一个值，不是列表，也不是“键: 值”"),
    ('on: {date: 2026-12-20, at: "15:00"}', "on: 2026-12-20", "9:9: 这里要写明何时提醒，用其中一个键："
     'key_date、watch、phase、every、date，例如 {key_date: 春节, days: [-3, 0], at: "09:00"}'),
    ("date: 2026-12-20,", "date: 2026-12-20, every: day,", "9:9: every、date 只能用一个，请分成几条提醒"),
    ("date: 2026-12-20,", "dates: 2026-12-20,", "9:9: 不认识的键“dates”，是不是“date”？"),
    ("lead: [派出所]", "lead: 派出所",
     "6:50: 这里要写列表：每项一行，以“- ”开头；或写在方括号里，用逗号隔开，如 [甲, 乙]"),
    ("lead: [派出所]", "lead: []", "6:50: 这里是空的，至少要写一项"),
    ("[residents]", "[]", "10:9: 这里是空的，至少要写一项"),
    ("[residents]", "{}", "10:9: 没有写给谁，请写上 audiences、offices、tags 或 duty"),
    ("    message: drill", "    message: drill\n    answer: 2h",
     "12:13: 这里要写“键: 值”，可用的键：within、expects、remind_every、then"),
    ("    message: drill", "    message: drill\n    on_doubt: resned",
     "12:15: “resned”不能用在这里，是不是“resend”？可以写：resend、hold"),
    ("    message: drill", "    message: drill\n    urgent: yes",
     "12:13: “yes”不能用在这里，请写 true（是）或 false（否）"),
    # values
    ("2026-12-20", "2026-12-32", "9:16: 没有“2026-12-32”这一天，请核对月和日"),
    ("2026-12-20", "12月20日", "9:16: “12月20日”不是日期，请写成 2026-11-30 的样子"),
    ('"15:00"', '"25:00"', "9:32: 没有“25:00”这个时间，一天从 00:00 到 23:59"),
    ('"15:00"', "下午3点", "9:32: “下午3点”不是时间，请写成 09:00 或 18:30 的样子"),
    ('"15:00"', '["15:00", "15"]', "9:42: “15”不是时间，请写成 09:00 或 18:30 的样子"),
    ("    message: drill", "    message: drill\n    late: 6",
     "12:11: “6”不是时长，请写成 30m（分钟）、2h（小时）、3d（天）、1w（周）的样子"),
    ("    message: drill", "    message: ../drill",
     "11:14: “../drill”不能作代号：代号只用文字、数字、- 和 _，中间没有空格"),
    # references
    ("派出所", "派出锁", "6:51: 没有责任单位“派出锁”，是不是“派出所”？"),
    ("派出所", "fire-brigade", "6:51: 没有责任单位“fire-brigade”，请在 town.yaml 的 offices 里写上它，或改用已有的"),
    ("date: 2026-12-20", "key_date: spring", "9:20: 没有重要节点“spring”，是不是“spring-festival”？"),
    ("date: 2026-12-20", "watch: xx", "9:17: 没有重要节点“xx”，请在 key-dates.yaml 里写上它，或改用已有的"),
    ("date: 2026-12-20", "phase: 组织", "9:17: 没有阶段“组织”，是不是“组织实施”？"),
    ("[residents]", "{duty: firework}", "10:16: 没有职责“firework”，是不是“fireworks”？"),
    ("[residents]", "[resident]", "10:10: 没有哪个群的受众是“resident”，是不是“residents”？"),
    ("[residents]", "{audiences: units}",
     "10:21: 没有哪个群的受众是“units”，请在 town.yaml 的群里写上 audiences: [units]，或改用已有的"),
    ("[residents]", "{tags: [vilage]}", "10:17: 没有哪个责任单位的标签是“vilage”，是不是“village”？"),
    # days
    ("2027-03-31", "2026-10-31", "4:58: 结束（2026-10-31）早于开始（2026-11-01），请对调或核对"),
    ("date: 2026-12-20,", "every: week,", "9:9: 每周的提醒要写星期几，如 day: mon 或 day: 周一"),
    ("date: 2026-12-20,", "every: month,", "9:9: 每月的提醒要写几号，如 day: 1 或 day: last（最后一天）"),
    ("date: 2026-12-20,", "every: day, day: mon,", "9:9: 每天的提醒不写 day，请删掉 day"),
    ("date: 2026-12-20,", "every: week, day: 周八,", "9:28: “周八”不是日子，每周请写 mon … sun 或 周一 … 周日，"
     "每月请写 1 至 31 或 last（最后一天）"),
    ("date: 2026-12-20,", "key_date: 元日, days: [-3, 999],", "9:35: “999”天太远，最多前后 366 天"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), IN_THE_CAMPAIGN)
def test_what_is_wrong_in_a_campaign_is_told_at_its_place(old: str, new: str, message: str) -> None:
    assert spoilt(old, new) == message


def office(**given: Any) -> dict[str, Any]:
    return {"town": a_town(offices=[*a_town()["offices"], an_office("fire-station", **given)])}


IN_THE_TOWN = [
    (office(members=[{"telegram": 1, "wecom": 2}]),
     "31:5: 人员要写成 {平台: 编号}，例如 {telegram: 2001} 或 {wecom: ZhangSan}"),
    (office(members=[2001]), "31:5: 人员要写成 {平台: 编号}，例如 {telegram: 2001} 或 {wecom: ZhangSan}"),
    (office(answer_from="group"), "32:16: “group”不能用在这里，请写：chat"),
    (office(name=" "), "29:9: 这里是空白的，请写上内容"),
    ({"town": a_town(timezone="Asia/Chonqing")}, "44:11: 没有“Asia/Chonqing”这个时区，请写成 Asia/Shanghai 的样子"),
    ({"town": a_town(burden={"per_week": 0})}, "45:13: “0”太小，请写 1 以上的数"),
    ({"town": a_town(burden={"per_week": "many"})}, "45:13: “many”不是整数，请写成 10 或 -3 的样子"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), IN_THE_TOWN)
def test_what_is_wrong_in_the_town_is_told_at_its_place(given: dict[str, Any], message: str) -> None:
    assert told(**given) == f"schedules/town.yaml:{message}"


def on(**rule: Any) -> dict[str, Any]:
    return {"key_dates": [a_key_date("spring-festival", on=rule)]}


ONE_RULE = (
    "5:5: 一个重要节点只用一种规则：solar、lunar、lunar_last_day、solar_term 或 by_year；otherwise 只与 by_year 连用"
)
IN_THE_KEY_DATES = [
    (on(solar="02-30"), "5:12: 没有“02-30”这一天，请核对月和日"),
    (on(lunar="13-01"), "5:12: 农历没有“13-01”：月是 01 至 12，日是 01 至 30"),
    (on(lunar_last_day=13), "5:21: 农历没有“13”月，请写 1 至 12"),
    (on(by_year={24: "2024-03-04"}), "6:7: “24”不是年份，请写成 2027 的样子（1900 至 2100）"),
    (on(by_year={2024: "2024-03-11..2024-03-04"}), "6:13: 结束（2024-03-04）早于开始（2024-03-11），请对调或核对"),
    (on(by_year={2024: "2023-03-04"}), "6:13: 2023-03-04 不在 2024 年，请核对年份，或移到它自己的年份下"),
    (on(by_year={2024: "2024-12-30..2025-01-02"}), "6:13: 2025-01-02 不在 2024 年，请核对年份，或移到它自己的年份下"),
    (on(by_year={2024: "2024-03-04"}, otherwise="03-12..03-04"), "7:16: 结束（03-04）早于开始（03-12），请对调或核对"),
    (on(solar="01-01", lunar="01-01"), ONE_RULE),
    (on(otherwise="01-01"), ONE_RULE),
    ({"workdays": {"2027": {"off": ["02-29"]}}}, "37:7: 没有“2027-02-29”这一天，请核对月和日"),
    ({"workdays": {"2027": {"of": ["02-05"]}}}, "36:5: 不认识的键“of”，是不是“off”？"),
    ({"workdays": {"20x7": {"off": ["02-05"]}}}, "35:3: “20x7”不是年份，请写成 2027 的样子（1900 至 2100）"),
    ({"workdays": {"2027": {"off": ["2026-02-05"]}}},
     "37:7: 2026-02-05 不在 2027 年，请核对年份，或移到它自己的年份下"),
    ({"workdays": {"2027": {"off": ["02-05..02-12"], "work": ["02-06"]}}},
     "39:7: 2027-02-06 既写了放假又写了上班，请删掉其中一个"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), IN_THE_KEY_DATES)
def test_what_is_wrong_in_the_key_dates_is_told_at_its_place(given: dict[str, Any], message: str) -> None:
    assert told(**given) == f"schedules/key-dates.yaml:{message}"


def test_a_misspelt_solar_term_is_answered_with_all_of_them() -> None:
    assert told(**on(solar_term="清明节")).startswith(
        "schedules/key-dates.yaml:5:17: 没有节气“清明节”，二十四节气是：冬至、小寒、大寒、立春"
    )


def test_one_wrong_reminder_hides_nothing_of_the_others() -> None:
    reminders = [a_reminder("a", to=["resident"]), a_reminder("b", late="x"), a_duty_alert("c", to={"duty": "works"})]

    assert told("en", duties=[a_duty()], reminders=reminders) == (
        "schedules/winter-2026.yaml:14:5: No chat carries the audience “resident”; did you mean “residents”?\n"
        "schedules/winter-2026.yaml:23:9: "
        "“x” is no span; write it like 30m (minutes), 2h (hours), 3d (days) or 1w (weeks)\n"
        "schedules/winter-2026.yaml:29:11: There is no duty “works”; did you mean “fireworks”?"
    )
