"""What people may ask in a chat, and what they are told."""

from datetime import timedelta

import pytest

from bot.app.routing import ADMINS
from bot.channels.board import person_of
from bot.ledger.deliveries import StepUp
from bot.store.protocol import Change
from tests.app.hearing.asking import (
    ADMIN,
    DUTY_ROOM,
    ENFORCEMENT,
    LONG,
    POLICE,
    RESIDENTS,
    STRANGER,
    SUPERVISOR,
    VILLAGE,
    Town,
    listed,
)
from tests.app.stage import a_winter, at, on
from tests.builders import a_chat, a_duty_alert, a_schedule, a_town, an_office
from tests.fakes import FailingStore


@pytest.fixture
async def town() -> Town:
    made = Town()
    await made.pass_to(at("08:00:00"))
    await made.pass_to(at("08:03:30"))
    return made


class TestHelp:
    @pytest.mark.parametrize(
        ("person", "address", "words"),
        [
            (STRANGER, RESIDENTS, "today help id"),
            (POLICE, RESIDENTS, "today help id"),
            (STRANGER, DUTY_ROOM, "today help id"),
            (POLICE, DUTY_ROOM, "today open who problems correct help id"),
            (STRANGER, VILLAGE, "today open who problems correct help id"),
            (SUPERVISOR, DUTY_ROOM, "today open who late problems correct remind help id"),
            (ADMIN, "1001", "today open who late problems correct remind recall pause resume help id"),
            (ADMIN, RESIDENTS, "today pause resume help id"),
        ],
    )
    async def test_it_lists_what_this_person_may_use_here_and_nothing_else(
        self, town: Town, person: str, address: str, words: str
    ) -> None:
        told = await town.says("/help", person, address)
        assert [line.split()[1] for line in told.splitlines() if line.startswith("- ")] == [
            f"/{word}" for word in words.split()
        ]

    async def test_a_word_that_is_none_leads_to_it(self, town: Town) -> None:
        assert "/help" in await town.says("/dance")

    @pytest.mark.parametrize("text", ["/id", "/ID@GengfuBot now", "/start"])
    async def test_ids_are_told_as_the_town_writes_them(self, town: Town, text: str) -> None:
        told = await town.says(text, STRANGER)
        lines = told.splitlines()
        assert lines[1:3] == ["on: telegram", f"address: {DUTY_ROOM}"]
        assert lines[4] == "{telegram: 11}"

    async def test_who_is_alone_with_the_bot_is_told_of_no_group(self, town: Town) -> None:
        told = await town.asks_in_private("/id", STRANGER)
        assert "本群" not in told
        assert told.splitlines()[1] == "{telegram: 11}"


class TestToday:
    async def test_residents_learn_what_goes_to_them_and_nothing_of_offices(self, town: Town) -> None:
        told = await town.says("/today", STRANGER, RESIDENTS)
        assert "共 2 条" in told
        assert "- 08:01 三清三关" in told
        assert "（已到时间）" in told.splitlines()[2]
        assert "- 20:00 三清三关" in told
        assert "燃气" not in told

    async def test_elsewhere_it_is_the_towns_with_whom_each_asks(self, town: Town) -> None:
        told = await town.says("/today")
        assert "共 4 条" in told
        assert "08:02 烟花爆竹值守 → 派出所、综合执法大队、龙门村委会（已到时间）" in told
        assert told.splitlines()[-1].endswith("→ longmen-residents")

    async def test_a_stranger_in_private_learns_what_all_may_read(self, town: Town) -> None:
        told = await town.asks_in_private("/today", STRANGER)
        assert "共 2 条" in told
        assert "派出所" not in told

    async def test_a_day_without_anything_says_so(self, town: Town) -> None:
        town.now = at("09:00:00", 7)
        assert "没有提醒" in await town.says("/today")


