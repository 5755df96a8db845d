"""Records for the tests of stores: say only what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ledger.deliveries import Delivery, Issued, Owing, StepUp
from bot.ledger.entries import Entry
from bot.ledger.inbound import Inbound

NOON = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def an_entry(occurrence: str | None = "winter/warn/new-year-2027/-3", **what: Any) -> Entry:
    return Entry(**{"at": NOON, "kind": "sent", "occurrence": occurrence, **what})


def a_delivery(occurrence: str = "winter/warn/new-year-2027/-3", chat: str = "duty-room", **what: Any) -> Delivery:
    return Delivery(**{"occurrence": occurrence, "chat": chat, "due": NOON, **what})


def an_issued(occurrence: str = "winter/warn/new-year-2027/-3", **what: Any) -> Issued:
    owing = Owing(
        expects="done",
        within=timedelta(hours=2),
        deadline=minutes(120),
        remind_every=timedelta(minutes=30),
        then=(StepUp(after=timedelta(days=1), tell=("fire-committee",)),),
    )
    given = {
        "occurrence": occurrence,
        "token": f"token-of-{occurrence}",
        "campaign": "winter",
        "title": "元旦前 3 天",
        "due": NOON,
        "late": timedelta(hours=6),
        "on_doubt": "hold",
        "urgent": False,
        "offices": {"police": "派出所"},
        "chats": {"duty-room": ("police",)},
        "bodies": {"": "天干物燥，小心火烛"},
        "version": "1",
        "owing": owing,
    }
    return Issued(**{**given, **what})


def an_inbound(id_: str = "1", **what: Any) -> Inbound:
    given = {"platform": "telegram", "id": id_, "at": NOON, "kind": "press", "person": "telegram:2001", "address": "-1"}
    return Inbound(**{**given, **what})
