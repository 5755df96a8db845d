"""A town with as many chats as it takes: offices with a room and a member each, and homes to be warned."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.acceptance.process import CAMPAIGN, alert, campaign, now, save, warning
from tests.builders import Written, a_chat, a_town, an_office, as_yaml, some_files
from tests.promises.evidence import NAMED
from tests.servers.telegram import TelegramServer

STRANGER, COMMITTEE = 11, 12
_ROOMS, _HOMES, _COMMITTEE, _MEMBERS = -1_001_000_000, -1_002_000_000, -1_003_000_000, 2_000

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
class BigTown:
    """A town's folder; `members` maps the address of each office's room to the one who answers there."""

    folder: Path
    rooms: Mapping[int, int]
    homes: tuple[int, ...]

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
) -> BigTown:
    """Alerts to every room and warnings to every home at these moments; quiet for the one minute that begins then,
    or in twelve hours. The alerts owe this `answer`; a committee is told of who does not give it. Its admins read on
    the board alone.
    """
    night = quiet or now() + timedelta(hours=12)
    town = BigTown(
        folder,
        {_ROOMS - number: _MEMBERS + number for number in range(rooms)},
        tuple(_HOMES - number for number in range(homes)),
    )
    written = a_town(
        quiet_hours={"from": f"{night:%H:%M}", "until": f"{night + timedelta(minutes=1):%H:%M}"},
        admins=[{"wecom": "Admin"}],
        offices=[
            an_office(f"office-{number:03}", name=f"{number:03} 所", members=[{"telegram": member}], tags=["room"])
            for number, member in enumerate(town.rooms.values())
        ]
        + [an_office("committee", name="消防安全委员会", members=[{"telegram": COMMITTEE}], tags=["supervisor"])],
        chats=[
            *_rooms(town),
            *_homes(town),
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


def _rooms(town: BigTown) -> list[Written]:
    return [
        a_chat(f"room-{number:03}", address=room, audiences=None, office=f"office-{number:03}")
        for number, room in enumerate(town.rooms)
    ]


def _homes(town: BigTown) -> list[Written]:
    return [
        a_chat(f"home-{number:03}", address=home, audiences=["residents"]) for number, home in enumerate(town.homes)
    ]
