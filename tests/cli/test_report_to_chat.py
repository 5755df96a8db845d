"""report --to: the 通报 goes to one chat, as a file or as words, beside a running bot or without one."""

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.channels.board import BoardChannel
from bot.channels.protocol import File
from bot.channels.telegram.markup import to_plain
from bot.clock import ManualClock
from bot.errors import Refused
from bot.outbox.outcome import DEAD
from bot.store.protocol import Change
from bot.store.tinydb import open_reader, open_store
from tests.cli.conftest import DUE, Gengfu
from tests.fakes import FakeChannel, refused, uncertain

ROOM = "-1001001"


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    clock = ManualClock(DUE)
    channel = FakeChannel(clock)
    monkeypatch.setattr("bot.cli.ways.channels_of", lambda *_: {"board": BoardChannel(clock), "telegram": channel})
    monkeypatch.setenv("GENGFU_TELEGRAM__TOKEN", "10001:AAtest")
    return channel


def test_it_is_sent_as_a_notice_to_be_signed_and_says_so(gengfu: Gengfu, recorded: Path, telegram: FakeChannel) -> None:
    answered = gengfu("report", "--town", recorded, "--to", "duty-room")
    assert (answered.status, answered.err) == (0, "")
    assert answered.out == "已发到“消防安全工作群”\n"
    ((name, content),) = telegram.files.items()
    assert name.endswith(".docx")
    assert "派出所" in "".join(each.text for each in Document(BytesIO(content)).paragraphs)
    assert telegram.closed


def test_as_words_it_reads_in_the_chat_as_it_reads_here(gengfu: Gengfu, recorded: Path, telegram: FakeChannel) -> None:
    draft = gengfu("report", "--town", recorded, "--format", "text").out
    assert gengfu("report", "--town", recorded, "--format", "text", "--to", "duty-room").status == 0
    (sent,) = telegram.sent
    assert sent.address == ROOM
    assert _undated(to_plain(sent.message.text)) == _undated(draft)


def test_it_can_be_kept_as_a_file_besides(
    gengfu: Gengfu, recorded: Path, telegram: FakeChannel, tmp_path: Path
) -> None:
    out = tmp_path / "table.xlsx"
    answered = gengfu("report", "--town", recorded, "--format", "xlsx", "--to", "duty-room", "--out", out)
    assert (answered.status, len(answered.out.splitlines())) == (0, 2)
    (content,) = telegram.files.values()
    assert content[:2] == out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("form", ["table", "json"])
def test_what_only_people_at_the_machine_or_programs_read_goes_to_no_chat(
    gengfu: Gengfu, recorded: Path, telegram: FakeChannel, form: str
) -> None:
    answered = gengfu("report", "--town", recorded, "--format", form, "--to", "duty-room")
    assert (answered.status, "docx" in answered.err) == (2, True)
    assert telegram.opened == 0


def test_a_chat_that_there_is_not_is_named(gengfu: Gengfu, recorded: Path, telegram: FakeChannel) -> None:
    answered = gengfu("report", "--town", recorded, "--to", "dutyroom")
    assert (answered.status, "dutyroom" in answered.err, telegram.opened) == (1, True, 0)


def test_a_chat_on_the_board_takes_no_file(gengfu: Gengfu, recorded: Path) -> None:
    answered = gengfu("report", "--town", recorded, "--to", "duty-room")
    assert (answered.status, "面板" in answered.err) == (1, True)


def test_words_that_are_too_many_for_the_chat_are_not_cut(
    gengfu: Gengfu, recorded: Path, telegram: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.report.draft", lambda *_: "字" * 5_000)
    answered = gengfu("report", "--town", recorded, "--format", "text", "--to", "duty-room")
    assert (answered.status, "docx" in answered.err, telegram.sent) == (1, True, [])


def test_what_the_platform_says_no_to_or_leaves_in_doubt_is_told_in_one_line(
    gengfu: Gengfu, recorded: Path, telegram: FakeChannel
) -> None:
    for error in (refused(), uncertain()):
        telegram.order(ROOM, error)
        answered = gengfu("report", "--town", recorded, "--to", "duty-room")
        assert (answered.status, answered.out, len(answered.err.splitlines())) == (1, "", 1)
    assert telegram.files == {}


async def test_a_chat_that_was_given_up_and_takes_it_is_tried_again(
    gengfu: Gengfu, town: Path, telegram: FakeChannel
) -> None:
    store = await open_store(town / "data", ManualClock(DUE))
    await store.commit(Change(marks={f"{DEAD}duty-room": f"{ROOM} kicked"}))
    await store.close()
    assert (await asyncio.to_thread(gengfu, "report", "--town", town, "--to", "duty-room")).status == 0
    assert await (await open_reader(town / "data")).mark(f"{DEAD}duty-room") is None


def test_beside_a_running_bot_it_pushes_out_no_connection_of_which_there_is_only_one(
    gengfu: Gengfu, recorded: Path, telegram: FakeChannel
) -> None:
    telegram.exclusive = True
    answered = gengfu("report", "--town", recorded, "--to", "duty-room")
    assert (answered.status, "顶下线" in answered.err, telegram.opened) == (1, True, 0)


def test_where_no_bot_runs_there_is_none_to_push_out(gengfu: Gengfu, town: Path, telegram: FakeChannel) -> None:
    telegram.exclusive = True
    assert gengfu("report", "--town", town, "--to", "duty-room").status == 0
    assert telegram.opened == 1


async def test_the_board_itself_takes_no_files() -> None:
    with pytest.raises(Refused, match="面板"):
        await BoardChannel(ManualClock(DUE)).send_file("duty-room", File("x.docx", b"x"))


def _undated(text: str) -> list[str]:
    """All lines but that which says as of when."""
    return [line for line in text.strip().splitlines() if "截至" not in line]
