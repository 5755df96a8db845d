"""Every doubt is named: where the reply is lost nothing is repeated blindly, and what never left is tried again
(fault 3). Counted at the platform, by the real bot and client over a socket.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.stage import at, on
from tests.builders import a_duty_alert, a_reminder
from tests.fakes import until
from tests.promises.on_telegram import HOMES, ROOM, OnTelegram, on_telegram
from tests.servers import telegram_faults as fault
from tests.servers.telegram_faults import Fault

REPLIES_LOST: dict[str, Fault] = {
    "no answer, though it was accepted": fault.held(),
    "no answer, and nothing was done": fault.stalled(),
    "502 after it was accepted": fault.page(502, accepts=True),
    "502 instead": fault.page(502),
    "500 in Telegram's own words": fault.refused(500, "Internal Server Error"),
    "an answer that nobody can read": fault.garbage(),
    **{f"reset after {after} bytes of the answer": fault.reset(after) for after in (0, 1, 16, 40, 78, 79, 120, 250)},
    **{f"closed after {after} bytes of the answer": fault.hung_up(after) for after in (0, 1, 40, 79, 120, 250)},
    **{f"reset after {after} bytes of the request": fault.cut_off(after) for after in (0, 1, 15, 60, 200, 10_000)},
}
ACCEPTED = {name: each.accepts for name, each in REPLIES_LOST.items()}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnTelegram]:
    async with on_telegram(tmp_path) as made:
        yield made


def clock_at(number: int) -> str:
    return f"{8 + (number + 1) // 60:02}:{(number + 1) % 60:02}"


async def test_whose_reply_is_lost_in_whatever_way_is_asked_once_and_named(stage: OnTelegram) -> None:
    names = list(REPLIES_LOST)
    stage.write(*(a_reminder(f"warning-{number}", on=on(clock_at(number))) for number in range(len(names))))
    await stage.run()
    for number, name in enumerate(names):
        before = len(stage.texts(HOMES)), stage.server.calls["sendMessage"], len(stage.told)
        stage.server.order(REPLIES_LOST[name], chat=None if REPLIES_LOST[name].read is not None else HOMES)
        await stage.leap_to(at(clock_at(number)))
        doubted = await stage.comes_to(f"warning-{number}", "uncertain")
        await until(lambda before=before: len(stage.told) == before[2] + 1)
        assert len(stage.texts(HOMES)) - before[0] == ACCEPTED[name], name
        assert stage.server.calls["sendMessage"] - before[1] == 1 + 1, f"{name}: the warning, and the word to the admin"
        assert (await stage.kinds(f"warning-{number}"), doubted.doubts, doubted.tries) == (["uncertain"], 1, 1), name
        assert "不能确定" in stage.told[-1]
        assert f"warning-{number}" in stage.told[-1]
    calls = stage.server.calls["sendMessage"]
    await stage.restart()
    await stage.passes(120, at_once=10)
    assert stage.server.calls["sendMessage"] == calls, "nothing goes out again by itself, also not after a restart"


async def test_an_alert_whose_reply_is_lost_goes_out_again_and_each_doubt_is_in_the_ledger(stage: OnTelegram) -> None:
    stage.write(a_duty_alert(on=on("08:01")))
    await stage.run()
    stage.server.order(fault.reset(60), chat=ROOM)
    stage.server.order(fault.page(502), chat=ROOM)
    await stage.leap_to(at("08:01"))
    await stage.comes_to("alert", "retrying")
    assert stage.asked(ROOM) == 1, "not at once"
    await stage.passes(2)
    await stage.comes_to("alert", "sent")
    assert (await stage.kinds("alert"), stage.asked(ROOM), len(stage.texts(ROOM))) == (
        ["uncertain", "uncertain", "sent"],
        3,
        2,
    )


async def test_what_was_refused_at_the_door_is_tried_again_without_a_doubt(stage: OnTelegram) -> None:
    stage.write(a_reminder(on=on("08:01")), a_duty_alert(on=on("08:01")))
    await stage.run()
    await stage.server.stop()
    await stage.leap_to(at("08:01"))
    for reminder in ("warning", "alert"):
        assert (await stage.comes_to(reminder, "retrying")).doubts == 0
    await stage.passes(1)
    await stage.server.start()
    await stage.passes(5)
    for reminder in ("warning", "alert"):
        await stage.comes_to(reminder, "sent")
        assert await stage.kinds(reminder) == ["sent"]
    assert (len(stage.texts(HOMES)), len(stage.texts(ROOM)), stage.asked(HOMES), stage.asked(ROOM)) == (1, 1, 1, 1)


async def test_a_wait_that_is_asked_for_is_kept_to_the_second_and_by_that_chat_alone(stage: OnTelegram) -> None:
    stage.write(a_reminder(on=on("08:01")), a_duty_alert(on=on("08:01")))
    await stage.run()
    stage.server.order(fault.too_many(30), chat=HOMES)
    await stage.leap_to(at("08:01"))
    await stage.comes_to("alert", "sent")
    await stage.comes_to("warning", "retrying")
    await stage.clock.advance(29)
    await stage.quiet()
    assert stage.asked(HOMES) == 1
    await stage.clock.advance(1)
    await stage.comes_to("warning", "sent")
    assert (await stage.kinds("warning"), stage.asked(HOMES)) == (["sent"], 2)
