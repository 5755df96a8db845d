"""A data folder for the tests of TinyDB's form."""

from dataclasses import dataclass
from pathlib import Path

from bot.clock import ManualClock
from bot.store.protocol import Reader
from bot.store.tables import FILE
from bot.store.tinydb import TinyStore, open_reader, open_store
from tests.store.records import NOON


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def file(self) -> Path:
        return self.path / FILE

    async def open(self) -> TinyStore:
        return await open_store(self.path, ManualClock(NOON))

    async def reader(self) -> Reader:
        return await open_reader(self.path)
