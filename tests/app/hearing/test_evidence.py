"""What comes with an answer is fetched beside the hearing, kept, and told; a restart goes on with it."""

import asyncio
from pathlib import Path

import pytest

from bot.channels.board import HandedIn, person_of
from bot.ledger.entries import Numbered
from bot.ledger.inbound import Attachment
from bot.store.protocol import Change
from tests.app.stage import Stage, a_board_town, at
from tests.fakes import FakeChannel, not_sent, refused, until

PHOTO = Attachment(kind="photo", ref="AgAC1", size=5)


async def asked(stage: Stage) -> None:
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    stage.telegram.files[PHOTO.ref] = b"proof"


async def evidence(stage: Stage) -> list[Numbered]:
    return [each for each in await stage.store.entries() if each.kind == "evidence"]


async def is_told(stage: Stage, *words: str) -> None:
    """The last thing that was told says all this; what was fetched is written by a thread."""

    async def has_come() -> bool:
        await stage.clock.settle()
        told = [text for _, text, _ in stage.telegram.answered]
        return bool(told) and all(each in told[-1] for each in words)

    await until(has_come)


def kept(stage: Stage) -> list[Path]:
    return sorted((stage.folder / "data" / "evidence").glob("*"))


async def test_done_with_a_photo_is_recorded_at_once_and_the_photo_is_kept_beside(stage: Stage) -> None:
    await asked(stage)
    stage.telegram.stuck[PHOTO.ref] = asyncio.Event()
    stage.hears("text", text="已落实", attachment=PHOTO, person_name="王强")
    stage.hears("text", text="收到", person="telegram:2002")
    await stage.clock.settle()
    assert "done" in await stage.ledger()
    assert await evidence(stage) == []
    stage.telegram.stuck[PHOTO.ref].set()
    await is_told(stage, "派出所 已落实", "附件已留存")
    (entry,) = await evidence(stage)
    assert entry.detail is not None
    (file,) = kept(stage)
    assert entry.detail["file"] == f"evidence/{file.name}"
    assert file.read_bytes() == b"proof"
    assert (entry.detail["name"], entry.detail["size"], entry.detail["kind"]) == ("王强", 5, "photo")
    assert await stage.store.marks("evidence:") == {}


async def test_the_same_photo_again_is_no_new_evidence(stage: Stage) -> None:
    await asked(stage)
    for _ in range(2):
        stage.hears("text", text="已落实", attachment=PHOTO)
        await is_told(stage, "附件已留存")
        stage.telegram.answered.clear()
    assert len(await evidence(stage)) == len(kept(stage)) == 1


async def test_one_that_cannot_be_fetched_is_told_and_the_answer_stands(stage: Stage) -> None:
    await asked(stage)
    stage.telegram.order(PHOTO.ref, refused())
    stage.hears("text", text="已落实", attachment=PHOTO)
    await is_told(stage, "派出所 已落实", "附件没有留存")
    assert "done" in await stage.ledger()
    assert await stage.store.marks("evidence:") == {}


@pytest.mark.parametrize(("size", "content"), [(20_000_001, b""), (None, bytes(20_000_001))])
async def test_one_that_is_too_large_is_refused_kindly(stage: Stage, size: int | None, content: bytes) -> None:
    await asked(stage)
    stage.telegram.files["big"] = content
    stage.hears("text", text="已落实", attachment=Attachment(kind="file", ref="big", size=size))
    await is_told(stage, "派出所 已落实", "超过 20 MB")
    assert kept(stage) == []


async def test_where_the_platform_fails_it_is_tried_again(stage: Stage) -> None:
    await asked(stage)
    stage.telegram.order(PHOTO.ref, not_sent(), not_sent())
    stage.hears("text", text="已落实", attachment=PHOTO)
    await is_told(stage, "不用重发")
    await stage.clock.advance(5)
    assert await evidence(stage) == []
    await stage.clock.advance(30)
    await until(lambda: _has(stage))
    assert len(stage.telegram.answered) == 1


async def _has(stage: Stage) -> bool:
    await stage.clock.settle()
    return len(await evidence(stage)) == 1


async def test_a_full_disk_is_told_and_it_is_kept_once_there_is_room(stage: Stage) -> None:
    await asked(stage)

    def takes_no_evidence(change: Change) -> bool:
        return any(each.kind == "evidence" for each in change.entries)

    stage.store.full = takes_no_evidence
    stage.hears("text", text="已落实", attachment=PHOTO)
    await is_told(stage, "附件还没有取到", "No space left on device")
    stage.store.full = lambda _: False
    await stage.clock.advance(5)
    await until(lambda: _has(stage))


async def test_a_restart_goes_on_with_what_was_not_fetched(stage: Stage) -> None:
    await asked(stage)
    stage.telegram.stuck[PHOTO.ref] = asyncio.Event()
    stage.hears("text", text="已落实", attachment=PHOTO)
    await stage.clock.settle()
    await stage.end()
    assert await evidence(stage) == []
    stage.telegram = FakeChannel(stage.clock)
    stage.telegram.files[PHOTO.ref] = b"proof"
    await stage.run()
    await until(lambda: _has(stage))


async def test_a_mark_that_nobody_can_read_holds_up_nobody(stage: Stage) -> None:
    await stage.store.commit(Change(marks={"evidence:telegram:1": "{}"}))
    await asked(stage)
    stage.hears("text", text="收到")
    await is_told(stage, "派出所 收到")


async def test_on_the_board_a_file_is_handed_in_with_the_word(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    pdf = HandedIn("file", "预案.pdf", b"%PDF")
    saying = asyncio.create_task(stage.board.say(person_of("police"), "duty-room", "已落实", handed_in=pdf))
    told = await asyncio.wait_for(saying, 5)
    assert "附件已留存" in told.text
    (entry,) = await evidence(stage)
    assert entry.detail is not None
    assert entry.detail["title"] == "预案.pdf"
    assert [each.suffix for each in kept(stage)] == [".pdf"]


async def test_what_the_board_holds_is_bounded(stage: Stage) -> None:
    await stage.run()
    for number in range(4):
        big = HandedIn("file", None, bytes([number]) * 20_000_000)
        saying = asyncio.create_task(stage.board.say(person_of("police"), "duty-room", "", handed_in=big))
        await asyncio.wait_for(saying, 5)
    assert sum(map(len, stage.board._handed_in.values())) <= 45_000_000
