"""The end of a campaign: its chats are told once that it is closed, and that nothing more will be asked."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from bot.campaign.model import Campaign, Chat, Schedule
from bot.language import Lang, say, sentence
from bot.ledger.deliveries import Delivery
from bot.planner.plan import end_of_quiet, season
from bot.store.protocol import Change, Store

CLOSED = "closed:"
"""Marks that say when the chats of a campaign were told that it is closed, by its id."""

_DAY = timedelta(days=1)
_MORNING = time(9)
_WORTH_TELLING = timedelta(days=3)


@dataclass(frozen=True)
class Closing:
    """What one chat is told when a campaign is over, and when."""

    campaign: str
    chat: str
    due: datetime
    text: str

    @property
    def id(self) -> str:
        """What stands for it where an occurrence's id would."""
        return f"{self.campaign}/closed"


@lru_cache(maxsize=8)
def closings(schedule: Schedule, lang: Lang) -> tuple[Closing, ...]:
    """The last word of each campaign, to every chat that it spoke to: at nine on the morning after its last day, or
    when quiet hours end.
    """
    found: list[Closing] = []
    for campaign in schedule.campaigns:
        morning = datetime.combine(campaign.last_day + _DAY, _MORNING, schedule.town.zone)
        due = end_of_quiet(schedule.town.quiet_hours, morning)
        spoken_to = {chat for each in season(schedule) if each.campaign == campaign.id for chat, _ in each.chats}
        found += [
            Closing(campaign.id, chat.id, due, _text(campaign, chat, lang))
            for chat in schedule.town.chats
            if chat.id in spoken_to
        ]
    return tuple(found)


async def close(store: Store, schedule: Schedule, lang: Lang, now: datetime) -> datetime | None:
    """Plan the last words that are due, each campaign's once; when there are some next. Raises `StoreError`.

    A campaign whose end was past when the bot came to it is over for everybody: nobody is told.
    """
    every = closings(schedule, lang)
    due = [each for each in every if each.due <= now < each.due + _WORTH_TELLING]
    if due:
        told = await store.marks(CLOSED)
        spoken = {each.campaign for each in await store.all_issued()}
        due = [each for each in due if f"{CLOSED}{each.campaign}" not in told and each.campaign in spoken]
    if due:
        planned = tuple(
            Delivery(occurrence=f"notice/closed/{each.campaign}", chat=each.chat, due=each.due, text=each.text)
            for each in due
        )
        marks = {f"{CLOSED}{each.campaign}": now.isoformat() for each in due}
        await store.commit(Change(planned=planned, marks=marks))
    return min((each.due for each in every if each.due > now), default=None)


def _text(campaign: Campaign, chat: Chat, lang: Lang) -> str:
    asked = chat.office is not None or "offices" in chat.audiences
    return say(sentence("message.closed-offices" if asked else "message.closed", title=campaign.title), lang)
