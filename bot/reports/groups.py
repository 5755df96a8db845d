"""The owed answers by office, by duty item and by phase, in the order of the town and of the plan."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.campaign.model import Schedule
from bot.ledger.deliveries import Issued
from bot.reports.answers import OwedAnswer
from bot.reports.figures import Figures, by, figures


@dataclass(frozen=True)
class Group:
    """The figures of an office, a duty item or a phase: its id and name, and the campaign whose it is (None of an
    office). What belongs to none has neither id nor name.
    """

    campaign: str | None
    id: str | None
    name: str | None
    figures: Figures


def by_office(answers: Iterable[OwedAnswer], offices: Mapping[str, str]) -> Iterator[Group]:
    """Each office that was asked, in the order of `offices`, which maps ids to names."""
    came = by(lambda each: each.office, answers)
    for office, name in offices.items():
        if office in came and came[office].asked:
            yield Group(None, office, name, came[office])


def by_duty(schedule: Schedule, answers: Iterable[OwedAnswer]) -> Iterator[Group]:
    """Each duty item that was asked for, in the order of the plan; an ask for several counts with each."""
    groups, names = defaultdict[tuple[str, str | None], list[OwedAnswer]](list), dict[tuple[str, str | None], str]()
    for each in answers:
        names.update({(each.campaign, duty): name for duty, name in each.duties.items()})
        for duty in each.duties or (None,):
            groups[each.campaign, duty].append(each)
    planned = [(campaign.id, duty.id) for campaign in schedule.campaigns for duty in campaign.duties]
    for campaign, duty in _in_order(planned, groups):
        yield Group(campaign, duty, names.get((campaign, duty)), figures(groups[campaign, duty]))


def by_phase(schedule: Schedule, found: Iterable[Issued], answers: Iterable[OwedAnswer]) -> Iterator[Group]:
    """Each phase in which was asked, in the order of the plan."""
    names = {(each.campaign, each.phase): each.phase_name for each in found}
    groups = by(lambda each: (each.campaign, each.phase), answers)
    planned = [(campaign.id, phase.id) for campaign in schedule.campaigns for phase in campaign.phases]
    for campaign, phase in _in_order(planned, groups):
        yield Group(campaign, phase, names.get((campaign, phase)), groups[campaign, phase])


def _in_order(
    planned: Iterable[tuple[str, str]], groups: Iterable[tuple[str, str | None]]
) -> list[tuple[str, str | None]]:
    """Campaign by campaign as the plan has them, then what it has no more, what belongs to none last."""
    places: dict[tuple[str, str | None], int] = {each: place for place, each in enumerate(planned)}
    return sorted(groups, key=lambda each: (each[0], each[1] is None, places.get(each, len(places))))
