"""A room in which nobody has been asked anything yet."""

import pytest

from tests.acknowledgements.room import Room


@pytest.fixture
def room() -> Room:
    return Room()
