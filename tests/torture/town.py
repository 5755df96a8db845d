"""A town with as many chats as it takes: offices with a room and a member each, and homes to be warned; on Telegram, or
on several kinds of chat by turns.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from tests.acceptance.process import CAMPAIGN, alert, campaign, now, save, warning
from tests.builders import Written, a_chat, a_town, an_office, as_yaml, some_files
from tests.promises.evidence import NAMED, schedule_of
from tests.promises.kinds import Kind, address_on, members, telegram_id, userid
from tests.servers.platforms import Platforms
from tests.servers.telegram import TelegramServer

STRANGER, COMMITTEE = 11, 12
_HOME, _COMMITTEE = 10_000, -1_003_000_000
"""Numbers of homes begin there."""

SLOW: Written = {"within": "2h", "expects": "done"}
QUICK: Written = {
    "within": "4s",
    "expects": "done",
    "remind_every": "2s",
    "then": [{"after": "7s", "tell": ["committee"]}],
}
"""An answer that is owed within seconds: what its absence brings comes while the bot is being killed."""

CLIMBED = 10.0
"""Seconds after which all that has come."""


@dataclass(frozen=True)
class Place:
    """One of the town's chats, by its number; in a room an office's people answer, who have that number too."""

    kind: Kind
    number: int
    is_room: bool

    @property
    def chat(self) -> str:
        """Its id in the YAML."""
        return f"room-{self.number:03}" if self.is_room else f"home-{self.number - _HOME:03}"

    @property
    def address(self) -> object:
        """As the YAML has it."""
        return address_on(self.kind, self.number)


@dataclass(frozen=True)
class BigTown:
    """A town's folder, and its chats."""

    folder: Path
    places: tuple[Place, ...]

    @cached_property
    def rooms(self) -> Mapping[int, int]:
        """The address of each office's room on Telegram, and who answers there."""
        return {_group(each): telegram_id(each.number) for each in self.places if each.is_room and _is_group(each)}

    @cached_property
    def homes(self) -> tuple[int, ...]:
        """The addresses of the homes on Telegram."""
        return tuple(_group(each) for each in self.places if not each.is_room and _is_group(each))

    def on_all(self, platforms: Platforms) -> None:
        """Declare everybody and every chat."""
        at_home = (f"wecom:{userid(each.number)}" for each in self.places if not each.is_room)
        platforms.declare(schedule_of(self.folder), at_home)
        self.on(platforms.telegram)

    def on(self, server: TelegramServer) -> None:
        """Declare its groups; in each room there is a stranger too."""
        server.person(STRANGER, "路人")
        server.person(COMMITTEE, "委员")
        server.group(_COMMITTEE, "消防安全委员会", members=[COMMITTEE])
        for number, (room, member) in enumerate(self.rooms.items()):
            server.person(member, f"值班员{number}")
            server.group(room, f"{number} 号值班室", members=[member, STRANGER])
        for number, home in enumerate(self.homes):
            server.group(home, f"{number} 组居民群")


def a_big_town(
    folder: Path,
    *,
    rooms: int,
    homes: int,
    alerts: Iterable[datetime],
    warnings: Iterable[datetime],
    quiet: datetime | None = None,
    answer: Written = SLOW,
    kinds: Sequence[Kind] = ("telegram",),
) -> BigTown:
    """Alerts to every room and warnings to every home at these moments; quiet for the one minute that begins then,
    or in twelve hours. The alerts owe this `answer`; a committee is told of who does not give it. Its admins read on
    the board alone. Rooms and homes are of these kinds by turns.
    """
    night = quiet or now() + timedelta(hours=12)
    of = [Place(kinds[number % len(kinds)], number, is_room=True) for number in range(rooms)]
    of += [Place(kinds[number % len(kinds)], _HOME + number, is_room=False) for number in range(homes)]
    town = BigTown(folder, tuple(of))
    written = a_town(
        quiet_hours={"from": f"{night:%H:%M}", "until": f"{night + timedelta(minutes=1):%H:%M}"},
        admins=[{"wecom": "Admin"}],
        offices=[_office(each) for each in town.places if each.is_room]
        + [an_office("committee", name="消防安全委员会", members=[{"telegram": COMMITTEE}], tags=["supervisor"])],
        chats=[
            *(_chat(each) for each in town.places),
            a_chat("committee", address=_COMMITTEE, audiences=None, office="committee"),
        ],
    )
    reminders = [
        *(
            alert(due, f"alert-{number}", to={"tags": ["room"]}, answer=deepcopy(answer))
            for number, due in enumerate(alerts)
        ),
        *(warning(due, f"warning-{number}") for number, due in enumerate(warnings)),
    ]
    for name, content in some_files(town=written, key_dates=[], campaigns=[campaign(*reminders)]).items():
        save(folder, f"schedules/{name}", content)
    save(folder, CAMPAIGN, as_yaml(campaign(*reminders)))
    for name, text in (("sanqing-sanguan", "**三清三关**"), ("duty-alert", "**请落实** {{ occurrence.reason }}")):
        save(folder, f"messages/{name}.j2", f"{NAMED} {text}".encode())
    return town


def _office(room: Place) -> Written:
    """In a room that takes no presses anybody answers, by a link."""
    anybody = "chat" if room.kind == "wecom-robot" else None
    number = room.number
    return an_office(
        f"office-{number:03}", name=f"{number:03} 所", members=members(number), tags=["room"], answer_from=anybody
    )


def _chat(place: Place) -> Written:
    to = {"audiences": None, "office": f"office-{place.number:03}"} if place.is_room else {"audiences": ["residents"]}
    return a_chat(place.chat, on=place.kind, address=place.address, **to)


def _is_group(place: Place) -> bool:
    return place.kind == "telegram"


def _group(place: Place) -> int:
    address = place.address
    assert isinstance(address, int)
    return address
