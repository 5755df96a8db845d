"""What came with answers is fetched and kept, beside the hearing: nobody's press waits for a download.

What is awaited is a mark on record until it is kept or given up, so that a restart goes on with it. The answer stands
whatever becomes of its attachment.
"""

import asyncio
import logging
from dataclasses import dataclass

from pydantic import ValidationError

from bot.acknowledgements.awaited import AWAITED, Awaited
from bot.acknowledgements.judge import Verdict
from bot.app.ground import Ground
from bot.app.hearing.replies import Replies
from bot.channels.protocol import Channel
from bot.clock import Clock
from bot.errors import NotSent, SendError, StoreError, Uncertain
from bot.language import Sentence, sentence
from bot.store.evidence import MOST_BYTES, keep
from bot.store.protocol import Change, Store

_log = logging.getLogger(__name__)
_WAITS = (5.0, 30.0, 120.0, 600.0)
_MOST_AT_ONCE = 2
"""So many are fetched at a time, of up to 20 MB each."""


@dataclass(frozen=True)
class _NotYet:
    """It may be kept later: why not now."""

    why: Sentence


class Evidence:
    """The attachments of one channel that are being fetched, each in its own task."""

    def __init__(self, channel: Channel, store: Store, clock: Clock, ground: Ground, replies: Replies) -> None:
        self._channel, self._store, self._clock = channel, store, clock
        self._ground, self._replies = ground, replies
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(_MOST_AT_ONCE)

    async def resume(self) -> None:
        """Go on with what an earlier process did not finish; who sent it was told of their answer then."""
        for name, value in (await self._store.marks(f"{AWAITED}{self._channel.name}:")).items():
            try:
                awaited = Awaited.model_validate_json(value)
            except ValidationError:
                _log.error("%s cannot be read, and is left as it is", name)
            else:
                self._begin(awaited, None)

    def begin(self, awaited: Awaited, verdict: Verdict) -> None:
        """Begin to fetch, and tell the person of their answer together with what becomes of it."""
        self._begin(awaited, verdict)

    async def stop(self) -> None:
        """Let go of those under way: the next start goes on with them."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, awaited: Awaited, verdict: Verdict | None) -> None:
        if awaited.mark in self._under_way:
            return
        task = asyncio.create_task(self._see_to(awaited, verdict), name=awaited.mark)
        self._under_way[awaited.mark] = task
        task.add_done_callback(lambda _: self._under_way.pop(awaited.mark, None))

    async def _see_to(self, awaited: Awaited, verdict: Verdict | None) -> None:
        """Try until it is kept or refused. The person hears of the first try, and of a refusal that comes later."""
        tries = 0
        try:
            while isinstance(became := await self._tried(awaited), _NotYet):
                _log.warning("the attachment of %s is not kept yet: %s", awaited.inbound.key, became.why.key)
                if tries == 0:
                    self._tell(awaited, verdict, "evidence.later", became.why)
                await self._clock.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
                tries += 1
        except Exception as error:  # noqa: BLE001 - nobody waits for this task: what breaks in it must be said here
            _log.exception("the attachment of %s cannot be kept", awaited.inbound.key)
            self._tell(awaited, verdict, "evidence.not-kept", sentence("service.broke", what=type(error).__name__))
            return
        if became is not None:
            _log.warning("the attachment of %s is not kept: %s", awaited.inbound.key, became.key)
            self._tell(awaited, verdict, "evidence.not-kept", became)
        elif tries == 0:
            self._tell(awaited, verdict, "evidence.kept", None)

    async def _tried(self, awaited: Awaited) -> Sentence | _NotYet | None:
        """None where it is kept; why it is refused; or why it is not kept yet."""
        refusal = sentence("evidence.too-big") if (awaited.attachment.size or 0) > MOST_BYTES else None
        content = b""
        try:
            if refusal is None:
                async with self._turn:
                    content = await self._channel.fetch(awaited.attachment)
                refusal = sentence("evidence.too-big") if len(content) > MOST_BYTES else None
        except (NotSent, Uncertain) as error:
            return _NotYet(error.sentence)
        except SendError as error:
            refusal = error.sentence
        try:
            if refusal is not None:
                await self._store.commit(Change(marks={awaited.mark: None}))
                return refusal
            await self._keep(awaited, content)
        except StoreError as error:
            return _NotYet(error.sentence)
        return None

    async def _keep(self, awaited: Awaited, content: bytes) -> None:
        """First the file, then the entry that names it. The same file again is no new evidence."""
        name = awaited.attachment.name or ("photo.jpg" if awaited.attachment.kind == "photo" else None)
        file = await asyncio.to_thread(keep, self._ground.settings.data, content, name)
        entries = await self._store.entries(occurrence=awaited.occurrence)
        new = () if awaited.is_kept_as(file, entries) else (awaited.entry(file, len(content)),)
        await self._store.commit(Change(entries=new, marks={awaited.mark: None}))

    def _tell(self, awaited: Awaited, verdict: Verdict | None, key: str, why: Sentence | None) -> None:
        told = verdict.told if verdict else sentence("evidence.yours")
        words = sentence(key, told=told, why=why) if why else sentence(key, told=told)
        self._replies.tell(awaited.inbound, words, verdict.buttons if verdict else ())
