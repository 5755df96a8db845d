"""report: who was asked what, and who answered when, beside a running bot or without one."""

import asyncio
import errno
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from bot.store.tinydb import open_reader, open_store
from tests.cli.conftest import ASK, DUE, Gengfu

FIXED = ["occurrence", "office", "owed", "deadline", "state", "answered_at", "by", "reminders", "escalated"]
"""What interface.md promises to programs, in that order."""


def test_it_prints_what_programs_read(gengfu: Gengfu, recorded: Path) -> None:
    police, enforcement = gengfu("report", "--town", recorded, "--format", "json").json
    assert list(police)[: len(FIXED)] == FIXED
    common = {
        "occurrence": ASK,
        "owed": "done",
        "deadline": "2027-02-06T11:00:00+08:00",
        "reminders": 0,
        "escalated": False,
    }
    answered = {"office": "police", "state": "done", "answered_at": "2027-02-06T09:03:00+08:00", "by": "telegram:2001"}
    assert {name: police[name] for name in FIXED} == common | answered
    open_ = {"office": "enforcement", "state": "open", "answered_at": None, "by": None}
    assert {name: enforcement[name] for name in FIXED} == common | open_
    assert (police["asked_at"], police["took"], police["late"]) == ("2027-02-06T09:00:00+08:00", 180, None)
    assert (police["campaign"], police["reminder"], police["duties"]) == ("winter-2026", "alert", [])


def test_its_table_ends_with_what_all_comes_to(gengfu: Gengfu, recorded: Path) -> None:
    table = gengfu("report", "--town", recorded).out
    assert "派出所" in table
    assert "待回执" in table
    assert table.splitlines()[-2].startswith("应回执 2 件：按时 1，逾期后回 0，需协助 0，未回 1")
    assert table.splitlines()[-1] == "一个单位一周最多被要求回执 1 次（上限 10 次）。"


def test_it_is_narrowed_to_days(gengfu: Gengfu, recorded: Path) -> None:
    answered = gengfu("report", "--town", recorded, "--from", "2027-02-07")
    assert answered.out == "这段日子没有需要回执的提醒\n"


@pytest.mark.parametrize(
    ("narrow", "words"),
    [
        (("--campaign", "winter-206"), "winter-2026"),
        (("--campaign", "x"), "没有“x”这个专项行动"),
        (("--occurrence", ASK.replace("2027", "2037")), ASK),
        (("--occurrence", "x"), "没有“x”这次提醒"),
        (("--from", "2027-02-07", "--until", "2027-02-06"), "2027-02-06 < 2027-02-07"),
    ],
)
def test_a_name_that_nobody_knows_and_days_backwards_are_wrong_use(
    gengfu: Gengfu, recorded: Path, narrow: tuple[str, ...], words: str
) -> None:
    answered = gengfu("report", "--town", recorded, *narrow)
    assert (answered.status, answered.out) == (2, "")
    assert words in answered.err
    assert len(answered.err.splitlines()) == 1


def test_what_is_planned_and_not_yet_due_is_known(gengfu: Gengfu, recorded: Path) -> None:
    planned = "winter-2026/warning/spring-festival-2027/0@09:00"
    answered = gengfu("report", "--town", recorded, "--format", "json", "--occurrence", planned)
    assert (answered.status, answered.json) == (0, [])


def test_a_late_answer_counts_as_late(gengfu: Gengfu, recorded: Path) -> None:
    assert "已落实（逾期" not in gengfu("report", "--town", recorded).out

    async def answer_late() -> None:
        store = await open_store(recorded / "late", ManualClock(DUE))
        before = await open_reader(recorded / "data")
        (issued,), deliveries = await before.all_issued(), await before.deliveries()
        after = Entry(at=DUE + timedelta(hours=3), kind="done", occurrence=ASK, office="police", by="telegram:2001")
        await store.commit(Change(issued=(issued,), deliveries=deliveries, entries=(after,)))
        await store.close()

    asyncio.run(answer_late())
    (recorded / ".env").write_text("GENGFU_STORE__URL=file:late\n", encoding="utf-8")
    assert "已落实（逾期 1 小时）" in gengfu("report", "--town", recorded).out


def test_it_writes_what_is_asked_for_in_the_place_of_what_was_there(gengfu: Gengfu, recorded: Path) -> None:
    for form, begins in (("xlsx", b"PK"), ("docx", b"PK"), ("text", "今冬明春".encode()), ("json", b"[")):
        out = recorded / f"report.{form}"
        out.write_text("before", encoding="utf-8")
        answered = gengfu("report", "--town", recorded, "--format", form, "--out", out)
        assert (answered.status, answered.out) == (0, f"已写入 {out}\n"), answered.err
        assert out.read_bytes().startswith(begins)
        assert not list(recorded.glob("*.new"))


def test_a_workbook_or_a_document_needs_a_file(gengfu: Gengfu, recorded: Path) -> None:
    for form in ("xlsx", "docx"):
        answered = gengfu("report", "--town", recorded, "--format", form)
        assert (answered.status, answered.out) == (2, "")
        assert "--out" in answered.err


def test_a_draft_is_printed_where_no_file_is_named(gengfu: Gengfu, recorded: Path) -> None:
    answered = gengfu("report", "--town", recorded, "--format", "text", "--lang", "en")
    assert answered.out.startswith("今冬明春: who answered (draft)\n")
    assert "派出所: 1 owed, 1 in time" in answered.out.splitlines()


def test_where_it_cannot_write_it_says_so_in_a_line_and_leaves_all_as_it_was(
    gengfu: Gengfu, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ("report", "--town", recorded, "--format", "xlsx", "--out")
    answered = gengfu(*call, recorded / "data")
    assert answered.status == 1
    assert answered.err == f"写不了 {recorded / 'data'}：这是文件夹，不是文件\n"
    assert "没有这个文件或文件夹" in gengfu(*call, recorded / "nowhere" / "r.xlsx").err

    out = recorded / "r.xlsx"
    out.write_bytes(b"before")

    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bot.store.atomic._write", full)
    answered = gengfu(*call, out)
    assert (answered.status, len(answered.err.splitlines())) == (1, 1)
    assert out.read_bytes() == b"before"


def test_a_device_takes_it_as_it_comes(gengfu: Gengfu, recorded: Path) -> None:
    answered = gengfu("report", "--town", recorded, "--format", "xlsx", "--out", "/dev/null")
    assert answered.status == 0, answered.err
    assert Path("/dev/null").is_char_device()


def test_a_rehearsal_is_told_as_of_its_own_end(gengfu: Gengfu, recorded: Path) -> None:
    shutil.copytree(recorded / "data", recorded / "data" / "rehearsals" / "20270206-120000")
    answered = gengfu("report", "--town", recorded, "--rehearsal", "latest", "--format", "text")
    assert "2027-02-06 至 2027-02-06，截至 2027-02-07 09:00" in answered.out
    assert "综合执法大队：02-06 09:00 小心火烛 alert，已逾期 22 小时" in answered.out