class TestOpen:
    async def test_it_lists_what_the_office_owes_the_latest_first(self, town: Town) -> None:
        told = await town.says("/open")
        assert "派出所 还欠 2 条" in told
        assert listed(told) == [
            "- ① 燃气检查：请于 10:03 前回执，目前待回执",
            "- ② 烟花爆竹值守：请于 10:02 前回执，目前待回执",
        ]

    async def test_its_buttons_name_the_ask_and_answer_it(self, town: Town) -> None:
        await town.asks_in_private("/open", POLICE)
        assert town.labels == [
            ["① 收到", "① 已落实", "① 需协助"],
            ["② 收到", "② 已落实", "② 需协助"],
        ]
        assert "派出所 已落实" in await town.presses(town.buttons[1][1].data, address="2001")
        told = await town.asks_in_private("/open", POLICE)
        assert "燃气检查" in told
        assert "烟花爆竹值守" not in told

    async def test_what_would_add_nothing_has_no_button(self, town: Town) -> None:
        await town.says("/open", STRANGER, VILLAGE)
        await town.presses(town.buttons[0][0].data, STRANGER, VILLAGE)
        town.now = at("08:30:00")
        told = await town.says("/open", STRANGER, VILLAGE)
        assert "目前收到" in told
        assert town.labels == [["① 已落实", "① 需协助"]]

    async def test_it_says_how_long_the_time_is_over_and_of_a_problem_no_such_thing(self, town: Town) -> None:
        await town.asks_in_private("/open", POLICE)
        await town.presses(town.buttons[0][2].data, address="2001")
        town.now = at("11:02:00")
        told = await town.asks_in_private("/open", POLICE)
        assert "② 烟花爆竹值守：时限 10:02，已过 1 小时" in told
        assert "① 燃气检查：请于 10:03 前回执，目前需协助" in told

    async def test_nothing_owed_is_said_with_thanks(self, town: Town) -> None:
        assert "没有欠着的回执" in await town.says("/open", SUPERVISOR)

    async def test_an_admin_of_no_office_sees_what_is_open_in_the_town(self, town: Town) -> None:
        told = await town.asks_in_private("/open", ADMIN)
        assert "全镇有 2 条" in told
        assert "② 烟花爆竹值守（08:02）：3 个单位中 3 个还欠回执" in told

    async def test_on_the_board_one_answers_only_where_the_ask_stands(self, town: Town) -> None:
        assert "燃气检查" in await town.says_on_the_board("/open", "police")
        assert "没有欠着的回执" in await town.says_on_the_board("/open", "village-longmen")
        assert "烟花爆竹" in await town.says_on_the_board("/open", "village-longmen", "longmen-office")


class TestWho:
    async def test_it_shows_the_latest_ask_and_offers_the_others(self, town: Town) -> None:
        told = await town.says("/who")
        assert told.startswith("**燃气检查**（08:03）")
        assert town.labels == [["08:02 烟花爆竹值守"]]

    async def test_offices_stand_in_the_towns_order_whoever_answered_first(self, town: Town) -> None:
        await town.asks_in_private("/open", ENFORCEMENT)
        await town.presses(town.buttons[0][1].data, ENFORCEMENT, "2002")
        told = await town.says("/who 2")
        assert listed(told) == [
            "- ▫️ 派出所 待回执",
            "- ✅ 综合执法大队 已落实（08:03）",
        ]

    async def test_an_office_sees_those_beside_whom_it_is_named_and_a_supervisor_all(self, town: Town) -> None:
        village = await town.says("/who", STRANGER, VILLAGE)
        assert "龙门村委会 待回执" in village
        assert "派出所" not in village
        above = await town.asks_in_private("/who 2", SUPERVISOR)
        assert all(name in above for name in ("派出所", "综合执法大队", "龙门村委会"))

    async def test_a_number_that_is_none_is_told_which_there_are(self, town: Town) -> None:
        assert "1 到 2" in await town.says("/who 9")


