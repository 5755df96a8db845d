"""What no single value shows: double ids, offices that nobody answers for, audiences that no chat carries."""

from bot.campaign.load import parse
from tests.builders import (
    a_chat,
    a_duty,
    a_duty_alert,
    a_key_date,
    a_phase,
    a_reminder,
    a_schedule,
    a_town,
    an_office,
    some_files,
    some_key_dates,
)
from tests.campaign.telling import told

OFFICES = a_town()["offices"]
CHATS = a_town()["chats"]


def test_ids_are_used_once() -> None:
    assert told(
        town=a_town(offices=[*OFFICES, an_office()], chats=[*CHATS, a_chat(address=-9)]),
        key_dates=[*some_key_dates(), a_key_date(name="国庆节", on={"solar": "10-01"})],
        phases=[a_phase(), a_phase(from_="2027-04-01", until="2027-04-30")],
        duties=[a_duty(), a_duty()],
        reminders=[a_reminder(), a_reminder()],
    ) == (
        "schedules/town.yaml:28:7: 代号“police”在第 6 行已经用过，请换一个\n"
        "schedules/town.yaml:48:7: 代号“duty-room”在第 33 行已经用过，请换一个\n"
        "schedules/key-dates.yaml:34:7: 代号“new-year”在第 2 行已经用过，请换一个\n"
        "schedules/winter-2026.yaml:8:7: 代号“carry-out”在第 4 行已经用过，请换一个\n"
        "schedules/winter-2026.yaml:20:7: 代号“warning”在第 13 行已经用过，请换一个\n"
        "schedules/winter-2026.yaml:33:7: 代号“fireworks”在第 28 行已经用过，请换一个"
    )


def test_two_files_cannot_be_one_campaign() -> None:
    files = some_files()
    loaded = parse({**files, "copy.yaml": files["winter-2026.yaml"]})

    assert [each.in_words() for each in loaded.problems] == [
        "schedules/winter-2026.yaml:1:11: 专项行动“winter-2026”已写在 copy.yaml 里，请换一个代号，或删掉其中一个文件"
    ]


def test_a_name_in_full_width_quotes_is_a_warning() -> None:
    assert told(title="“今冬明春”") == (
        "schedules/winter-2026.yaml:2:8: "
        "名称 “今冬明春” 带着引号，显示时也会带着。引号若只是为了括起来，请写成 今冬明春"
    )
    assert told(title="“今冬”和“明春”之“要点”一览") == ""


def test_two_chats_have_no_address_and_topic_in_common() -> None:
    chats = [
        a_chat("a", address=-1),
        a_chat("same", address={"chat": -1}),
        a_chat("topic", address={"chat": -1, "topic": 7}),
        a_chat("same-topic", address={"topic": 7, "chat": -1}),
        a_chat("elsewhere", on="wecom-bot", address=-1),
        a_chat("board-1", on="board", address=None),
        a_chat("board-2", on="board", address=None),
        *CHATS[1:],
    ]

    assert told(town=a_town(chats=chats)) == (
        "schedules/town.yaml:37:5: 这个群和“a”在同一平台上地址相同，请核对地址，或并成一个群\n"
        "schedules/town.yaml:50:5: 这个群和“topic”在同一平台上地址相同，请核对地址，或并成一个群"
    )


def test_a_chat_bound_to_nothing_is_a_warning() -> None:
    assert told(town=a_town(chats=[*CHATS, a_chat("idle", audiences=None)])) == (
        "schedules/town.yaml:44:3: 群“idle”没有写 audiences，也没有写 office，不会有任何消息"
    )


def test_somebody_can_answer_for_every_office() -> None:
    offices = [*OFFICES, an_office("units", members=None), an_office("grid", members=None, answer_from="chat")]

    assert told(town=a_town(offices=offices)) == (
        "schedules/town.yaml:28:3: 没有人能替“units 所”答复，请写上 members，或写 answer_from: chat 并给它一个群\n"
        "schedules/town.yaml:32:16: "
        "“grid 所”要从自己的群里答复，却没有自己的群，请给一个群写上 office: grid，或写上 members"
    )


def test_every_office_that_is_addressed_has_a_chat_that_reaches_it() -> None:
    town = a_town(chats=CHATS[1:])
    duties = [a_duty(lead=["enforcement"])]
    told_once = (
        "schedules/winter-2026.yaml:{}: 没有一个群能让“{}”看到：请给一个群写上 office: {}，"
        "或给工作群写上 audiences: [offices]"
    )

    assert told(town=town) == ""
    assert told(town=town, reminders=[a_duty_alert(to={"offices": "all"}), a_duty_alert("b")]) == "\n".join(
        [
            told_once.format("14:14", "派出所", "police"),
            told_once.format("14:14", "综合执法大队", "enforcement"),
            told_once.format("14:14", "镇消防安全委员会", "fire-committee"),
        ]
    )
    assert told(town=town, duties=duties, reminders=[a_duty_alert(to={"duty": "fireworks"})]) == told_once.format(
        "14:11", "综合执法大队", "enforcement"
    )
    assert told(town=town, reminders=[a_duty_alert(to={"tags": "supervisor"})]) == told_once.format(
        "14:11", "镇消防安全委员会", "fire-committee"
    )
    then = [{"after": "4h", "tell": "fire-committee"}]
    alert = a_duty_alert(to={"offices": "village-longmen"}, answer={"within": "2h", "expects": "done", "then": then})
    assert told(town=town, reminders=[alert]) == told_once.format("21:13", "镇消防安全委员会", "fire-committee")


