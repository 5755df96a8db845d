"""The next one up: who is told that an answer is owed, or that help is wanted, and in which chats. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Call, Delivery, called
from bot.planner.addressing import chats_of_offices


@dataclass(frozen=True)
class Upward:
    """The chats in which somebody is told, each with the offices that are told there, by id, with their names; none
    where it is the admins'.
    """

    chats: Mapping[str, Mapping[str, str]]

    @property
    def offices(self) -> Mapping[str, str]:
        """All that are told, by id, with their names; none: the admins are."""
        return {office: name for here in self.chats.values() for office, name in here.items()}

    def called(self, call: Call, sequence: int, due: datetime) -> tuple[Delivery, ...]:
        """A message of the ladder to each of these chats, which says whom it tells there."""
        return tuple(
            delivery
            for chat, here in self.chats.items()
            for delivery in called(call.model_copy(update={"told": here}), sequence, (chat,), due)
        )


def upward(schedule: Schedule, tell: Iterable[str], about: Collection[str], admins: tuple[str, ...]) -> Upward:
    """Those that a step tells, else the supervisors, else the admins.

    An office that the town no longer has, that no chat carries, or that it is about alone is told nothing; one that
    owes with others is told of them.
    """
    for candidates in (tuple(tell), schedule.supervisors):
        others = [each for each in candidates if each in schedule.offices and set(about) != {each}]
        if chats := chats_of_offices(schedule, others):
            return Upward({chat: {each: schedule.offices[each].name for each in here} for chat, here in chats.items()})
    return Upward({each: {} for each in admins})
