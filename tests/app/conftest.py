"""Jinlong in a folder of its own, at eight in the morning; its bot starts when a test says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    yield made
    await made.end()
