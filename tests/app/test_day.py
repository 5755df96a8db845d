"""One day as pages see it: what went out as it stands, what lies ahead as it will go out (`bot.app.live.day`)."""

from dataclasses import replace
from datetime import date, timedelta

from bot.app.view.day import SentTo, ShownDay, ShownSend
from bot.app.view.season import KeyDay
from bot.renderer.templates import Messages
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_key_date, a_reminder, a_town, some_key_dates
from tests.fakes import not_sent, refused, uncertain

TODAY = date(2036, 2, 5)


def a_wide_town() -> dict[str, object]:
    """The town with two chats more in which residents read."""
    chats = [a_chat(each, address=f"-100200{number}", audiences=["residents"]) for number, each in enumerate("ab")]
    return a_town(chats=[*a_town()["chats"], *chats])


async def the_send(stage: Stage, day: date = TODAY) -> ShownSend:
    (found,) = (await stage.live.day(day)).sends
    return found


def came(send: ShownSend) -> list[tuple[str, str]]:
    """What became of it, chat by chat."""
    return [(chat.chat, chat.came) for wording in send.wordings for chat in wording.chats]


def sessions(stage: Stage, first: str, *reminders: dict[str, object]) -> None:
    """A warning on 两会, which begins on this day."""
    there = a_key_date("two-sessions", name="两会", on={"by_year": {2036: f"{first}..{first}"}})
    others = [each for each in some_key_dates() if each["id"] != "two-sessions"]
    warning = a_reminder(on={"key_date": "two-sessions", "at": "08:01"})
    stage.write(*(reminders or (warning,)), key_dates=[*others, there])