class TestOneAsk:
    async def test_its_own_chat_shows_it_by_the_word_that_a_press_leads_to(self, town: Town) -> None:
        token = await town.token("fireworks")
        await town.presses(f"w:{token}", SUPERVISOR)
        assert town.answer is not None
        assert town.answer.opens == f"w_{token}"
        assert "烟花爆竹值守" in await town.asks_in_private(f"/start {town.answer.opens}", SUPERVISOR)

    @pytest.mark.parametrize(("person", "address"), [(STRANGER, DUTY_ROOM), (SUPERVISOR, RESIDENTS)])
    async def test_who_may_not_see_it_here_is_told_so(self, town: Town, person: str, address: str) -> None:
        assert "只给有关单位" in await town.presses(f"w:{await town.token('fireworks')}", person, address)
        assert town.answer is not None
        assert town.answer.opens is None

    async def test_an_office_that_its_ladder_tells_may_see_it_all(self, town: Town) -> None:
        gas = await town.token("gas")
        assert "只给有关单位" in await town.asks_in_private(f"/start w_{gas}", ENFORCEMENT)
        issued = await town.store.issued_by_token(gas)
        assert issued is not None
        assert issued.owing is not None
        then = (StepUp(after=timedelta(hours=4), tell=("enforcement",)),)
        told = issued.model_copy(update={"owing": issued.owing.model_copy(update={"then": then})})
        await town.store.commit(Change(issued=(told,)))
        assert "派出所 待回执" in await town.asks_in_private(f"/start w_{gas}", ENFORCEMENT)

    async def test_a_token_of_nothing_is_told_so(self, town: Town) -> None:
        assert "不在记录里" in await town.presses("w:AAAAAAAAAAAA", SUPERVISOR)

    async def test_on_the_board_the_press_itself_is_answered(self, town: Town) -> None:
        data = f"w:{await town.token('gas')}"
        told = await town.presses(data, person_of("police"), "duty-room", platform="board")
        assert "派出所 待回执" in told


class TestLate:
    async def test_it_names_who_is_late_with_what_for_how_long_in_the_towns_order(self, town: Town) -> None:
        assert "没有逾期" in await town.asks_in_private("/late", SUPERVISOR)
        town.now = at("10:32:30")
        told = await town.asks_in_private("/late", ADMIN)
        assert "3 个单位，4 条" in told
        assert listed(told) == [
            "- 派出所：烟花爆竹值守，已过 30 分钟",
            "- 派出所：燃气检查，已过 29 分钟",
            "- 综合执法大队：烟花爆竹值守，已过 30 分钟",
            "- 龙门村委会：烟花爆竹值守，已过 30 分钟",
        ]

    async def test_who_has_answered_or_asked_for_help_is_late_with_nothing(self, town: Town) -> None:
        await town.asks_in_private("/open", POLICE)
        given, helpless = town.buttons[1][1].data, town.buttons[0][2].data
        await town.presses(given, address="2001")
        await town.presses(helpless, address="2001")
        town.now = at("10:32:30")
        assert "派出所" not in await town.asks_in_private("/late", SUPERVISOR)

    async def test_an_office_is_refused_kindly_and_that_is_on_record(self, town: Town) -> None:
        assert "督导单位和管理员" in await town.says("/late")
        assert await town.refusals() == [(POLICE, "/late")]

    async def test_who_is_of_no_office_is_not_led_to_another_refusal(self, town: Town) -> None:
        told = await town.says("/late", STRANGER)
        assert "督导单位和管理员" in told
        assert "/open" not in told


class TestProblems:
    async def test_an_office_sees_its_own_and_those_above_all(self, town: Town) -> None:
        assert "没有未解决" in await town.says("/problems")
        await town.asks_in_private("/open", POLICE)
        await town.presses(town.buttons[0][2].data, address="2001")
        for person in (POLICE, SUPERVISOR, ADMIN):
            told = await town.asks_in_private("/problems", person)
            assert "- ① 派出所：燃气检查（08:03 报告）" in told
            assert "尚无人接手" in told
            above = [] if person == POLICE else ["① 我来跟进"]
            assert town.labels == [[*above, "① 已办结"]]
        assert "没有未解决" in await town.asks_in_private("/problems", ENFORCEMENT)