def test_only_offices_can_be_asked() -> None:
    ask = {"within": "2h", "expects": "received"}

    assert told(reminders=[a_reminder(answer=ask)]) == (
        "schedules/winter-2026.yaml:16:3: 只有责任单位能答复：请在 to 里写上 offices、tags 或 duty，或删掉 answer"
    )
    assert told(reminders=[a_reminder(answer=ask, to={"audiences": "residents", "offices": "police"})]) == ""


def test_escalation_goes_up_step_by_step() -> None:
    then = [{"after": "4h", "tell": ["fire-committee"]}, {"after": "4h", "tell": ["fire-committee"]}]

    assert told(reminders=[a_duty_alert(answer={"within": "2h", "expects": "done", "then": then})]) == (
        "schedules/winter-2026.yaml:24:14: 催办要一步比一步晚：4 小时 不晚于前一步的 4 小时"
    )


def test_phases_follow_one_another() -> None:
    phases = [
        a_phase("c", name="总结", from_="2027-01-31", until="2027-02-28"),
        a_phase("a", name="部署", from_="2026-11-01", until="2026-11-30"),
        a_phase("b", name="实施", from_="2026-12-01", until="2027-01-31"),
    ]

    assert told(phases=phases) == (
        "schedules/winter-2026.yaml:6:9: 阶段“总结”开始时，阶段“实施”还没有结束（到 2027-01-31），请让它们前后相接"
    )


def test_a_campaign_of_many_years_has_a_year_wrong() -> None:
    assert told(phases=[a_phase(until="2072-03-31")]) == (
        "schedules/winter-2026.yaml:7:10: 专项行动从 2026-11-01 到 2072-03-31，超过三年，请核对年份"
    )


def test_a_watch_ends_after_it_begins() -> None:
    backwards = {"from": 3, "until": -1}
    long_event = {"by_year": {2024: "2024-03-04..2024-03-11"}, "otherwise": "03-04..03-12"}

    assert told(key_dates=[*some_key_dates(), a_key_date("x", watch=backwards)]) == (
        "schedules/key-dates.yaml:40:12: "
        "防范期的结束（until: -1）早于开始（from: 3），请对调或核对；负数是之前，正数是之后"
    )
    assert told(key_dates=[*some_key_dates(), a_key_date("x", on=long_event, watch=backwards)]) == ""


def test_a_watch_rule_wants_a_key_date_that_has_one() -> None:
    dates = [*some_key_dates(), a_key_date("eve", name="除夕", on={"lunar_last_day": 12})]

    assert told(key_dates=dates, reminders=[a_reminder(on={"watch": "除夕", "at": "09:00"})]) == (
        "schedules/winter-2026.yaml:11:12: “除夕”没有防范期，请在 key-dates.yaml 里给它写上 watch，或改用 key_date"
    )


def test_a_rule_names_no_moment_twice() -> None:
    rule = {"key_date": "元旦", "days": [-1, 0, -1], "at": ["09:00", "9:00"]}

    assert told(reminders=[a_reminder(on=rule)]) == (
        "schedules/winter-2026.yaml:15:7: “-1”写了两次，请删掉一个\n"
        "schedules/winter-2026.yaml:18:7: “09:00”写了两次，请删掉一个"
    )


def test_quiet_hours_of_no_length_are_a_warning() -> None:
    town = a_town(quiet_hours={"from": "21:30", "until": "21:30"})

    assert told(town=town) == "schedules/town.yaml:46:10: 免打扰的开始和结束是同一时间，等于没有免打扰时段"
    assert a_schedule(town=town).town.quiet_hours.from_ == a_schedule(town=town).town.quiet_hours.until


def test_a_robot_that_mentions_for_another_chat_is_bound_to_nothing_and_yet_of_use() -> None:
    room = a_chat(on="wecom-bot", mention_by="点名")
    robot = a_chat("robot", name="点名", on="wecom-robot", audiences=None)
    assert told(town=a_town(chats=[room, robot, *CHATS[1:]])) == ""
    assert a_schedule(town=a_town(chats=[room, robot, *CHATS[1:]])).mention_by == {"duty-room": "robot"}


def test_mention_by_names_a_chat_of_the_town() -> None:
    room = a_chat(on="wecom-bot", mention_by="longmen-offices")
    assert told(town=a_town(chats=[room, *CHATS[1:]])) == (
        "schedules/town.yaml:34:15: 没有群“longmen-offices”，是不是“longmen-office”？"
    )
    room = a_chat(on="wecom-bot", mention_by="点名机器人")
    assert told(town=a_town(chats=[room, *CHATS[1:]])) == (
        "schedules/town.yaml:34:15: 没有群“点名机器人”，请在 town.yaml 的 chats 里写上它，或改用已有的"
    )
