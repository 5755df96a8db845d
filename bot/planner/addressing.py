"""To whom a reminder speaks, and in which chats."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.campaign.model import Addressees, Campaign, Schedule


@dataclass(frozen=True)
class Addressed:
    """Audiences and offices by id; each chat with those of the offices that it carries, in the town's order."""

    audiences: tuple[str, ...]
    offices: tuple[str, ...]
    helpers: tuple[str, ...]
    duties: tuple[str, ...]
    chats: tuple[tuple[str, tuple[str, ...]], ...]


def addressed(schedule: Schedule, campaign: Campaign, to: Addressees) -> Addressed:
    """Add up the keys of `to`, each office once.

    `with` of a duty names helpers, who owe nothing.
    """
    duties = [duty for duty in campaign.duties if duty.id in to.duty]
    wanted = set(schedule.offices if to.offices == "all" else to.offices)
    wanted.update(office for duty in duties for office in duty.lead)
    wanted.update(office.id for office in schedule.town.offices if set(office.tags) & set(to.tags))
    offices = tuple(office for office in schedule.offices if office in wanted)
    helping = {office for duty in duties for office in duty.with_} - wanted

    carried = chats_of_offices(schedule, offices)
    return Addressed(
        audiences=to.audiences,
        offices=offices,
        helpers=tuple(office for office in schedule.offices if office in helping),
        duties=tuple(duty.id for duty in duties),
        chats=tuple(
            (chat.id, carried.get(chat.id, ()))
            for chat in schedule.town.chats
            if chat.id in carried or set(chat.audiences) & set(to.audiences)
        ),
    )


def chats_of_offices(schedule: Schedule, offices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Where offices are spoken to: the chats in the town's order, with those of the offices that each carries.

    An office is spoken to in its own chats, in each of them; one that has none, in the chats of the audience
    `offices`.
    """
    wanted = tuple(offices)
    housed = {chat.office for chat in schedule.town.chats if chat.office}
    found: dict[str, tuple[str, ...]] = {}
    for chat in schedule.town.chats:
        common = "offices" in chat.audiences
        here = tuple(each for each in wanted if each == chat.office or (common and each not in housed))
        if here:
            found[chat.id] = here
    return found
