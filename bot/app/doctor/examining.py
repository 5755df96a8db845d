"""What is set up, what is reachable, what is wrong, and how to mend it."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date, timedelta, tzinfo

from bot.app.admin.pause import pause_of
from bot.app.check import judge
from bot.app.doctor.finding import Finding
from bot.app.doctor.outside import outside
from bot.app.doctor.reaching import reaching
from bot.app.doctor.wecom import Wecom
from bot.app.machine import ahead_of, is_clock_kept, is_watched, room_at
from bot.app.restart_due import is_restart_due
from bot.app.routing import channels_of, lived_on, stand_ins
from bot.app.safekeeping.backups import daily_backups
from bot.app.sources import read_sources
from bot.campaign.model import Schedule
from bot.clock import Clock
from bot.errors import PortInUse, SettingsError, StoreError, TownMissing
from bot.language import sentence
from bot.outbox.outcome import DEAD
from bot.settings import PREFIX, Settings, misspelt
from bot.store.hold import holder
from bot.store.tinydb import open_reader

_BACKUP_OLD = timedelta(days=2)
_CLOCK_APART = timedelta(seconds=5)
_SCARCE, _SCARCE_SHARE = 200_000_000, 0.05
"""Bytes, and the share of the disk, below which room is scarce."""


async def examine(settings: Settings, clock: Clock, try_listening: Callable[[str], object]) -> list[Finding]:
    """Look at everything; never raises for what it finds.

    `try_listening` opens the board's address for a moment, as the bot would; it raises `SettingsError` or `PortInUse`.
    """
    marks: Mapping[str, str] = {}
    findings = [*_data_folder(settings), *_misspelt(settings)]
    try:
        store = await open_reader(settings.data)
        marks = await store.marks()
        findings.append(Finding(True, sentence("doctor.store", count=len(await store.entries()))))
    except StoreError as error:
        findings.append(Finding(False, sentence("doctor.store-bad"), error.sentence))
    about_it, schedule = _schedule(settings, clock, lived_on(marks))
    findings += about_it
    findings += [found async for found in _channels(settings, clock, schedule, marks)]
    findings += _given_up(schedule, marks)
    if settings.web.public_url is not None and holder(settings.data):
        findings += [found async for found in outside(settings.web.public_url)]
    findings += [await _clock(settings, clock), *_room(settings), *_backup(settings, clock)]
    zone = schedule.town.zone if schedule else None
    return [*findings, *_paused(settings, zone), *_running(settings, try_listening, zone), _heartbeat(settings)]


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    try:
        parent = next(each for each in (folder, *folder.resolve().parents) if each.exists())
        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"\0" * 65_536)
            file.flush()
            os.fsync(file.fileno())
        yield Finding(True, sentence("doctor.data", folder=str(folder)))
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield Finding(False, sentence("doctor.data-bad", folder=str(folder), why=why), sentence("doctor.data-mend"))


def _misspelt(settings: Settings) -> Iterator[Finding]:
    for name in sorted(each for each in settings.names if each.startswith(PREFIX)):
        if what := misspelt(name):
            yield Finding(False, what, sentence("doctor.see-example"))


def _schedule(settings: Settings, clock: Clock, lived: Mapping[str, str]) -> tuple[list[Finding], Schedule | None]:
    """What there is to say of the schedule, and the schedule itself where it can be used."""
    try:
        found = judge(read_sources(settings.folder), settings, clock.now(), lived)
    except TownMissing as error:
        return [Finding(False, sentence("doctor.no-town"), error.sentence)], None
    if found.in_force is None:
        what = sentence("doctor.schedule-bad", count=len(found.errors))
        return [Finding(False, what, sentence("doctor.run-check"))], None
    findings = [Finding(False, each.sentence, sentence("doctor.run-check")) for each in found.errors]
    schedule = found.in_force.schedule
    what = sentence("doctor.schedule", campaigns=len(schedule.campaigns), chats=len(schedule.chats))
    warnings = sentence("doctor.warnings", count=len(found.warnings)) if found.warnings else None
    findings.append(Finding(True, what, warnings))
    for platform, count in stand_ins(schedule, settings, lived).items():
        findings.append(Finding(True, sentence("doctor.stands-in", platform=platform, count=count)))
    return findings, schedule


def _given_up(schedule: Schedule | None, marks: Mapping[str, str]) -> Iterator[Finding]:
    """The town's chats that nothing reached any more, and why."""
    for chat in schedule.town.chats if schedule else ():
        if mark := marks.get(f"{DEAD}{chat.id}"):
            what = sentence("doctor.given-up", chat=chat.id, why=mark.partition(" ")[2])
            yield Finding(False, what, sentence("doctor.given-up-mend", chat=chat.id))


