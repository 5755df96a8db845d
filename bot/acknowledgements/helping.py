"""需协助 reaches somebody at once: who, where, and in which words (interface.md, "Answers"). Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.escalation.upward import upward
from bot.language import say, sentence
from bot.ledger.deliveries import Issued, notice
from bot.ledger.entries import Entry
from bot.ledger.standing import standings
from bot.renderer.compose import short
from bot.renderer.headline import headline
from bot.renderer.templates import escaped


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
    then = issued.owing.then if issued.owing else ()
    helpers = upward(hearing.schedule, then[0].tell if then else (), {entry.office}, hearing.admins)
    names = tuple(hearing.schedule.offices[each].name for each in helpers.offices)
    admins = sentence("answers.admins")
    zone = hearing.schedule.town.zone
    text = sentence(
        "answers.help-wanted",
        office=escaped(name),
        ask=escaped(headline(issued)),
        due=short(issued.due, entry.at, zone),
        by=escaped(hearing.inbound.person_name or name),
        at=short(entry.at, entry.at, zone),
        who=[escaped(each) for each in names] or admins,
    )
    chats = tuple(dict.fromkeys((*helpers.chats, *hearing.admins))) if hearing.paused else helpers.chats
    told = admins if hearing.paused else names or admins
    about = f"help/{issued.occurrence}/{entry.office}/{hearing.inbound.key}"
    return replace(
        verdict,
        told=sentence("answers.help-called", office=name, who=told),
        planned=notice(about, chats, say(text, hearing.lang), entry.at),
    )
