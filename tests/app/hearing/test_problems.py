"""问题清单、闭环管理, the whole way before a strict Telegram: 需协助, what is needed, who sees to it, how it ended."""

import pytest

from bot.reports.problems import problem_list
from tests.app.stage import at, on
from tests.builders import a_duty_alert
from tests.fakes import until
from tests.promises.on_telegram import POLICE, ROOM, OnTelegram, on_telegram
from tests.servers.telegram_messages import Posted

COMMITTEE = 2009


def shown(stage: OnTelegram, words: str) -> Posted:
    """The one message in the duty room that says this."""
    (found,) = [each for each in stage.server.shown(ROOM) if words in each.text]
    return found


async def in_time(stage: OnTelegram, *words: str) -> None:
    """One message of the duty room comes to say all of this: a group takes twenty messages and edits a minute."""

    async def is_shown() -> bool:
        await stage.clock.advance(1)
        return any(all(word in each.text for word in words) for each in stage.server.shown(ROOM))

    await until(is_shown)


async def test_a_problem_goes_up_is_seen_to_and_is_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with on_telegram(tmp_path_factory.mktemp("town")) as stage:
        server = stage.server
        server.person(COMMITTEE, "李主任")
        server.group(ROOM, "消防安全工作群", members=[POLICE, COMMITTEE])
        stage.write(a_duty_alert(on=on("08:02")))
        await stage.run()
        await stage.leap_to(at("08:02:00"))
        await in_time(stage, "请于")
        ask = shown(stage, "请于")

        press = server.press(POLICE, ROOM, ask.message_id, ask.data("需协助"))
        await in_time(stage, "需协助：派出所")
        await in_time(stage, "请回复一句话")
        assert "正在通知镇消防安全委员会" in server.toasts[press].text
        question, wanted = shown(stage, "请回复一句话"), shown(stage, "需协助：派出所")
        assert question.mentioned == (POLICE,)
        assert question.field == "需要什么协助？一句话"

        server.types(POLICE, ROOM, "缺两台灭火器", reply_to=question.message_id)
        await in_time(stage, "需协助：派出所", "缺两台灭火器")

        press = server.press(COMMITTEE, ROOM, wanted.message_id, wanted.data("我来跟进"))
        await in_time(stage, "派出所 的问题由 李主任（镇消防安全委员会） 跟进")
        assert "由您跟进" in server.toasts[press].text
        assert shown(stage, "的问题由").mentioned == (POLICE,)
        await in_time(stage, "请于", "🆘 派出所", "李主任")
        await in_time(stage, "需协助", "缺两台灭火器", "李主任（镇消防安全委员会）")
        (listed,) = await problem_list(stage.store)
        assert (listed.is_open, listed.problem.state, listed.problem.need) == (True, "taken", "缺两台灭火器")

        server.types(COMMITTEE, ROOM, "已办结 已调拨两台灭火器", reply_to=wanted.message_id)
        await in_time(stage, "缺两台灭火器", "已调拨两台灭火器")
        await in_time(stage, "请于", "办结")
        assert shown(stage, "已调拨两台灭火器").buttons == ()
        (listed,) = await problem_list(stage.store)
        assert (listed.is_open, listed.problem.how) == (False, "已调拨两台灭火器")
        kinds = [each.kind for each in await stage.store.entries() if each.office == "police"]
        assert [kind for kind in kinds if kind != "escalated"] == ["help", "need", "taken", "closed"]
        sent = [each.text for each in server.accepted if each.chat == ROOM]
        assert len(sent) == 6, "ask, call, question, that it is noted, who sees to it, that it is closed"
