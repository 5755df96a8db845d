"""A backup put in the record's place: by hand (`gengfu restore`), or by itself where the record is damaged at a start.

Nobody knows what went out since the backup. What it holds as still to be sent, and what fell due by the restore, is
therefore perhaps sent: the sender judges it so, and `on_doubt` decides. Nothing is repeated in silence, nothing
forgotten.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app.adopt import VERSION, is_whole
from bot.app.safekeeping.backups import ADOPTED, daily_backups, read_backup
from bot.clock import Clock
from bot.errors import BackupRefused, NotFound, StoreDamaged, StoreUnwritable
from bot.language import Sentence, say, sentence
from bot.ledger.entries import Detail, Entry
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.outbox.tick import RESTORED, WATERMARK
from bot.store.archive import FOLDER as ARCHIVE
from bot.store.archive import last_archived
from bot.store.backup import Parcel
from bot.store.evidence import FOLDER as EVIDENCE
from bot.store.evidence import put_back
from bot.store.hold import take
from bot.store.protocol import Change, Store
from bot.store.records import Batch
from bot.store.replacing import finish_replacing, replace_record
from bot.store.tables import FILE, empty, load_town
from bot.store.tinydb import TinyStore, open_store

UNTOLD = "restored.untold"
"""The mark of a restore that the admins have not been told of yet."""

_LOOK_BACK = timedelta(days=1)
"""So far back what was due is looked for where nothing is left of the record."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restored:
    """What was done: when, from what (None: nothing was left), and in which folder what was there before is kept."""

    at: datetime
    made: datetime | None
    source: str | None
    before: str


def restore(data: Path, file: Path, now: datetime) -> Restored:
    """Put a backup in the record's place.

    Raises `BackupRefused` or `NotFound` where the backup cannot be used, `TownHeld` where a bot holds the town,
    `StoreUnwritable` where the disk refuses: nothing has changed then.
    """
    parcel = read_backup(file)
    hold = take(data, now)
    try:
        finish_replacing(data)
        return _put_in_place(data, parcel, file.name, now, damaged=False)
    finally:
        hold.release()


async def open_or_recover(data: Path, clock: Clock) -> TinyStore:
    """The town's store to write. Where its file is damaged, the newest daily backup that is whole takes its place;
    where there is none, an empty record that knows that what was due lately may have gone out.

    Raises as `open_store` does, but for the damage.
    """
    try:
        return await open_store(data, clock)
    except StoreDamaged as error:
        _log.error("the record is damaged, and is restored: %s", error)
        done = await asyncio.to_thread(_recover, data, clock.now())
    if done is not None:
        _log.error("the record was restored from %s; the damaged one is kept in %s", done.source, data / done.before)
    return await open_store(data, clock)


async def tell_of_restore(store: Store, terms: Terms, now: datetime) -> None:
    """Tell the admins of a restore, in one message, where they do not know of it yet."""
    if (at := await store.mark(UNTOLD)) is None:
        return
    entry = [each for each in await store.entries() if each.kind == "restored"][-1]
    told = notice_to_admins(terms.admins, f"restored/{at}", say(_in_words(entry, terms.zone), terms.lang), now)
    change = Change(planned=told, marks={UNTOLD: None})
    try:
        await store.commit(change)
    except StoreUnwritable as error:
        _log.error("that the record was restored waits to be written: %s", error)
        await store.carry(change)


def _in_words(entry: Entry, zone: ZoneInfo) -> Sentence:
    """What was done, and what it means."""
    detail, at = entry.detail or {}, entry.at.astimezone(zone)
    if "backup" not in detail:
        return sentence("safekeeping.begun-anew", at=at, before=detail["before"])
    made = datetime.fromisoformat(str(detail["backup"])).astimezone(zone)
    key = "safekeeping.restored-damaged" if detail["damaged"] else "safekeeping.restored"
    return sentence(key, at=at, made=made, before=detail["before"])


def _recover(data: Path, now: datetime) -> Restored | None:
    """None where somebody else has mended it meanwhile."""
    hold = take(data, now)
    try:
        try:
            load_town(data / FILE)
        except StoreDamaged:
            for file in daily_backups(data):
                try:
                    parcel = read_backup(file)
                except (BackupRefused, NotFound) as error:
                    _log.error("%s is no help: %s", file.name, error)
                else:
                    return _put_in_place(data, parcel, file.name, now, damaged=True)
            return _begin_anew(data, now)
        return None
    finally:
        hold.release()


def _put_in_place(data: Path, parcel: Parcel, source: str, now: datetime, *, damaged: bool) -> Restored:
    def amend(contents: Batch, before: str) -> Change:
        doubtful = tuple(
            each.become("intended", asked_at=None)
            for each in contents.deliveries.values()
            if each.state in {"planned", "retrying"} and each.due <= now
        )
        detail: Detail = {"backup": parcel.made.isoformat(), "from": source, "uncertain": len(doubtful)}
        return replace(_noted(now, before, {"damaged": damaged, **detail}), deliveries=doubtful)

    kept = {name: content for name, content in parcel.files.items() if name.startswith(f"{EVIDENCE}/")}
    put_back(data, kept)
    record = {name: content for name, content in parcel.files.items() if name not in kept}
    before = replace_record(data, record, amend, (ARCHIVE, ADOPTED), now)
    return Restored(now, parcel.made, source, before)


def _begin_anew(data: Path, now: datetime) -> Restored:
    """An empty record, its ledger numbered on from the archives, which stay. What was due in the last day is looked
    for, under the version that was in force: it is perhaps sent, so that no alert is lost with the record.
    """
    versions = [each.name for each in (data / ADOPTED).glob("[!.]*") if is_whole(each)]

    def amend(_: Batch, before: str) -> Change:
        noted = _noted(now, before, {"damaged": True})
        looked = {WATERMARK: (now - _LOOK_BACK).isoformat(), VERSION: versions[0] if len(versions) == 1 else None}
        return replace(noted, marks={**noted.marks, **looked})

    before = replace_record(data, {FILE: empty(archived=last_archived(data))}, amend, (), now)
    return Restored(now, None, None, before)


def _noted(now: datetime, before: str, detail: Detail) -> Change:
    """What the record itself says of it."""
    entry = Entry(at=now, kind="restored", detail={"before": before, **detail})
    return Change(entries=(entry,), marks={RESTORED: now.isoformat(), UNTOLD: now.isoformat()})
