"""What an admin puts right on the page of an ask (`bot.app.live.amending`)."""

from datetime import timedelta

from bot.app.routing import ADMINS
from bot.store.protocol import Change
from tests.app.stage import Stage
from tests.app.test_asks import EIGHT, answers, told
from tests.outbox.stage import a_broadcast, an_ask

ASK = an_ask(due=EIGHT)


async def on_record(stage: Stage) -> list[tuple[str, str | None, str | None, dict[str, object]]]:
    """What the ledger has of the ask: kind, chat, person, detail."""
    entries = await stage.store.entries(occurrence=ASK.occurrence)
    return [(each.kind, each.chat, each.by, dict(each.detail or {})) for each in entries]


async def state(stage: Stage) -> str:
    shown = await stage.live.occurrence(ASK.token)
    assert shown is not None
    return shown.offices[0].answer.state


async def test_an_answer_on_behalf_of_an_office_goes_on_record_with_its_reason(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    said = await stage.live.answer_for(ASK.token, "police", "done", " 电话报告 ")
    assert "派出所" in said.text
    (entry,) = await on_record(stage)
    assert entry == ("done", ADMINS, "board:admin", {"name": "管理员", "for": "电话报告"})
    shown = await stage.live.occurrence(ASK.token)
    assert shown is not None
    (line,) = shown.offices[0].lines
    assert (line.kind, line.by, line.words, line.on_behalf) == ("done", "管理员", "电话报告", True)


async def test_a_correction_is_a_new_entry_and_brings_the_office_to_where_it_stands(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    await answers(stage, ASK, "done")
    await stage.live.correct(ASK.token, "police", "received", "现场没有人")
    assert [each[0] for each in await on_record(stage)] == ["done", "corrected"]
    assert (await on_record(stage))[1][3] == {"name": "管理员", "to": "received", "reason": "现场没有人"}
    assert await state(stage) == "received"


async def test_without_a_reason_nothing_is_changed(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    for said in (
        await stage.live.correct(ASK.token, "police", "done", "  "),
        await stage.live.answer_for(ASK.token, "police", "done", ""),
    ):
        assert "派出所" in said.text
    assert await on_record(stage) == []


async def test_an_office_or_an_ask_that_is_not_there_is_told_so(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    assert (await stage.live.correct(ASK.token, "market", "done", "x")).text
    assert (await stage.live.answer_for("token-none", "police", "done", "x")).text
    assert await on_record(stage) == []


async def test_what_was_sent_by_mistake_is_taken_back_with_its_reason_and_shows_as_taken_back(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK)
    shown = await stage.live.occurrence(ASK.token)
    assert shown is not None
    assert shown.recallable
    assert "已撤回" in (await stage.live.recall(ASK.token, " 日期\n写错了 ")).text
    assert await on_record(stage) == [
        ("withdrawn", "duty-room", "board:admin", {"name": "管理员", "recalled": True, "reason": "日期 写错了"})
    ]
    shown = await stage.live.occurrence(ASK.token)
    assert shown is not None
    assert shown.recalled is not None
    assert (shown.recallable, shown.withdrawn, shown.ahead) == (False, True, ())
    assert (shown.recalled.by, shown.recalled.words) == ("管理员", "日期 写错了")
    assert not shown.offices[0].answer.late
    assert not (await stage.live.asks()).open
    assert "已由 管理员 在" in (await stage.live.recall(ASK.token, "")).text
    assert len(await on_record(stage)) == 1


async def test_a_broadcast_is_taken_back_too_and_stands_crossed_out_on_the_board(stage: Stage) -> None:
    await stage.run()
    broadcast = a_broadcast(due=EIGHT)
    await told(stage, broadcast)
    delivery = (await stage.store.deliveries(occurrence=broadcast.occurrence))[0]
    await stage.live.recall(broadcast.token, "")
    await stage.store.commit(Change(deliveries=(delivery.model_copy(update={"taken_down": True}),)))
    chat = await stage.live.chat("longmen-residents")
    assert chat is not None
    assert [(each.state, each.buttons) for each in chat.messages] == [("recalled", ())]
    shown = await stage.live.occurrence(broadcast.token)
    assert shown is not None
    assert [to.came for wording in shown.send.wordings for to in wording.chats] == ["recalled"]


async def test_what_went_out_days_ago_is_not_taken_back(stage: Stage) -> None:
    await stage.run()
    await told(stage, ASK, late=EIGHT - timedelta(days=3))
    shown = await stage.live.occurrence(ASK.token)
    assert shown is not None
    assert not shown.recallable
    assert "不再撤回" in (await stage.live.recall(ASK.token, "")).text
    assert await on_record(stage) == []
    assert (await stage.live.recall("token-none", "")).text