class TestRecall:
    async def test_an_admin_is_asked_once_whether_it_is_meant_and_nobody_owes_it_then(self, town: Town) -> None:
        await town.pass_to(at("08:30:00"))
        await town.asks_in_private("/recall", ADMIN)
        assert [label for (label,) in town.labels] == [
            "08:03 燃气检查",
            "08:02 烟花爆竹值守",
            "08:01 三清三关",
        ]
        told = await town.presses(town.buttons[1][0].data, ADMIN, "1001")
        assert "确定撤回“烟花爆竹值守”吗？08:02 发出，2 个群：消防安全工作群、longmen-office。" in told
        assert not any(each.withdrawn for each in await town.store.all_issued())
        told = await town.presses(town.buttons[0][0].data, ADMIN, "1001")
        assert told == "已撤回“烟花爆竹值守”，正在从 2 个群里删去"
        assert [each.reminder for each in await town.store.all_issued() if each.withdrawn] == ["fireworks"]
        assert [(each.chat, each.by) for each in await town.store.entries() if each.kind == "withdrawn"] == [
            ("duty-room", ADMIN),
            ("longmen-office", ADMIN),
        ]
        assert "烟花爆竹" not in await town.asks_in_private("/open", ADMIN)

    async def test_who_presses_second_is_told_whose_it_was(self, town: Town) -> None:
        await town.pass_to(at("08:30:00"))
        await town.asks_in_private("/recall 1", ADMIN)
        sure = town.buttons[0][0].data
        await town.presses(sure, ADMIN, "1001", person_name="李主任")
        assert "已由 李主任 在 08:30 撤回" in await town.presses(sure, ADMIN, "1001")
        assert len([each for each in await town.store.entries() if each.kind == "withdrawn"]) == 1

    async def test_who_cannot_press_writes_number_and_hour_and_why(self, town: Town) -> None:
        await town.pass_to(at("08:30:00"))
        assert "- ② 08:02 烟花爆竹值守" in await town.asks_in_private("/recall", ADMIN)
        assert "/recall 2 08:02" in await town.asks_in_private("/recall 2", ADMIN)
        assert "确定撤回“烟花爆竹值守”吗？" in await town.asks_in_private("/recall 2 08:03", ADMIN)
        assert not any(each.withdrawn for each in await town.store.all_issued())
        assert "已撤回“烟花爆竹值守”" in await town.asks_in_private("/recall 2 8：02 日期 写错了", ADMIN)
        gone = [each for each in await town.store.entries() if each.kind == "withdrawn"]
        assert [(each.detail or {}).get("reason") for each in gone] == ["日期 写错了"] * 2

    async def test_of_two_who_take_it_back_at_once_the_second_is_told_whose_it_was(self) -> None:
        store = FailingStore()
        town = Town(store=store)
        for moment in ("08:00:00", "08:30:00"):
            await town.pass_to(at(moment))
        await town.asks_in_private("/recall 1", ADMIN)
        sure = town.buttons[0][0].data

        async def is_first(change: Change) -> None:
            if change.issued:
                store.before_commit = None
                await town.presses(sure, ADMIN, "1001", person_name="李主任")

        store.before_commit = is_first
        assert "已由 李主任 在 08:30 撤回" in await town.presses(sure, ADMIN, "1001", person_name="王站长")
        assert len([each for each in await store.entries() if each.kind == "withdrawn"]) == 1

    async def test_nobody_else_may(self, town: Town) -> None:
        await town.pass_to(at("08:30:00"))
        await town.asks_in_private("/recall", SUPERVISOR)
        assert await town.refusals() == [(SUPERVISOR, "/recall")]
        await town.asks_in_private("/recall 1", ADMIN)
        await town.presses(town.buttons[0][0].data, POLICE)
        assert (POLICE, "/recall") in await town.refusals()
        assert not any(each.withdrawn for each in await town.store.all_issued())

    async def test_what_went_out_days_ago_stays(self, town: Town) -> None:
        await town.pass_to(at("08:30:00"))
        await town.asks_in_private("/recall 1", ADMIN)
        sure = town.buttons[0][0].data
        town.now += timedelta(days=3)
        assert "没有可撤回的" in await town.asks_in_private("/recall", ADMIN)
        assert "不再撤回" in await town.presses(sure.replace("z:", "y:"), ADMIN, "1001")


