"""`/problems`: the open ones of the 问题清单, for an office its own."""

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import named as ask_named
from bot.app.hearing.commands.command import Asked
from bot.channels.buttons import Wish, wish_data
from bot.channels.protocol import Button
from bot.language import Sentence, say, sentence
from bot.renderer.calls import LONGEST_NEED
from bot.renderer.compose import in_one_line, named, short, sign
from bot.renderer.templates import escaped
from bot.reports.problems import Listed, problem_list

_MOST_BUTTONS = 6


async def problems(asked: Asked) -> Answer:
    """What nobody has closed yet, the oldest first."""
    own = set(asked.asker.offices)
    found = [
        each
        for each in await problem_list(asked.store)
        if each.is_open and (asked.asker.sees_all or each.problem.office in own)
    ]
    if not found:
        return Answer(sentence("commands.problems-none"))
    lines = tuple(_line(number, each, asked) for number, each in enumerate(found, 1))
    rows = tuple(_row(number, each, asked) for number, each in enumerate(found[:_MOST_BUTTONS], 1))
    return Answer(sentence("commands.problems", count=len(found)), lines, None, rows, opens=asked.opens("problems"))


def _row(number: int, listed: Listed, asked: Asked) -> tuple[Button, ...]:
    """Who may see all may see to it; the office itself, or who sees to it, says that it is over."""
    problem, issued = listed.problem, listed.issued
    take = "message.wish-take-over" if problem.taken else "message.wish-take"
    wishes: list[tuple[str, Wish]] = [(take, "take")] if asked.asker.sees_all else []
    wishes.append(("message.wish-close", "close"))
    office = list(issued.offices).index(problem.office)
    return tuple(
        Button(f"{sign(number)} {say(sentence(key), asked.lang)}", wish_data(wish, issued.token, office))
        for key, wish in wishes
    )


def _line(number: int, listed: Listed, asked: Asked) -> Sentence:
    problem = listed.problem
    need = in_one_line(problem.need, LONGEST_NEED) if problem.need else sentence("commands.need-to-come")
    taken = sentence("commands.taken-by", by=named(problem.taken)) if problem.taken else sentence("commands.untaken")
    return sentence(
        "commands.problem-line",
        number=sign(number),
        office=escaped(listed.office),
        ask=ask_named(listed.issued),
        since=short(problem.opened.at, asked.now, asked.zone),
        need=need,
        taken=taken,
    )
