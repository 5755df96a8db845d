"""An outbox that runs, at nine in the morning of 5 February 2027."""

from collections.abc import AsyncIterator

import pytest

from tests.outbox.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.run()
    yield made
    await made.end()
