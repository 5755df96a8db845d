"""`/problems`: the open ones of the 问题清单, for an office its own."""

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asks import named as ask_named
from bot.app.hearing.commands.command import Asked
from bot.language import Sentence, sentence
from bot.renderer.calls import LONGEST_NEED
from bot.renderer.compose import in_one_line, named, short
from bot.renderer.templates import escaped
from bot.reports.problems import Listed, problem_list


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
    lines = tuple(_line(each, asked) for each in found)
    return Answer(sentence("commands.problems", count=len(found)), lines, opens=asked.opens("problems"))


def _line(listed: Listed, asked: Asked) -> Sentence:
    problem = listed.problem
    need = in_one_line(problem.need, LONGEST_NEED) if problem.need else sentence("commands.need-to-come")
    taken = sentence("commands.taken-by", by=named(problem.taken)) if problem.taken else sentence("commands.untaken")
    return sentence(
        "commands.problem-line",
        office=escaped(listed.office),
        ask=ask_named(listed.issued),
        since=short(problem.opened.at, asked.now, asked.zone),
        need=need,
        taken=taken,
    )
