"""What an admin puts right on the page of an ask (`bot.app.live.amending`)."""

from bot.app.routing import ADMINS
from tests.app.stage import Stage
from tests.app.test_asks import EIGHT, answers, told
from tests.outbox.stage import an_ask

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
