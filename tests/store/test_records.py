import pytest

from bot.store import records
from bot.store.protocol import Change
from bot.store.records import Inbox
from tests.store.records import an_inbound


def test_only_the_last_handled_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "HANDLED_KEYS", 3)
    inbox = Inbox().after([Change(handled=("telegram:1", "telegram:2")), Change(handled=("telegram:3", "telegram:4"))])
    assert list(inbox.handled) == ["telegram:2", "telegram:3", "telegram:4"]
    assert list(inbox.after([Change(inbound=(an_inbound("1"), an_inbound("2")))]).waiting) == ["telegram:1"]


def test_an_inbox_that_is_not_touched_stays_itself() -> None:
    inbox = Inbox()
    assert inbox.after([Change(marks={"n": "1"})]) is inbox


def test_what_comes_next_leaves_the_former_inbox_alone() -> None:
    before = Inbox().after([Change(inbound=(an_inbound("1"),))])
    before.after([Change(handled=("telegram:1",))])
    assert list(before.waiting) == ["telegram:1"]