async def _channels(
    settings: Settings, clock: Clock, schedule: Schedule | None, marks: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """What each platform says, and of WeCom's ways what they lack."""
    chats, admins = (schedule.town.chats, schedule.town.admins) if schedule else ((), ())
    running = holder(settings.data) is not None
    try:
        channels, others = channels_of(settings, clock), channels_of(settings, clock)
    except SettingsError as error:
        yield Finding(False, sentence("doctor.setting-bad"), error.sentence)
        return
    async for finding in reaching(
        channels, admins, marks, clock.now(), schedule.town.zone if schedule else None, running=running
    ):
        yield finding
    try:
        async for finding in Wecom(settings, chats, admins, others, lived_on(marks)).findings():
            yield finding
    finally:
        for channel in others.values():
            await channel.close()


async def _clock(settings: Settings, clock: Clock) -> Finding:
    """A clock that nobody keeps right may be right all the same; one that is seen to be wrong is wrong."""
    apart: timedelta | None = None
    if settings.telegram.token is not None:
        proxy = settings.telegram.proxy
        apart = await ahead_of(settings.telegram.api_base, proxy.get_secret_value() if proxy else None, clock)
    if apart is not None and abs(apart) > _CLOCK_APART:
        name = "clock-ahead" if apart > timedelta() else "clock-behind"
        span = timedelta(seconds=round(abs(apart).total_seconds()))
        return Finding(False, sentence(f"doctor.{name}", span=span), sentence("doctor.clock-mend"))
    kept = is_clock_kept()
    if kept is None:
        return Finding(True, sentence("doctor.clock-unknown"), sentence("doctor.clock-mend"))
    if not kept:
        return Finding(True, sentence("doctor.clock-unkept"), sentence("doctor.clock-mend"))
    return Finding(True, sentence("doctor.clock"))


def _room(settings: Settings) -> Iterator[Finding]:
    try:
        room = room_at(settings.data)
    except OSError:
        return  # what is wrong with the folder has been said
    what = sentence("doctor.room", free=room.free // 1_000_000, percent=f"{room.share:.0%}")
    scarce = room.free < _SCARCE or room.share < _SCARCE_SHARE
    yield Finding(room.free >= _SCARCE, what, sentence("doctor.room-mend") if scarce else None)


def _backup(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """The last daily one, where there is any: a bot that has not run for days has made none."""
    try:
        found = daily_backups(settings.data)
    except OSError:
        return  # what is wrong with the folder has been said
    for last in found[:1]:
        day = date.fromisoformat(last.stem)
        is_old = clock.now().date() - day > _BACKUP_OLD
        yield Finding(True, sentence("doctor.backup", day=day), sentence("doctor.backup-mend") if is_old else None)


def _heartbeat(settings: Settings) -> Finding:
    if settings.heartbeat_url is None:
        return Finding(True, sentence("doctor.no-heartbeat"), sentence("doctor.heartbeat-mend"))
    return Finding(True, sentence("doctor.heartbeat"))


def _paused(settings: Settings, zone: tzinfo | None) -> Iterator[Finding]:
    if pause := pause_of(settings.data):
        yield Finding(False, sentence("doctor.paused", pause=pause.in_words(zone)), sentence("doctor.paused-mend"))


def _running(settings: Settings, try_listening: Callable[[str], object], zone: tzinfo | None) -> Iterator[Finding]:
    if found := holder(settings.data):
        yield Finding(True, sentence("doctor.running", pid=found.pid, since=found.since.astimezone(zone)))
        if is_restart_due(settings):
            yield Finding(False, sentence("doctor.env-newer"), sentence("doctor.env-newer-mend"))
        if (watched := is_watched(found.pid)) is not None:
            name = "watched" if watched else "unwatched"
            yield Finding(True, sentence(f"doctor.{name}"), None if watched else sentence("doctor.watch-mend"))
        return
    yield Finding(True, sentence("doctor.not-running"))
    address = settings.web.listen
    try:
        try_listening(address)
    except PortInUse:
        yield Finding(False, sentence("doctor.port-taken", address=address), sentence("doctor.port-mend"))
    except SettingsError as error:
        yield Finding(False, sentence("doctor.setting-bad"), error.sentence)