class TestRemind:
    async def test_it_asks_whoever_still_owes_at_once_and_says_whom(self, town: Town) -> None:
        await town.asks_in_private("/open", ENFORCEMENT)
        await town.presses(town.buttons[0][2].data, ENFORCEMENT, "2002")
        told = await town.asks_in_private("/remind 2", SUPERVISOR)
        assert "马上再催一次 烟花爆竹值守：派出所、龙门村委会（消防安全工作群、longmen-office）" in told
        assert [each for each in await town.calls() if each[0] == "remind"] == [
            ("remind", "duty-room", ("police",)),
            ("remind", "longmen-office", ("village-longmen",)),
        ]

    async def test_without_a_number_the_asks_are_offered(self, town: Town) -> None:
        assert "要催哪一条" in await town.asks_in_private("/remind", ADMIN)
        assert town.labels == [["08:03 燃气检查"], ["08:02 烟花爆竹值守"]]
        assert "马上再催一次 燃气检查" in await town.presses(town.buttons[0][0].data, ADMIN, ADMIN)
        assert await town.calls() == [("remind", "duty-room", ("police",))]

    async def test_never_twice_within_an_hour(self, town: Town) -> None:
        await town.asks_in_private("/remind 1", SUPERVISOR)
        town.now = at("09:03:00")
        assert "08:03 刚催过" in await town.asks_in_private("/remind 1", ADMIN)
        town.now = at("09:04:00")
        assert "马上再催" in await town.asks_in_private("/remind 1", ADMIN)
        assert len(await town.calls()) == 2

    async def test_never_in_quiet_hours_unless_the_ask_is_urgent(self) -> None:
        calm = a_duty_alert("calm", on=on("21:00"), message="gas", answer={**LONG})
        night = a_duty_alert("night", on=on("21:10"), message="gas", answer={**LONG}, urgent="true")
        town = Town(a_schedule(campaigns=[a_winter(calm, night)]))
        await town.pass_to(at("20:00:00"))
        await town.pass_to(at("22:01:00"))
        assert "02-06 07:00" in await town.asks_in_private("/remind 2", SUPERVISOR)
        assert await town.calls() == []
        assert "马上再催一次" in await town.asks_in_private("/remind 1", SUPERVISOR)

    async def test_nobody_is_asked_who_has_given_what_is_owed(self, town: Town) -> None:
        await town.asks_in_private("/remind", SUPERVISOR)
        data = town.buttons[0][0].data
        await town.asks_in_private("/open", POLICE)
        await town.presses(town.buttons[0][1].data, address="2001")
        assert "没有可以催的单位" in await town.presses(data, SUPERVISOR, "2009")
        assert await town.calls() == []

    async def test_an_office_or_a_chat_that_the_town_has_lost_is_asked_nothing(self, town: Town) -> None:
        offices = [
            an_office(name="派出所", members=[{"telegram": 2001}]),
            an_office("village-longmen", name="龙门村委会", members=[{"telegram": 2004}]),
            an_office("fire-committee", tags=["supervisor"], members=[{"telegram": 2009}]),
        ]
        chats = [a_chat(name="消防安全工作群", address=-1001001)]
        town.schedule = a_schedule(
            town=a_town(offices=offices, chats=chats), campaigns=[a_winter(a_duty_alert(on=on("08:02")))]
        )
        told = await town.asks_in_private("/remind 2", SUPERVISOR)
        assert "马上再催一次 烟花爆竹值守：派出所（消防安全工作群）" in told
        assert await town.calls() == [("remind", "duty-room", ("police",))]

    async def test_an_office_may_not_by_word_or_by_button(self, town: Town) -> None:
        await town.asks_in_private("/remind", SUPERVISOR)
        data = town.buttons[0][0].data
        await town.asks_in_private("/remind 1", POLICE)
        await town.presses(data, POLICE)
        assert await town.refusals() == [(POLICE, "/remind")] * 2
        assert await town.calls() == []


