"""A photo that is handed in on the board: kept, shown as a line in its chat and on its ask's page, fetched there."""

import asyncio

from bot.channels.board import HandedIn
from bot.ledger.entries import Entry
from bot.store.protocol import Change
from tests.app.stage import Stage, a_board_town, at
from tests.app.test_asks import EIGHT, told
from tests.fakes import until
from tests.outbox.stage import an_ask

PHOTO = HandedIn("photo", "现场.jpg", b"\xff\xd8 a photo")


async def test_it_is_kept_with_the_answer_and_shown_where_the_answer_is(stage: Stage) -> None:
    stage.write(town=a_board_town())
    await stage.run()
    await stage.pass_to(at("08:02:00"))
    (message,) = (await stage.live.chat("duty-room")).messages  # type: ignore[union-attr]
    assert message.files == ()
    await stage.live.changed()
    said = await stage.live.say("duty-room", "已落实", "police", message.message_id, PHOTO)
    assert "附件已留存" in said.text

    async def is_shown() -> bool:
        found = await stage.live.message("duty-room", message.id)
        return found is not None and bool(found.files)

    await until(is_shown)
    changed = await asyncio.wait_for(stage.live.changed(), 5)
    assert message.id in changed.messages["duty-room"]
    (file,) = (await stage.live.message("duty-room", message.id)).files  # type: ignore[union-attr]
    assert (file.office, file.name) == ("派出所", "现场.jpg")
    shown = await stage.live.occurrence(file.token)
    assert shown is not None
    police = next(each for each in shown.offices if each.answer.office == "police")
    assert [(each.kind, each.file, each.seq) for each in police.lines if each.file] == [
        ("evidence", "现场.jpg", file.seq)
    ]
    kept = await stage.live.evidence(file.token, file.seq)
    assert kept is not None
    assert (kept.name, kept.path.read_bytes()) == ("现场.jpg", PHOTO.content)
    assert kept.path.parent == stage.settings.data / "evidence"
    assert await stage.live.evidence(file.token, file.seq - 1) is None
    assert await stage.live.evidence("token-none", file.seq) is None


async def test_an_entry_that_leads_out_of_the_folder_of_evidence_leads_nowhere(stage: Stage) -> None:
    await stage.run()
    ask = an_ask(due=EIGHT)
    await told(stage, ask)
    (stage.settings.data / "secret.txt").write_text("nobody's")
    for file in ("secret.txt", "evidence/../secret.txt", str(stage.settings.data / "secret.txt")):
        entry = Entry(
            at=EIGHT, kind="evidence", occurrence=ask.occurrence, office="police", detail={"file": file, "title": "x"}
        )
        (numbered,) = await stage.store.commit(Change(entries=(entry,)))
        assert await stage.live.evidence(ask.token, numbered.seq) is None
