"""The menus of commands that a platform shows: in each chat and to each person what may be used there.

In the background and best effort: only what changed is offered (the marks `menu:` say what stands), at the platform's
pace; a chat that is gone, or a person who has not pressed Start, costs nothing else.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.app.ground import Ground
from bot.app.hearing.commands.asker import Role, is_before_residents, roles_of
from bot.app.hearing.commands.command import Command
from bot.app.hearing.commands.table import commands_for
from bot.campaign.model import Schedule
from bot.channels.protocol import Channel, Menu
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.errors import ChannelDown, Refused, SendError, StoreError, Throttled
from bot.language import Lang, say
from bot.store.protocol import Change, Store

MENU = "menu:"
"""Before the marks of the menus that stand: platform, chat, person and language, to a digest of the commands."""

_log = logging.getLogger(__name__)
_LOOK = 5.0
_APART = 1.0
_LANGS: tuple[Lang, ...] = ("zh", "en")
_NOBODY = ("", "")
"""Neither a chat nor a person: whoever has no menu of their own."""

Offered = Mapping[tuple[str, str], tuple[Command, ...]]
"""Commands by a chat's address and the one person there who sees them ("": all)."""


@dataclass(frozen=True)
class _Person:
    offices: tuple[str, ...]
    admin: bool

    def roles(self, schedule: Schedule) -> frozenset[Role]:
        return roles_of(schedule, self.offices, admin=self.admin)


def offered(schedule: Schedule, routes: Routes, channel: Channel) -> Offered:
    """What is to be shown on a platform: in each chat by whether residents read there, in the offices' own besides to
    admins and supervisors, and in the own chats of all whom the town names.
    """
    anyone = commands_for(frozenset({"anyone"}), before_residents=True)
    found = {_NOBODY: tuple(each for each in anyone if each.word in {"help", "id"})}
    people = _people(schedule, channel.name)
    for place, chats in _places(schedule, routes, channel).items():
        if any(is_before_residents(schedule, each) for each in chats):
            found[place, ""] = _daily(frozenset({"anyone"}), before_residents=True)
            continue
        common: frozenset[Role] = frozenset({"anyone", "office"})
        found[place, ""] = _daily(common, before_residents=False)
        for id_, person in people.items() if channel.is_group(place) else ():
            own = person.roles(schedule)
            if own & {"admin", "supervisor"} and _reads(schedule, person, chats):
                found[place, id_] = _daily(own | common, before_residents=False)
    for id_, person in people.items():
        if (address := channel.own_chat(id_)) is not None:
            found[address, ""] = _daily(person.roles(schedule), before_residents=False)
    return found


class Menus:
    """One channel's menus, kept as the schedule in force has them."""

    def __init__(self, channel: Channel, store: Store, routes: Routes, clock: Clock, ground: Ground) -> None:
        self._channel, self._store, self._routes = channel, store, routes
        self._clock, self._ground = clock, ground
        self._shown_for: object = None
        self._refused: set[str] = set()
        store.on_commit(self._heard)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(_LOOK)
            what = self._ground.in_force
            if self._shown_for is what or self._channel.link("help") is None:
                continue
            try:
                if await self._shown():
                    self._shown_for = what
            except StoreError as error:
                _log.warning("%s: the menus wait: %s", self._channel.name, error)

    async def _shown(self) -> bool:
        """Offer what does not stand yet and take away what should not; False where the platform takes none now."""
        stands = await self._store.marks(f"{MENU}{self._channel.name}:")
        wanted = dict(self._wanted())
        marks: dict[str, str | None] = {}
        taken = True
        for name in [*wanted, *(stands.keys() - wanted.keys())]:
            menu, digest = wanted.get(name) or (_of(name), None)
            if name in self._refused or stands.get(name) == digest:
                continue
            try:
                await self._offer(menu)
                marks[name] = digest
            except ChannelDown:
                taken = False
            except Refused as error:
                _log.info("%s: no menu for %s: %s", self._channel.name, name, error)
                self._refused.add(name)
                marks.update({name: None} if name in stands else {})
            except SendError as error:
                _log.info("%s: the menus wait: %s", self._channel.name, error)
                taken = False
            if not taken:
                break
        if marks:
            await self._store.commit(Change(marks=marks))
        return taken

    async def _offer(self, menu: Menu) -> None:
        """In its turn; where the platform asks to wait, after that."""
        pace = self._ground.pace(self._channel)
        while True:
            await self._clock.sleep(max(_APART, pace.wait_in_all(self._clock.monotonic(), urgent=False)))
            pace.took("", self._clock.monotonic())
            try:
                await self._channel.offer(menu)
            except Throttled as error:
                await self._clock.sleep(error.retry_after.total_seconds())
            else:
                return

    def _wanted(self) -> Iterator[tuple[str, tuple[Menu, str]]]:
        """Each menu with its digest by its mark's name; who reads the town's own language sees that of everybody."""
        for (address, person), commands in offered(self._ground.in_force.schedule, self._routes, self._channel).items():
            for lang in _LANGS:
                told = tuple((each.word, say(each.description, lang)) for each in commands)
                seen_by = None if lang == self._ground.lang else lang
                menu = Menu(address or None, person or None, seen_by, told)
                yield self._mark(menu), (menu, hashlib.sha256(repr(told).encode()).hexdigest()[:16])

    def _mark(self, menu: Menu) -> str:
        return f"{MENU}{self._channel.name}:{menu.address or ''}:{menu.lang or ''}:{menu.person or ''}"

    def _heard(self, change: Change) -> None:
        """Who writes to the bot in private has pressed Start, and a chat that it joined can be reached."""
        for each in change.inbound:
            if each.platform == self._channel.name and (each.private or each.kind == "joined"):
                of_it = f"{MENU}{each.platform}:{self._channel.place(each.address)}:"
                if again := {name for name in self._refused if name.startswith(of_it)}:
                    self._refused -= again
                    self._shown_for = None


def _of(mark: str) -> Menu:
    """The menu that a mark names, to be taken away."""
    _, _, address, lang, person = mark.split(":", 4)
    seen_by = next((each for each in _LANGS if each == lang), None)
    return Menu(address or None, person or None, seen_by, ())


def _daily(roles: frozenset[Role], *, before_residents: bool) -> tuple[Command, ...]:
    """Those that are used day by day; `/id` is for setting up, and `/help` tells of it."""
    return tuple(each for each in commands_for(roles, before_residents=before_residents) if each.word != "id")


def _places(schedule: Schedule, routes: Routes, channel: Channel) -> Mapping[str, list[str]]:
    """The town's chats on a platform by where they are; topics of one group share its menu."""
    found: dict[str, list[str]] = defaultdict(list)
    for chat in schedule.chats:
        route = routes.to(chat)
        if route and route.channel is channel:
            found[channel.place(route.address)].append(chat)
    return found


def _people(schedule: Schedule, platform: str) -> Mapping[str, _Person]:
    """Whom the town names on a platform, with the offices that they answer for."""
    admins = {str(each) for each in schedule.town.admins if each.platform == platform}
    offices: dict[str, list[str]] = {each: [] for each in sorted(admins)}
    for office in schedule.town.offices:
        for member in office.members:
            if member.platform == platform:
                offices.setdefault(str(member), []).append(office.id)
    return {id_: _Person(tuple(own), id_ in admins) for id_, own in offices.items()}


def _reads(schedule: Schedule, person: _Person, chats: list[str]) -> bool:
    """Whether somebody is likely to read in one of these: an admin in all of them."""
    known = [schedule.chats[each] for each in chats]
    return person.admin or any(each.office in person.offices or "offices" in each.audiences for each in known)
