"""What holds for every test: the machine's own settings of Gengfu and its proxies stay outside.

Rules are tried on few cases, the same each time, however slow the machine is; by hand on many:
`pytest --hypothesis-profile=deep`.
"""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.contracts")

settings.register_profile("quick", max_examples=25, derandomize=True, deadline=None)
settings.register_profile("deep", max_examples=2_000, deadline=None)
settings.load_profile("quick")


_WAITING = ("tests/acceptance/", "tests/promises/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What mostly waits, for processes of its own or for a moment that is due, goes first, beside what computes."""
    items.sort(key=lambda each: not each.nodeid.startswith(_WAITING))


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith("GENGFU_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Whatever a test has done to logging ends with it."""
    root, own = logging.getLogger(), logging.getLogger("bot")
    handlers, levels = root.handlers[:], (root.level, own.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])
