"""One ask in full as pages see it: its plan, its ladder, each office's history (`bot.app.live.occurrence`)."""

from datetime import timedelta

from bot.app.view.occurrence import OfficeRecord, ShownOccurrence
from bot.ledger.deliveries import Call, called
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, Stage, a_board_town, at, on
from tests.app.test_asks import APART, EIGHT, told
from tests.builders import a_duty_alert
from tests.outbox.stage import a_broadcast, an_ask


async def the_ask(stage: Stage) -> ShownOccurrence:
    """The only one that was issued."""
    (issued,) = await stage.store.all_issued()
    found = await stage.live.occurrence(issued.token)
    assert found is not None
    return found


async def says(stage: Stage, kind: str, office: str | None = "police", **given: object) -> None:
    """Something goes on record of the only ask."""
    (issued,) = await stage.store.all_issued()
    entry = {"at": stage.clock.now(), "kind": kind, "occurrence": issued.occurrence, "office": office, **given}
    await stage.store.commit(Change(entries=(Entry.model_validate(entry),)))


def lines(part: OfficeRecord) -> list[str]:
    return [each.kind for each in part.lines]


def ahead(shown: ShownOccurrence) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.kind, f"{each.at:%H:%M}", each.offices) for each in shown.ahead]


async def test_what_comes_next_is_the_ladders_own_and_goes_with_the_answers(stage: Stage) -> None:
    answer = {
        "within": "2h",
        "expects": "done",
        "remind_every": "30m",
        "then": [{"after": "4h", "tell": ["enforcement"]}],
    }
    stage.write(a_duty_alert(on=on("08:02"), to={"offices": ["police"]}, answer=answer), town=a_board_town())
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    shown = await the_ask(stage)
    who = ("派出所",)
    assert ahead(shown) == [
        ("remind", "08:32", who),
        ("overdue", "10:02", who),
        ("late", "10:02", who),
        ("escalate", "12:02", who),
    ]
    assert shown.ahead[0].every == timedelta(minutes=30)
    assert shown.ahead[3].tells == ("综合执法大队",)
    call = Call(kind="remind", of=shown.send.occurrence, offices=("police",))
    gone = [each.model_copy(update={"state": "sent"}) for each in called(call, 1, ("duty-room",), at("08:32:00"))]
    await stage.store.commit(Change(deliveries=tuple(gone)))
    await stage.pass_to(at("08:32:00"))
    assert ahead(await the_ask(stage))[0] == ("remind", "09:02", who)
    await says(stage, "done")
    assert (await the_ask(stage)).ahead == ()


async def test_each_office_has_its_own_part_and_reminders_in_a_row_are_one_line(stage: Stage) -> None:
    await stage.run()
    await told(stage, an_ask(due=EIGHT, **APART), longmen_office="failed")
    for kind in ("reminded", "reminded", "late"):
        await says(stage, kind)
        stage.clock.jump(stage.clock.now() + timedelta(minutes=10))
    await says(stage, "done", by="telegram:2001", chat="duty-room", detail={"name": "李明", "late": 60})
    await says(stage, "corrected", by="board:admin", detail={"to": "received", "reason": "现场没有人"})
    police, enforcement = (await the_ask(stage)).offices
    assert lines(police) == ["reminded", "late", "done", "corrected"]
    assert police.lines[0].again == (at("08:10:00"),)
    assert (police.lines[2].by, police.lines[2].late) == ("李明", timedelta(minutes=1))
    assert (police.lines[3].by, police.lines[3].to, police.lines[3].words) == ("管理员", "received", "现场没有人")
    assert (police.answer.state, police.reached, police.asked) == ("received", True, EIGHT)
    assert (enforcement.reached, enforcement.asked, lines(enforcement)) == (False, None, [])


async def test_it_says_under_which_version_it_runs_and_whether_that_is_still_the_towns(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    issued = next(each for each in await stage.store.all_issued() if each.owing)
    shown = await stage.live.occurrence(issued.token)
    assert shown is not None
    assert (shown.version, shown.in_force) == (stage.live.version, True)
    old = issued.model_copy(update={"version": "another"})
    await stage.store.commit(Change(issued=(old,)))
    shown = await stage.live.occurrence(issued.token)
    assert shown is not None
    assert not shown.in_force
    assert [wording.chats[0].chat for wording in shown.send.wordings] == ["duty-room"]
    assert shown.send.wordings[0].text == stage.telegram.texts(DUTY_ROOM)[0]


async def test_a_warning_owes_nothing_and_an_answer_that_did_not_count_stands_apart(stage: Stage) -> None:
    await stage.run()
    await told(stage, a_broadcast(due=EIGHT))
    await says(stage, "refused", None, by="telegram:77")
    shown = await the_ask(stage)
    assert (shown.expects, shown.offices, shown.ahead) == (None, (), ())
    assert [each.by for each in shown.beside] == ["telegram:77"]


async def test_a_token_that_none_has_shows_nothing(stage: Stage) -> None:
    await stage.run()
    assert await stage.live.occurrence("token-none") is None


async def test_an_office_whose_chat_answers_has_a_link_where_outsiders_reach_the_pages(stage: Stage) -> None:
    await stage.run()
    here = {"duty-room": ("police",), "longmen-office": ("village-longmen",)}
    names = {"police": "派出所", "village-longmen": "龙门村委会"}
    ask = an_ask(due=EIGHT, offices=names, chats=here)
    await told(stage, ask)
    assert await stage.live.answer_links(ask.token) == {}
    stage.bot.settings.web.public_url = "https://gengfu.example/"
    links = await stage.live.answer_links(ask.token)
    assert list(links) == [stage.live.town.chats[1].title]
    assert links[stage.live.town.chats[1].title].startswith("https://gengfu.example/answer/")
    assert await stage.live.answer_links("token-none") == {}


async def test_one_message_to_several_chats_is_one_line_and_the_naming_is_told_apart(stage: Stage) -> None:
    await stage.run()
    await told(stage, an_ask(due=EIGHT))
    for call, number, chat in (("remind", 1, "duty-room"), ("remind", 1, "longmen-office"), ("remind", 2, "duty-room")):
        await says(stage, "reminded", chat=chat, detail={"call": call, "number": number})
    await says(stage, "reminded", chat="duty-room", detail={"call": "late", "number": 1})
    (police,) = (await the_ask(stage)).offices
    assert [(each.kind, len(each.again), each.naming) for each in police.lines] == [
        ("reminded", 1, False),
        ("reminded", 0, True),
    ]
