"""The next one up: who is told that an answer is owed, or that help is wanted, and in which chats. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.campaign.model import Schedule
from bot.planner.addressing import chats_of_offices


@dataclass(frozen=True)
class Upward:
    """Who is told, by id (none: the admins), and in which chats."""

    offices: tuple[str, ...]
    chats: tuple[str, ...]


def upward(schedule: Schedule, tell: Iterable[str], about: Collection[str], admins: tuple[str, ...]) -> Upward:
    """Those that a step tells, else the supervisors, else the admins.

    An office that the town no longer has, that no chat carries, or that it is itself about is told nothing.
    """
    supervisors = [each.id for each in schedule.town.offices if "supervisor" in each.tags]
    for candidates in (tuple(tell), supervisors):
        others = [each for each in candidates if each in schedule.offices and each not in about]
        if chats := chats_of_offices(schedule, others):
            reached = {each for here in chats.values() for each in here}
            return Upward(tuple(each for each in others if each in reached), tuple(chats))
    return Upward((), admins)