class TestCorrect:
    async def answered(self, town: Town) -> None:
        """派出所 says 已落实 to the latest ask, by mistake."""
        await town.asks_in_private("/open", POLICE)
        await town.presses(town.buttons[0][1].data, address="2001")

    async def test_an_office_chooses_the_answer_and_then_what_it_should_be(self, town: Town) -> None:
        await self.answered(town)
        assert "要更正哪一条" in await town.says("/correct")
        assert town.labels == [["已落实 · 08:03 燃气检查"]]
        told = await town.presses(town.buttons[0][0].data)
        assert "派出所：燃气检查（08:03），目前已落实。应该是：" in told
        assert town.answer is not None
        assert town.answer.in_place
        assert town.labels == [["收到", "已落实"], ["需协助", "撤回回执"]]

    async def test_who_has_answered_nothing_has_nothing_to_correct(self, town: Town) -> None:
        assert "没有可以更正" in await town.says("/correct")

    async def test_another_office_may_not_choose_for_it_and_that_is_on_record(self, town: Town) -> None:
        await self.answered(town)
        await town.says("/correct")
        assert "不在其中" in await town.presses(town.buttons[0][0].data, ENFORCEMENT)
        assert await town.refusals() == [(ENFORCEMENT, "correct")]

    async def test_an_admin_answers_on_behalf_with_a_reason_that_stays_on_record(self, town: Town) -> None:
        told = await town.asks_in_private("/correct 综合执法队 已落实 电话 告知", ADMIN)
        assert "综合执法大队" in told
        assert "已落实" in told
        (entry,) = [each for each in await town.store.entries() if each.kind == "done"]
        assert (entry.office, entry.by, (entry.detail or {})["for"]) == ("enforcement", ADMIN, "电话 告知")

    async def test_what_an_office_has_said_is_corrected_by_an_entry_of_its_own(self, town: Town) -> None:
        await self.answered(town)
        await town.presses("d:" + await town.token("fireworks"), address="2001")
        await town.asks_in_private("/correct 派出所 收到 报错了", ADMIN)
        (entry,) = [each for each in await town.store.entries() if each.kind == "corrected"]
        assert (entry.office, entry.by, (entry.detail or {})["to"]) == ("police", ADMIN, "received")
        assert (entry.detail or {})["reason"] == "报错了"

    async def test_without_a_reason_nothing_is_put_on_record(self, town: Town) -> None:
        assert "需要写明原因" in await town.asks_in_private("/correct 综合执法大队 已落实", ADMIN)
        assert [each.kind for each in await town.store.entries() if each.office] == []

    async def test_where_several_asks_are_open_the_admin_says_which(self, town: Town) -> None:
        told = await town.asks_in_private("/correct 派出所 已落实 电话告知", ADMIN)
        assert listed(told) == ["- ① 08:03 燃气检查", "- ② 08:02 烟花爆竹值守"]
        await town.asks_in_private("/correct 派出所 2 已落实 电话告知", ADMIN)
        (entry,) = [each for each in await town.store.entries() if each.kind == "done"]
        assert "/fireworks/" in (entry.occurrence or "")

    @pytest.mark.parametrize(
        "text", ["/correct", "/correct 派出所", "/correct 镇长 已落实 电话告知", "/correct 派出所 好 的"]
    )
    async def test_an_admin_is_told_how_where_it_cannot_be_read(self, town: Town, text: str) -> None:
        assert "请写单位、回执和原因" in await town.asks_in_private(text, ADMIN)


class TestWhoMayWhat:
    @pytest.mark.parametrize("word", ["open", "who", "problems", "late", "remind", "correct"])
    async def test_strangers_are_refused_and_that_is_on_record(self, town: Town, word: str) -> None:
        assert "谢谢" in await town.says(f"/{word}", STRANGER)
        assert await town.refusals() == [(STRANGER, f"/{word}")]

    @pytest.mark.parametrize("word", ["open", "who", "problems"])
    async def test_before_residents_nobody_is_told_how_offices_stand(self, town: Town, word: str) -> None:
        assert "请私聊我" in await town.says(f"/{word}", POLICE, RESIDENTS)
        assert await town.refusals() == []

    async def test_a_chat_that_the_town_does_not_know_is_as_good_as_residents(self, town: Town) -> None:
        assert "请私聊我" in await town.says("/who", SUPERVISOR, "-999")

    async def test_an_anonymous_admin_of_a_group_may_be_anybody(self, town: Town) -> None:
        assert "匿名身份" in await town.says("/late", "telegram:1087968824", anonymous=True)

    async def test_on_the_board_the_same_words_are_the_same(self, town: Town) -> None:
        town.now = at("10:05:00")
        assert "派出所：燃气检查" in await town.says_on_the_board("/late", "fire-committee")
        assert "派出所：燃气检查" in await town.says_on_the_board("/late", None, ADMINS)
        assert "谢谢" in await town.says_on_the_board("/late", None)

    async def test_on_the_board_picking_who_one_is_reaches_no_further_than_where_that_one_reads(
        self, town: Town
    ) -> None:
        assert "谢谢" in await town.says_on_the_board("/remind 1", "fire-committee", "longmen-office")
        assert await town.calls() == []
