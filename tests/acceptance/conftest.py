"""What real processes need before a test counts its seconds."""

import pytest

from tests.acceptance.forks import ancestor


@pytest.fixture(scope="session", autouse=True)
def _forks_are_ready() -> None:
    ancestor()