async def test_what_lies_ahead_is_shown_word_for_word_as_it_goes_out(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": ["police", "enforcement"]}))
    await stage.run()
    ahead = await the_send(stage)
    assert (ahead.reminder, ahead.due, ahead.deadline) == ("alert", at("08:02:00"), at("10:02:00"))
    assert (ahead.subject, ahead.reason, ahead.offices) == ("请落实 值守", "指定日期", ("派出所", "综合执法大队"))
    (wording,) = ahead.wordings
    assert wording.chats == (SentTo("duty-room", "消防安全工作群", "ahead", None, None),)
    await stage.pass_to(at("08:02:00"))
    assert stage.telegram.texts(DUTY_ROOM) == [wording.text]
    assert "(person:telegram:2001)" in wording.text


async def test_what_went_out_is_shown_as_it_stands_with_its_answers_and_when(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02")))
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    data = (await stage.live.chat("duty-room")).messages[0].buttons[0][1].data  # type: ignore[union-attr]
    await stage.pass_to(at("08:05:00"))
    stage.hears("press", data=data, message_id="1", address=DUTY_ROOM)
    await stage.clock.settle()
    send = await the_send(stage)
    assert "派出所 已落实（08:05）" in send.wordings[0].text
    assert send.wordings[0].chats[0].came == "sent"
    assert send.wordings[0].chats[0].at == at("08:02:00")
    assert (send.due, send.subject, send.offices) == (at("08:02:00"), "请落实 值守", ("派出所",))
    assert (send.reason, send.reminder, send.deadline) == ("指定日期", "alert", at("10:02:00"))


async def test_chats_that_read_the_same_words_stand_together_in_the_towns_order(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")), town=a_wide_town())
    stage.telegram.order("-1002000", refused())
    await stage.run()
    expected = ["longmen-residents", "a", "b"]
    (ahead,) = (await the_send(stage)).wordings
    assert [each.chat for each in ahead.chats] == expected
    await stage.pass_to(at("08:01:00"))
    (wording,) = (await the_send(stage)).wordings
    assert [(each.chat, each.came) for each in wording.chats] == [
        ("longmen-residents", "sent"),
        ("a", "failed"),
        ("b", "sent"),
    ]
    assert "as ordered" in str(wording.chats[1].why)
    assert wording.text == ahead.text


async def test_each_chat_that_names_its_own_offices_has_its_own_words(stage: Stage) -> None:
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": "all"}))
    await stage.run()
    ahead = await the_send(stage)
    assert [[chat.chat for chat in each.chats] for each in ahead.wordings] == [["duty-room"], ["longmen-office"]]
    assert "龙门村委会" in ahead.wordings[1].text
    assert "龙门村委会" not in ahead.wordings[0].text


async def test_what_lay_in_the_past_when_it_was_adopted_is_past(stage: Stage) -> None:
    stage.write(a_reminder(on=on("07:30")))
    await stage.run()
    send = await the_send(stage)
    assert came(send) == [("longmen-residents", "past")]
    assert "三清三关" in send.wordings[0].text
    await stage.pass_to(at("08:30:00"))
    stage.write(a_reminder(on=on("08:15")))
    await stage.restart()
    assert came(await the_send(stage)) == [("longmen-residents", "past")]


async def test_what_is_due_and_not_looked_at_yet_is_still_ahead(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")))
    await stage.run()
    stage.clock.jump(at("08:01:00"))
    assert came(await the_send(stage)) == [("longmen-residents", "ahead")]
    await stage.look()
    assert came(await the_send(stage)) == [("longmen-residents", "sent")]


async def test_what_waits_to_be_tried_again_says_what_it_will_say_and_why_it_waits(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")))
    stage.telegram.order(RESIDENTS, *[not_sent()] * 3)
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    (chat,) = (await the_send(stage)).wordings[0].chats
    assert (chat.came, chat.at) == ("retrying", None)
    assert "as ordered" in str(chat.why)


async def test_what_has_never_been_composed_is_as_the_sender_would_compose_it(stage: Stage) -> None:
    """Without its token's chat the delivery waits; late, it is headed 补发."""
    stage.write(a_reminder(on=on("08:01")))
    await stage.run()
    stage.bot.routes.table = {}
    await stage.pass_to(at("08:01:00"))
    planned = await the_send(stage)
    assert came(planned) == [("longmen-residents", "planned")]
    assert "补发" not in planned.wordings[0].text
    stage.clock.jump(at("08:30:00"))
    assert "补发" in (await the_send(stage)).wordings[0].text


async def test_a_doubtful_one_is_shown_as_such(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")))
    stage.telegram.order(RESIDENTS, uncertain())
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    assert came(await the_send(stage)) == [("longmen-residents", "uncertain")]


async def test_a_missed_one_is_shown_with_what_it_would_have_said(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01"), late="1h"))
    await stage.run()
    stage.bot.routes.table = {}
    await stage.pass_to(at("08:01:00"))
    stage.clock.jump(at("11:01:00"))
    await stage.look()
    send = await the_send(stage)
    assert came(send) == [("longmen-residents", "missed")]
    assert "三清三关" in send.wordings[0].text
    assert "补发" not in send.wordings[0].text


async def test_what_went_out_stays_on_its_day_and_comes_no_second_time_where_its_date_moves_on(stage: Stage) -> None:
    sessions(stage, "2036-02-05")
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    sessions(stage, "2036-02-12")
    await stage.restart()
    send = await the_send(stage)
    assert (send.due, came(send)) == (at("08:01:00"), [("longmen-residents", "sent")])
    there = await stage.live.day(date(2036, 2, 12))
    assert there.sends == ()
    assert there.key_days == (KeyDay("两会", provisional=False),)


async def test_what_nobody_read_moves_with_its_date_and_stands_there_alone(stage: Stage) -> None:
    sessions(stage, "2036-02-05")
    stage.telegram.order(RESIDENTS, *[not_sent()] * 9)
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    sessions(stage, "2036-02-12")
    await stage.restart()
    assert (await stage.live.day(TODAY)).sends == ()
    send = await the_send(stage, date(2036, 2, 12))
    assert (send.due, came(send)) == (at("08:01:00", day=12), [("longmen-residents", "planned")])
    stage.clock.jump(at("08:01:00", day=12))
    await stage.look()
    assert stage.telegram.texts(RESIDENTS) == [send.wordings[0].text]


async def test_what_was_withdrawn_is_shown_as_such_and_is_no_day_to_go_to(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")))
    stage.telegram.order(RESIDENTS, *[not_sent()] * 9)
    await stage.run()
    await stage.pass_to(at("08:01:00"))
    stage.write(a_reminder("other", on=on("08:01", "2036-02-07")))
    await stage.restart()
    send = await the_send(stage)
    assert came(send) == [("longmen-residents", "withdrawn")]
    assert send.reason == "现行排程里已经没有这条提醒"
    assert (await stage.live.day(date(2036, 2, 7))).before is None


async def test_a_message_that_cannot_be_worded_says_so_in_its_place(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01")), a_reminder("fine", on=on("08:03")))
    await stage.run()
    stage.bot.in_force = replace(stage.bot.in_force, messages=Messages({}))  # whatever check saw
    found = await stage.live.day(TODAY)
    assert [each.subject for each in found.sends] == ["warning", "fine"]
    assert all(each.wordings[0].text for each in found.sends)
    await stage.pass_to(at("08:01:00"))
    failed = (await stage.live.day(TODAY)).sends[0]
    assert came(failed) == [("longmen-residents", "failed")]
    assert failed.wordings[0].chats[0].why == failed.wordings[0].text
    assert came((await stage.live.day(TODAY)).sends[1]) == [("longmen-residents", "ahead")]
    marked = [each.day for each in stage.live.season().days if each.trouble]  # type: ignore[union-attr]
    assert marked == [TODAY]


async def test_a_day_knows_its_neighbours_its_phases_and_its_watches(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:01", "2036-02-08")), a_reminder("later", on=on("08:01", "2036-02-12")))
    await stage.run()

    def near(shown: ShownDay) -> tuple[date | None, date | None]:
        return shown.before, shown.after

    eighth, twelfth = date(2036, 2, 8), date(2036, 2, 12)
    assert near(await stage.live.day(TODAY)) == (None, eighth)
    assert near(await stage.live.day(eighth)) == (None, twelfth)
    assert near(await stage.live.day(eighth + timedelta(days=1))) == (eighth, twelfth)
    assert near(await stage.live.day(twelfth + timedelta(days=1))) == (twelfth, None)
    spring_festival = await stage.live.day(date(2036, 1, 28))
    assert spring_festival.key_days == (KeyDay("春节", provisional=False),)
    assert (spring_festival.watches, spring_festival.phases) == (("春节",), ("carry-out 阶段",))
    assert (await stage.live.day(date(2036, 6, 1))).phases == ()


async def test_a_provisional_date_is_marked_until_it_has_gone_out(stage: Stage) -> None:
    stage.write(a_reminder(on={"key_date": "two-sessions", "at": "08:01"}))
    await stage.run()
    day = date(2036, 3, 4)
    assert (await the_send(stage, day)).provisional
    stage.clock.jump(at("08:01:00") + timedelta(days=28))
    await stage.look()
    assert not (await the_send(stage, day)).provisional


async def test_the_next_edit_rewords_what_lies_ahead(stage: Stage) -> None:
    stage.write(a_reminder(on=on("08:30")))
    await stage.run()
    before = await the_send(stage)
    stage.write(a_reminder(on=on("08:30")), messages={"sanqing-sanguan.j2": "**关火关电关气**"})
    await stage.clock.advance(5)
    while stage.bot.in_force.messages.sources["sanqing-sanguan.j2"] != "**关火关电关气**":
        await stage.clock.advance(1)
    after = await the_send(stage)
    assert (before.subject[:4], after.subject) == ("三清三关", "关火关电关气")
    assert after.wordings[0].text == "**关火关电关气**"
