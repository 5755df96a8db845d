"""To whom a reminder speaks, and in which chats."""

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

    An office is spoken to in its own chats, in each of them; one that has none, in the chats of the audience
    `offices`. `with` of a duty names helpers, who owe nothing.
    """
    duties = [duty for duty in campaign.duties if duty.id in to.duty]
    wanted = set(schedule.offices if to.offices == "all" else to.offices)
    wanted.update(office for duty in duties for office in duty.lead)
    wanted.update(office.id for office in schedule.town.offices if set(office.tags) & set(to.tags))
    offices = tuple(office for office in schedule.offices if office in wanted)
    helping = {office for duty in duties for office in duty.with_} - wanted

    housed = {chat.office for chat in schedule.town.chats if chat.office}
    homeless = tuple(office for office in offices if office not in housed)
    chats: list[tuple[str, tuple[str, ...]]] = []
    for chat in schedule.town.chats:
        here: tuple[str, ...] = (chat.office,) if chat.office in wanted else ()
        if "offices" in chat.audiences:
            here += homeless
        if here or set(chat.audiences) & set(to.audiences):
            chats.append((chat.id, tuple(office for office in offices if office in here)))
    return Addressed(
        audiences=to.audiences,
        offices=offices,
        helpers=tuple(office for office in schedule.offices if office in helping),
        duties=tuple(duty.id for duty in duties),
        chats=tuple(chats),
    )
