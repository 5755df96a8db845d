"""A town's data folder with a record in it, for the tests of backups and restores."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app.adopt import VERSION
from bot.app.sources import Sources, write_sources
from bot.clock import ManualClock
from bot.ledger.deliveries import Delivery
from bot.store.protocol import Change, Reader
from bot.store.tables import FILE
from bot.store.tinydb import open_reader, open_store
from tests.builders import some_files
from tests.outbox.stage import at
from tests.store.records import a_delivery, an_entry, an_issued

SOURCES = Sources(some_files(), {"sanqing-sanguan.j2": b"**sanqing**"})
NINE, TEN = at("09:00:00"), at("10:00:00")
DUE = at("08:30:00")
STATES = ("planned", "retrying", "intended", "sent", "uncertain", "missed")


def told_of(state: str, **what: Any) -> Delivery:
    return a_delivery(f"winter/{state}/date/2027-02-05@08:30", due=DUE, state=state, **what)


@dataclass(frozen=True)
class Data:
    """A data folder."""

    path: Path

    @property
    def file(self) -> Path:
        return self.path / FILE

    def commit(self, *changes: Change, now: datetime = NINE) -> None:
        """Write, as a bot does."""

        async def written() -> None:
            store = await open_store(self.path, ManualClock(now))
            for change in changes:
                await store.commit(change)
            await store.close()

        asyncio.run(written())

    def fill(self) -> None:
        """A delivery in each state, and the version in force."""
        write_sources(SOURCES, self.path / "adopted" / SOURCES.version)
        self.commit(
            Change(
                entries=(an_entry(at=DUE), an_entry(at=DUE, kind="done")),
                issued=(an_issued(),),
                deliveries=(
                    *map(told_of, STATES),
                    a_delivery("winter/later/date/2027-02-06@07:00", due=at("11:00:00")),
                ),
                marks={VERSION: SOURCES.version, "watermark": DUE.isoformat(), "offset:telegram": "7"},
            )
        )

    def reader(self) -> Reader:
        return asyncio.run(open_reader(self.path))

    def states(self) -> dict[str, str]:
        """Each delivery by the second part of its occurrence's id."""
        found = asyncio.run(self.reader().deliveries())
        return {each.occurrence.split("/")[1]: each.state for each in found}

    def names(self) -> set[str]:
        """All files, by path."""
        return {each.relative_to(self.path).as_posix() for each in self.path.rglob("*") if each.is_file()}
