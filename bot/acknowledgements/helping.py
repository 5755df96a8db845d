"""需协助 reaches somebody at once: who, and where (interface.md, "Answers"). Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.acknowledgements.needs import asked_for_line, need
from bot.campaign.model import Schedule
from bot.escalation.upward import Upward, upward
from bot.language import sentence
from bot.ledger.deliveries import Call, Issued
from bot.ledger.entries import Entry
from bot.ledger.problems import Problem, latest


def helpers_of(schedule: Schedule, issued: Issued, office: str, admins: tuple[str, ...]) -> Upward:
    """Who is told of an office's problem with an ask: whom the first step of its ladder tells, else the supervisors,
    else the admins.
    """
    then = issued.owing.then if issued.owing else ()
    return upward(schedule, then[0].tell if then else (), {office}, admins)


def may_see_to(schedule: Schedule, issued: Issued, office: str, admins: tuple[str, ...]) -> tuple[str, ...]:
    """The offices whose people may see to an office's problem with an ask: whoever is told of it, and who supervises;
    never the office itself.
    """
    told = helpers_of(schedule, issued, office, admins).offices
    return tuple(each for each in dict.fromkeys((*told, *schedule.supervisors)) if each != office)


def with_help_called(
    verdict: Verdict, hearing: Hearing, issued: Issued, entries: Sequence[Entry], why: str | None = None
) -> Verdict:
    """The verdict, and where an office says by it that it has a problem, the call that fetches help; it wakes whoever
    is to help. `why` is the line that says what is needed; who gave none is asked for it, once.

    A problem that is open already has been told: another member's 需协助 tells nobody again. While sends are held the
    helpers hear of it when they go on, and the admins at once; a question that would come hours later is not asked.
    """
    entry = verdict.entry
    if entry is None or entry.kind not in {"help", "corrected"} or entry.office is None:
        return verdict
    office, name = entry.office, issued.offices[entry.office]
    before, problem = latest(issued, office, entries), latest(issued, office, (*entries, entry))
    line = (need(hearing.inbound, hearing.chat, issued, office, why),) if why else ()
    if problem is None or problem.closed or (before is not None and before.number == problem.number):
        return replace(verdict, more=(*verdict.more, *line))
    helpers = helpers_of(hearing.schedule, issued, office, hearing.admins)
    if hearing.paused:
        helpers = Upward({**{each: {} for each in hearing.admins}, **helpers.chats})
    names = tuple(helpers.offices.values())
    admins = sentence("answers.admins")
    call = Call(kind="help", of=issued.occurrence, offices=(office,), number=problem.number, wakes=True)
    verdict = replace(
        verdict,
        told=sentence("answers.help-called", office=name, who=admins if hearing.paused else names or admins),
        more=(*verdict.more, *line),
        planned=(*verdict.planned, *helpers.called(call, _sequence(issued, problem), entry.at)),
    )
    return verdict if why or hearing.paused else asked_for_line(verdict, hearing, issued, problem)


def _sequence(issued: Issued, problem: Problem) -> int:
    """One for each problem of each office: two that come at once are one call, or two, whoever is first."""
    order = list(issued.offices)
    return (problem.number - 1) * len(order) + order.index(problem.office) + 1
