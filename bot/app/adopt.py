"""Taking an edit: what it changes, what was due meanwhile, what it withdraws; the version in force kept on disk.

The files of the version in force lie in `data/adopted/VERSION/`; the mark `version` names it. So a restart knows
what was promised before, and a bad edit made while the bot was down harms nobody.
"""

import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.in_force import InForce, content_of
from bot.app.sources import Sources, read_sources, write_sources
from bot.errors import Overtaken, StoreUnwritable, TownMissing
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import UNFINISHED, Delivery
from bot.ledger.entries import Entry, recall_in
from bot.outbox import outcome
from bot.outbox.issue import deliveries_of, issue, notice_to_admins
from bot.outbox.terms import Terms
from bot.outbox.tick import issue_all, seen_by, tick
from bot.planner.difference import Difference, difference
from bot.planner.occurrence import Occurrence
from bot.planner.plan import plan, season
from bot.store.atomic import flush_folder
from bot.store.protocol import Change, Reader, Store

VERSION = "version"
_INSTANT = timedelta(microseconds=1)
_MOST_LINES = 12
_log = logging.getLogger(__name__)


async def adopted(store: Reader, data: Path) -> Sources | None:
    """The files of the version that was last in force; None before the first start, or where they are not whole."""
    version = await store.mark(VERSION)
    try:
        sources = read_sources(data / "adopted" / version) if version else None
    except TownMissing:
        return None
    return sources if sources and sources.version == version else None


async def adopt(
    store: Store,
    data: Path,
    old: InForce | None,
    new: InForce,
    terms: Terms,
    now: datetime,
    *,
    keyless: Sequence[str] = (),
) -> Difference:
    """Put `new` in force, durably, and tell the admins what it changes; `keyless` names the chats that it brings and
    that stand on the board for want of a key.

    What fell due since the last look is issued as far as both versions promised it for that moment. What the edit
    brought or moved into the past is neither sent nor missed. What it drops and has not gone out is withdrawn.
    """
    changes = difference(
        season(old.schedule) if old else (),
        season(new.schedule),
        now,
        content_of(old or new),
        content_of(new),
    )
    _keep(new.sources, data / "adopted")
    gone_out = {each.occurrence for each in await store.deliveries() if each.may_be_read}
    await _catch_up(store, old, new, terms, now)
    await _move_unsent(store, new, now)
    await _withdraw(store, new, now)
    entry = Entry(at=now, kind="schedule", detail={"version": new.version, **_counts(changes)})
    told = notice_to_admins(
        terms.admins,
        f"schedule/{new.version}/{now.isoformat()}",
        "\n\n".join((told_of(changes, new, old is None, gone_out, terms.lang), *_without_key(keyless, terms.lang))),
        now,
    )
    await store.commit(Change(entries=(entry,), planned=told, marks={VERSION: new.version}))
    _forget_others(data / "adopted", new.version)
    return changes


async def _catch_up(store: Store, old: InForce | None, new: InForce, terms: Terms, now: datetime) -> None:
    if old is None:
        await tick(store, new.schedule, new.messages, terms, now, new.version)
        return
    before = await seen_by(store, old.schedule, now)
    until = now + _INSTANT
    promised = {each.id: each.due for each in plan(old.schedule, before.until, until)}
    both = [each for each in plan(new.schedule, before.until, until) if promised.get(each.id) == each.due]
    await issue_all(store, new.schedule, new.messages, terms, both, now, new.version, before)


async def _move_unsent(store: Store, new: InForce, now: datetime) -> None:
    """What fell due and may have been read by nobody, and now lies ahead again: it waits for its new moment, unless an
    admin took it back.
    """
    ahead = {each.id: each for each in season(new.schedule) if each.due > now}
    for issued in await store.all_issued():
        if (occurrence := ahead.get(issued.occurrence)) is None:
            continue
        before = await store.deliveries(occurrence=occurrence.id)
        if any(each.may_be_read for each in before) or recall_in(await store.entries(occurrence=occurrence.id)):
            continue
        again = issue(new.schedule, new.messages, occurrence, occurrence.due, new.version)
        again = again.model_copy(update={"token": issued.token})
        await _unless_overtaken(store, Change(issued=(again,), deliveries=deliveries_of(again), given=before))


