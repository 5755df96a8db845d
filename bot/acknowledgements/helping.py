"""需协助 reaches somebody at once: who, where, and in which words (interface.md, "Answers"). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict, headline
from bot.campaign.model import Schedule
from bot.language import say, sentence
from bot.ledger.deliveries import Issued, notice
from bot.ledger.entries import Entry
from bot.ledger.standing import standings
from bot.planner.addressing import chats_of_offices
from bot.renderer.compose import short
from bot.renderer.templates import escaped


@dataclass(frozen=True)
class Helpers:
    """Who is told, by name (none: the admins), and in which chats."""

    names: tuple[str, ...]
    chats: tuple[str, ...]


def helpers_of(schedule: Schedule, issued: Issued, office: str, admins: tuple[str, ...]) -> Helpers:
    """Whom an office's 需协助 goes to: the ask's first `then` step, else the supervisors, else the admins.

    An office that the town no longer has, that no chat carries, or that itself needs the help is no help.
    """
    then = issued.owing.then if issued.owing else ()
    supervisors = [each.id for each in schedule.town.offices if "supervisor" in each.tags]
    for candidates in (then[0].tell if then else (), supervisors):
        others = [each for each in candidates if each in schedule.offices and each != office]
        if chats := chats_of_offices(schedule, others):
            reached = {each for here in chats.values() for each in here}
            return Helpers(tuple(schedule.offices[each].name for each in others if each in reached), tuple(chats))
    return Helpers((), admins)


def with_help_called(verdict: Verdict, hearing: Hearing, issued: Issued, entries: Sequence[Entry]) -> Verdict:
    """The verdict, and where an office says by it that it has a problem, the notices that fetch help.

    A problem that is open already has been told: another member's 需协助 tells nobody again. While sends are held the
    helpers hear of it when they go on, and the admins at once.
    """
    entry = verdict.entry
    if entry is None or entry.kind != "help" or entry.office is None:
        return verdict
    if not any(each.office == entry.office and each.lacks("help") for each in standings(issued.offices, entries)):
        return verdict
    name = issued.offices[entry.office]
    helpers = helpers_of(hearing.schedule, issued, entry.office, hearing.admins)
    admins = sentence("answers.admins")
    zone = hearing.schedule.town.zone
    text = sentence(
        "answers.help-wanted",
        office=escaped(name),
        ask=escaped(headline(issued)),
        due=short(issued.due, entry.at, zone),
        by=escaped(hearing.inbound.person_name or name),
        at=short(entry.at, entry.at, zone),
        who=[escaped(each) for each in helpers.names] or admins,
    )
    chats = tuple(dict.fromkeys((*helpers.chats, *hearing.admins))) if hearing.paused else helpers.chats
    told = admins if hearing.paused else helpers.names or admins
    about = f"help/{issued.occurrence}/{entry.office}/{hearing.inbound.key}"
    return replace(
        verdict,
        told=sentence("answers.help-called", office=name, who=told),
        planned=notice(about, chats, say(text, hearing.lang), entry.at),
    )
