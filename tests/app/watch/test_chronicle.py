"""The ledger in the log."""

import json
from io import StringIO

import pytest
from structlog.contextvars import bound_contextvars

from bot.app.logs import log_to
from bot.app.watch import chronicle
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.app.stage import DUTY_ROOM, RESIDENTS, Stage, at
from tests.fakes import refused


@pytest.mark.usefixtures("logging_restored")
async def test_each_line_names_what_it_concerns_and_no_text_and_no_person(stage: Stage) -> None:
    log_to(written := StringIO(), stage.settings)
    await stage.run()
    stage.store.on_commit(chronicle.tell)
    stage.telegram.order(RESIDENTS, refused())
    await stage.pass_to(at("08:01:00"))
    await stage.pass_to(at("08:02:00"))
    data = next(each.message for each in stage.telegram.sent if each.address == DUTY_ROOM).buttons[0][1].data
    stage.hears("press", data=data)
    await stage.clock.settle()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    own = [each for each in lines if each["logger"] == chronicle.__name__]
    ask, warning = "winter-2036/alert/date/2036-02-05@08:02", "winter-2036/warning/date/2036-02-05@08:01"
    told = [(each["kind"], each.get("occurrence"), each.get("chat"), each["level"]) for each in own]
    notice = f"notice/failed/{warning}@longmen-residents"
    assert told[0] == ("failed", warning, "longmen-residents", "warning")
    assert {each[1:3] for each in told[1:3]} == {(notice, ":admins"), (notice, "telegram:1001")}
    assert told[3:] == [("sent", ask, "duty-room", "info"), ("done", ask, "duty-room", "info")]
    assert own[-1]["office"] == "police"
    assert "2001" not in written.getvalue()
    assert "请落实" not in written.getvalue()


@pytest.mark.usefixtures("logging_restored")
def test_what_the_writing_task_is_about_is_not_taken_for_what_was_written(stage: Stage) -> None:
    log_to(written := StringIO(), stage.settings)
    with bound_contextvars(occurrence="another", chat="another"):
        chronicle.tell(Change(entries=(Entry(at=stage.clock.now(), kind="started"),)))
    (line,) = [json.loads(each) for each in written.getvalue().splitlines()]
    assert {"event", "kind"} <= line.keys()
    assert not {"occurrence", "chat"} & line.keys()
