"""What the models cannot see in one value: each rule takes a schedule's draft and yields its problems.

The rules are interface.md's ("Each is an error with file, line and column"). What needs the planner (a reminder
that can never fire, the burden of a week, messages) and platform names are judged in `bot.app.check`.
"""

from collections.abc import Callable, Iterator

from bot.campaign.checks import addressing, days, identity
from bot.campaign.draft import Draft
from bot.campaign.problems import Problem

CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    identity.duplicate_ids,
    identity.duplicate_campaigns,
    identity.ambiguous_names,
    identity.quoted_names,
    identity.shared_addresses,
    days.quiet_hours_of_no_length,
    days.watches_that_end_first,
    days.announced_days_of_other_years,
    days.workdays_of_other_years,
    days.workdays_both_ways,
    days.phases_that_end_first,
    days.overlapping_phases,
    days.endless_campaigns,
    days.watches_of_none,
    days.repeated_moments,
    addressing.chats_of_nobody,
    addressing.offices_without_answer,
    addressing.speechless_reminders,
    addressing.unknown_audiences,
    addressing.unknown_tags,
    addressing.unreachable_offices,
    addressing.asked_of_audiences,
    addressing.unsteady_escalations,
)


def judged(draft: Draft) -> list[Problem]:
    """Everything that the rules find, in their order."""
    return [problem for check in CHECKS for problem in check(draft)]
