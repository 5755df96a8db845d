import pytest

from bot.store.memory import MemoryStore
from bot.store.protocol import Reader, Store
from tests.contracts.stores import Home, StoreContract


class Memory:
    """Lasts as long as the test: opened again it is the same store."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    async def open(self) -> Store:
        return self._store

    async def reader(self) -> Reader:
        return self._store


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def home(self) -> Home:
        return Memory()
