"""The running bot under a pause: sends are held, the ledger has it, and it is said loudly until it ends."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.admin.pause import LONGEST_WHY, Said, pause, pause_of, resume, resumed_of
from bot.app.admin.people import Admin
from bot.clock import Clock
from bot.errors import PauseRefused, StoreError
from bot.language import Sentence, say, sentence
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Entry
from bot.outbox.issue import notice_to_admins
from bot.outbox.questions import BY_HAND
from bot.outbox.send import Sender
from bot.outbox.terms import Terms
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Store

PAUSE = "paused"
"""The mark of the pause that is on record: since when."""
_LOOK = 1.0
_LOG = 3_600.0
_DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


class Pausing:
    """Looks at the file each second and holds the sender by it. `terms` tells whom to tell, as of now."""

    def __init__(self, data: Path, store: Store, clock: Clock, sender: Sender, terms: Callable[[], Terms]) -> None:
        self._data, self._store, self._clock, self._sender, self._terms = data, store, clock, sender, terms
        self._logged: float | None = None
        self._recording = asyncio.Lock()
        self.pause: Said | None = None
        """The pause in force."""
        sender.look_first = self._heed

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(_LOOK)

    async def look(self) -> None:
        """Hold the sender or let it go, as the file says now; put on record and tell what changed."""
        self._heed()
        self._log_hourly()
        try:
            async with self._recording:
                await self._record()
        except StoreError as error:
            _log.error("the pause waits to be recorded: %s", error)

    async def hold(self, by: Admin, why: str) -> Sentence:
        """Pause, and what to answer. Raises `StoreError` where it cannot be written."""
        said = Said(by=by.person, name=by.name, at=self._now(), why=why.strip()[:LONGEST_WHY] or None)
        try:
            pause(self._data, said)
        except PauseRefused as error:
            before = pause_of(self._data)
            return sentence("admin.already-paused", pause=self._words(before)) if before else error.sentence
        await self.look()
        return sentence("admin.told-paused")

    async def let_go(self, by: Admin) -> Sentence:
        """Go on, and what to answer. Raises `StoreError` where it cannot be written."""
        try:
            resume(self._data, Said(by=by.person, name=by.name, at=self._now()))
        except PauseRefused as error:
            return error.sentence
        await self.look()
        return sentence("admin.told-resumed")

    @property
    def banner(self) -> Sentence | None:
        """What every page says while sends are held."""
        return sentence("admin.paused-banner", pause=self._words(self.pause)) if self.pause else None

    async def waiting(self) -> tuple[Delivery, ...]:
        """What is due and held."""
        now, admins = self._clock.now(), self._terms().admins
        found = await self._store.deliveries(unfinished=True)
        return tuple(each for each in found if each.due <= now and not (each.is_notice and each.chat in admins))

    async def _record(self) -> None:
        recorded, pause = await self._store.mark(PAUSE), self.pause
        began = pause.at.isoformat() if pause else None
        if recorded and recorded != began:
            await self._ended(datetime.fromisoformat(recorded))
        if pause and began:
            await self._goes_on(pause, began, is_new=recorded != began)

    async def _goes_on(self, pause: Said, began: str, *, is_new: bool) -> None:
        """On record once, and told at once and each day: `planned` is ignored where it is known."""
        days = max((self._clock.now() - pause.at) // _DAY, 0)
        about = f"paused/{began}/{days}"
        if not is_new and await self._store.delivery(f"notice/{about}@{self._terms().admins[0]}"):
            return
        name = "paused-still" if days else "paused-now"
        words = sentence(f"admin.{name}", pause=self._words(pause), count=len(await self.waiting()))
        entry = Entry(at=pause.at, kind="paused", by=pause.by, detail=_detail(pause))
        await self._tell(about, words, (entry,) if is_new else (), {PAUSE: began})

    async def _ended(self, began: datetime) -> None:
        said, now = resumed_of(self._data), self._now()
        if said is None or said.at < began:
            said = Said(by=BY_HAND, at=now)
        words = sentence("admin.resumed-now", resumed=self._words(said), count=len(await self.waiting()))
        entry = Entry(at=said.at, kind="resumed", by=said.by, detail=_detail(said))
        await self._tell(f"resumed/{said.at.isoformat()}", words, (entry,), {PAUSE: None})

    async def _tell(
        self, about: str, words: Sentence, entries: tuple[Entry, ...], marks: dict[str, str | None]
    ) -> None:
        terms = self._terms()
        told = notice_to_admins(terms.admins, about, say(words, terms.lang), self._clock.now())
        await self._store.commit(Change(entries=entries, planned=told, marks=marks))

    def _heed(self) -> None:
        """Go by the file as it is at this instant."""
        held, self.pause = self.pause is not None, pause_of(self._data)
        self._sender.paused = self.pause is not None
        if held and self.pause is None:
            self._sender.wake()

    def _log_hourly(self) -> None:
        now = self._clock.monotonic()
        if self.pause is None:
            self._logged = None
        elif self._logged is None or now - self._logged >= _LOG:
            self._logged = now
            _log.warning("sends are paused since %s by %s", self.pause.at.isoformat(), self.pause.by)

    def _words(self, said: Said) -> Sentence:
        """For a text that knows marks: what somebody wrote has none."""
        written = {name: escaped(value) for name in ("name", "why") if (value := getattr(said, name))}
        return said.model_copy(update=written).in_words(self._terms().zone)

    def _now(self) -> datetime:
        return self._clock.now().astimezone(self._terms().zone)


def _detail(said: Said) -> dict[str, str] | None:
    return {name: value for name in ("name", "why") if (value := getattr(said, name))} or None
