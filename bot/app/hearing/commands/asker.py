"""Who asks, and what they may ask where they are."""

from dataclasses import dataclass
from typing import Literal

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.people import is_admin, offices_of
from bot.campaign.model import Schedule

Role = Literal["anyone", "office", "supervisor", "admin"]


@dataclass(frozen=True)
class Asker:
    """`offices` are those that they may answer for from here, in the town's order. `before_residents` tells whether
    what they are told is read by people who must not learn where offices stand; `anywhere` whether they are who they
    are in their own chat with the bot as well.
    """

    roles: frozenset[Role]
    offices: tuple[str, ...]
    before_residents: bool
    anywhere: bool

    @property
    def sees_all(self) -> bool:
        """Whether they may see where every office stands."""
        return not self.roles.isdisjoint({"supervisor", "admin"})


def asker_of(hearing: Hearing) -> Asker:
    """Who sent this, as the schedule in force knows them."""
    schedule, inbound = hearing.schedule, hearing.inbound
    among = schedule.offices if inbound.platform != "board" else _readers(schedule, hearing.chat)
    offices = offices_of(schedule, inbound, hearing.chat, among)
    admin = is_admin(hearing)
    in_private = offices_of(schedule, inbound, None, schedule.offices)
    own_chat = inbound.private or hearing.chat in hearing.admins
    return Asker(
        roles=roles_of(schedule, offices, admin=admin),
        offices=offices,
        before_residents=not own_chat and is_before_residents(schedule, hearing.chat),
        anywhere=admin or in_private == offices,
    )


def roles_of(schedule: Schedule, offices: tuple[str, ...], *, admin: bool) -> frozenset[Role]:
    """What somebody is who answers for these offices."""
    found: set[Role] = {"anyone"}
    if offices:
        found.add("office")
    if any(each in schedule.supervisors for each in offices):
        found.add("supervisor")
    if admin:
        found.add("admin")
    return frozenset(found)


def _readers(schedule: Schedule, chat: str | None) -> tuple[str, ...]:
    """The offices that read in a chat: on the board one may pick only one of these (design.md, promise 5)."""
    known = schedule.chats.get(chat or "")
    if known is None:
        return ()
    return tuple(each for each in schedule.offices if "offices" in known.audiences or each == known.office)


def is_before_residents(schedule: Schedule, chat: str | None) -> bool:
    """Whether a chat is none of the offices' own: neither an office's nor one in which all of them read."""
    known = schedule.chats.get(chat or "")
    return known is None or not (known.office or "offices" in known.audiences)
