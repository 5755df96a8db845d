"""`/help`: what this person may ask here."""

from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.command import Asked
from bot.language import sentence


async def help_(asked: Asked) -> Answer:
    """The words that they may use, each with what it is for."""
    lines = tuple(sentence("commands.help-line", word=each.word, what=each.description) for each in asked.may)
    office = "office" in asked.asker.roles and not asked.asker.before_residents
    foot = sentence("commands.help-answers") if office else None
    return Answer(sentence("commands.help"), lines, foot, opens="help")
