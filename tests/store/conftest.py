from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.tinydb import TinyStore
from tests.store.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data")


@pytest.fixture
async def tiny(folder: Folder) -> AsyncIterator[TinyStore]:
    store = await folder.open()
    yield store
    await store.close()
