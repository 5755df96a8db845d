"""The asks that commands tell of: read from the record, the latest first."""

from collections.abc import Callable, Iterable

from bot.app.hearing.commands.command import Asked
from bot.clock import turn
from bot.escalation.ask import Ask
from bot.ledger.deliveries import Issued
from bot.ledger.standing import Standing
from bot.outbox.rungs import ask_of
from bot.renderer.compose import in_one_line, short
from bot.renderer.headline import headline

_AT_A_TIME = 20
_LONGEST = 40
_LABEL = 24


async def open_asks(asked: Asked, concerns: Callable[[Issued], bool] = lambda _: True) -> list[Ask]:
    """The asks that concern somebody and that some office has not given yet, the latest first."""
    found: list[Ask] = []
    issued = [each for each in await asked.store.all_issued() if each.owing and not each.withdrawn and concerns(each)]
    for number, each in enumerate(reversed(issued), 1):
        if (ask := await read(asked, each)) and owing(ask):
            found.append(ask)
        if number % _AT_A_TIME == 0:
            await turn()
    return found


async def read(asked: Asked, issued: Issued) -> Ask | None:
    """An ask as it stands; None where nothing is owed (any more)."""
    return await ask_of(asked.store, asked.schedule, asked.ground.terms, issued)


def owing(ask: Ask, among: Iterable[str] | None = None) -> tuple[str, ...]:
    """Those of the offices that a message reached who have not given what is owed, 需协助 among them."""
    wanted = set(ask.deadlines if among is None else among)
    return tuple(
        each.office for each in ask.stands.values() if _owes(ask, each) and each.office in wanted & set(ask.deadlines)
    )


def overdue(ask: Ask, asked: Asked) -> tuple[str, ...]:
    """Those whose time is over and who may be asked; who has asked for help is late with nothing."""
    return tuple(
        each
        for each in ask.issued.offices
        if each in ask.deadlines and asked.now > ask.deadlines[each] and ask.may_be_asked(each, asked.now)
    )


def may_see(asked: Asked, issued: Issued) -> tuple[str, ...]:
    """The offices of an ask of which this person may learn where they stand, in the town's order: all, for who
    supervises, is an admin, or is told by a step of its ladder; else those beside whom their own is named.
    """
    told = {office for step in (issued.owing.then if issued.owing else ()) for office in step.tell}
    if asked.asker.sees_all or told & set(asked.asker.offices):
        return tuple(issued.offices)
    own = set(asked.asker.offices)
    known = {office for here in issued.chats.values() if own & set(here) for office in here}
    return tuple(each for each in issued.offices if each in known)


def named(issued: Issued) -> str:
    """What an ask says first, as Markdown."""
    return in_one_line(headline(issued), _LONGEST)


def label(issued: Issued, asked: Asked) -> str:
    """An ask on a button of a phone."""
    return f"{short(issued.due, asked.now, asked.zone)} {headline(issued)[:_LABEL]}"


def _owes(ask: Ask, standing: Standing) -> bool:
    return not standing.has_given(ask.owing.expects)
