"""The shipped winter in a town whose 40 chats are of all five kinds: its offices, its rules and their answers, with
short ids and words, so that each message tells which occurrence it is, on a card too.
"""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.builders import Written, a_chat, as_yaml
from tests.promises.evidence import NAMED
from tests.promises.kinds import Kind, address_on
from tests.seasons.timetable import TOWN

CAMPAIGN = "w"
ADMIN = 1001

OFFICES: dict[str, tuple[Kind, ...]] = {
    "fire-committee": ("telegram", "wecom-app"),
    "discipline": ("board",),
    "party-office": ("wecom-robot",),
    "economy": ("board", "wecom-bot"),
    "culture": ("wecom-bot",),
    "social-affairs": ("wecom-app",),
    "construction": ("wecom-app",),
    "emergency": ("telegram",),
    "enforcement": ("wecom-bot",),
    "police": ("telegram", "wecom-bot", "wecom-app"),
    "market": ("wecom-robot",),
    "social-security": ("wecom-app",),
    "education": ("wecom-app",),
    "village-longmen": ("wecom-robot",),
    "village-qingxi": ("telegram",),
    "village-shuanghe": ("board",),
    "village-shiqiao": ("wecom-bot",),
    "village-jinlong": ("wecom-robot", "board"),
    "grid": ("wecom-robot",),
    "micro-stations": ("board",),
    "units": ("telegram", "wecom-bot"),
}
"""Where each office of the shipped town is asked."""

RESIDENTS: tuple[Kind, ...] = (
    *("telegram", "telegram"),
    *("wecom-robot",),
    *("wecom-bot", "wecom-bot"),
    *("wecom-app", "wecom-app"),
    *("board", "board", "board"),
)
CALLING = ("enforcement", "culture")
"""Offices whose group has a robot beside its smart bot, which calls their people by name."""

APP_ADDRESSES: dict[str, object] = {
    "social-affairs": {"party": 7},
    "social-security": {"tag": 9},
    "education": {"chat": "education"},
}
"""Of the app's chats those that are no single person's."""


def person_on_telegram(office: str) -> int:
    """Who answers for an office there: its first member, or for one that anybody answers for somebody in its group."""
    members = _members(office)
    return int(members[0]["telegram"]) if members else 9_000 + list(OFFICES).index(office)


def person_in_wecom(office: str) -> str:
    """The same in WeCom."""
    return f"w{person_on_telegram(office)}"


def neighbours() -> Iterator[str]:
    """Who speaks in the town's chats, members of an office or not."""
    for office in OFFICES:
        yield f"telegram:{person_on_telegram(office)}"
        yield f"wecom:{person_in_wecom(office)}"


def chat_of(office: str, kind: Kind) -> str:
    """The id of an office's chat of this kind."""
    return f"{office}-{kind.partition('-')[2] or kind}"


def a_mixed_town(folder: Path) -> Path:
    """The town's files."""
    town, winter = _shipped("town"), _shipped("winter-2026")
    for office in town["offices"]:
        if members := office.get("members"):
            office["members"] = [*members, {"wecom": person_in_wecom(office["id"])}]
    town["chats"] = list(_chats())
    names = {each["id"]: f"r{number:02}" for number, each in enumerate(winter["reminders"])}
    winter["campaign"] = CAMPAIGN
    for reminder in winter["reminders"]:
        reminder["id"] = names[reminder["id"]]
        reminder["message"] = "ask" if "answer" in reminder else "warning"
    _save(folder / "schedules" / "town.yaml", as_yaml(town))
    _save(folder / "schedules" / "key-dates.yaml", (TOWN / "schedules" / "key-dates.yaml").read_bytes())
    _save(folder / "schedules" / f"{CAMPAIGN}.yaml", as_yaml(winter))
    _save(folder / "messages" / "ask.j2", f"{NAMED} **请落实**".encode())
    _save(folder / "messages" / "warning.j2", f"{NAMED} **天干物燥，小心火烛**".encode())
    return folder


def _chats() -> Iterator[Written]:
    numbers = iter(range(1, 100))
    yield a_chat("duty-room", address=address_on("telegram", next(numbers)))
    for office, kinds in OFFICES.items():
        for kind in kinds:
            address = APP_ADDRESSES.get(office) if kind == "wecom-app" else None
            if (office, kind) == ("economy", "wecom-bot") or (address is None and kind == "wecom-app"):
                address = {"user": person_in_wecom(office)}
            given: dict[str, Any] = {"audiences": None, "office": office, "name": f"{office} {kind}"}
            if kind == "wecom-bot" and office in CALLING:
                given["mention_by"] = f"{office}-calling"
            where = address or address_on(kind, next(numbers))
            yield a_chat(chat_of(office, kind), on=kind, address=where, **given)
    for office in CALLING:
        where = address_on("wecom-robot", next(numbers))
        yield a_chat(f"{office}-calling", on="wecom-robot", address=where, audiences=None)
    for number, kind in enumerate(RESIDENTS):
        where = {"party": number} if kind == "wecom-app" else address_on(kind, next(numbers))
        yield a_chat(f"residents-{number}", on=kind, address=where, audiences=["residents", "units"])


def _members(office: str) -> list[dict[str, str]]:
    (found,) = [each for each in _read("town")["offices"] if each["id"] == office]
    members: list[dict[str, str]] = found.get("members", [])
    return members


def _shipped(name: str) -> Any:
    """A file of the shipped town, each scalar as the text that it is."""
    return deepcopy(_read(name))


@cache
def _read(name: str) -> Any:
    return yaml.load((TOWN / "schedules" / f"{name}.yaml").read_bytes(), yaml.BaseLoader)


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