async def _withdraw(store: Store, new: InForce, now: datetime) -> None:
    """What the new version does not send, or would have sent before now, and what still waits to go out."""
    due = {(each.id, chat): each.due for each in season(new.schedule) for chat, _ in each.chats}
    gone: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in await store.deliveries(unfinished=True):
        promised = due.get((delivery.occurrence, delivery.chat))
        if delivery.state != "intended" and (promised is None or promised <= now < delivery.due):
            gone[delivery.occurrence].append(delivery)
    for occurrence, deliveries in gone.items():
        if issued := await store.issued(occurrence):
            every = await store.deliveries(occurrence=occurrence)
            goes_on = any(each.may_be_read or (each.state in UNFINISHED and each not in deliveries) for each in every)
            await _unless_overtaken(store, outcome.withdrawn(deliveries, None if goes_on else issued, now))


async def _unless_overtaken(store: Store, change: Change) -> None:
    """Where the sender was faster, what it began is not called back."""
    try:
        await store.commit(change)
    except Overtaken:
        _log.info("an edit came too late for what was being sent: %s", [each.id for each in change.given])


def told_of(changes: Difference, new: InForce, first: bool, gone_out: Set[str], lang: Lang) -> str:
    """What the admins read of an edit: counts, then the first lines of the change by day.

    `gone_out` are the ids of what may have been read: moved, it is not sent again under the same id.
    """
    if first:
        return say(sentence("adopt.first", version=new.version, count=len(changes.added)), lang)
    lines = [
        (each.due, say(sentence(f"adopt.{kind}", what=_line(each, lang)), lang))
        for kind in ("added", "removed", "past")
        for each in getattr(changes, kind)
    ]
    for before, after in changes.moved:
        again = "not-repeated" if before.id == after.id else "after-sending"
        key = f"adopt.moved-{again}" if before.id in gone_out else "adopt.moved"
        lines.append((after.due, say(sentence(key, what=_line(before, lang), to=after.due), lang)))
    for _, after in changes.reworded:
        lines.append((after.due, say(sentence("adopt.reworded", what=_line(after, lang)), lang)))
    lines.sort()
    text = [say(sentence("adopt.taken", version=new.version, **_counts(changes)), lang), ""]
    text += [f"- {line}" for _, line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        text.append(f"- … {len(lines) - _MOST_LINES}")
    return "\n".join(text)


def _without_key(chats: Sequence[str], lang: Lang) -> tuple[str, ...]:
    return (say(sentence("adopt.keyless", chats=chats), lang),) if chats else ()


def _counts(changes: Difference) -> dict[str, int]:
    return {each.name: len(getattr(changes, each.name)) for each in fields(changes)}


def _line(each: Occurrence, lang: Lang) -> str:
    chats = sentence("adopt.chats", count=len(each.chats))
    return f"{each.due:%m-%d %H:%M} {each.reminder} ({say(each.reason, lang)}, {say(chats, lang)})"


def is_whole(adopted: Path) -> bool:
    """Whether the files of an adopted version are those by whose content it is named; a kill may leave a part."""
    try:
        return read_sources(adopted).version == adopted.name
    except TownMissing:
        return False


def _keep(sources: Sources, folder: Path) -> None:
    target = folder / sources.version
    if is_whole(target):
        return
    shutil.rmtree(target, ignore_errors=True)
    making = folder / f".{sources.version}"
    try:
        shutil.rmtree(making, ignore_errors=True)
        write_sources(sources, making)
        os.sync()
        making.rename(target)
        flush_folder(folder)
    except OSError as error:
        raise StoreUnwritable(sentence("adopt.cannot-keep", folder=str(folder), why=error.strerror or "")) from None


def _forget_others(folder: Path, version: str) -> None:
    for other in folder.iterdir():
        if other.name != version:
            shutil.rmtree(other, ignore_errors=True)
