"""`/id` and `/start`, the numbers of this chat and of who asks; and what is told who only talks."""

from bot.acknowledgements.hearing import Hearing
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.asker import asker_of
from bot.app.hearing.commands.command import Asked
from bot.app.platforms import as_written
from bot.language import Sentence, sentence


async def numbers(asked: Asked) -> Answer:
    """The chat's and the person's id in lines that are copied into town.yaml as they stand."""
    inbound = asked.inbound
    person = "{" + inbound.person.replace(":", ": ", 1) + "}"
    written = as_written(inbound.platform, inbound.address)
    key = "answers.id-alone" if inbound.private else "answers.id"
    return Answer(sentence(key, platform=inbound.platform, address=written, person=person))


async def start(asked: Asked) -> Answer:
    """Who presses Start is told the numbers, and what they may ask."""
    return Answer((await numbers(asked)).head, foot=sentence("commands.start"))


def talked_in_private(hearing: Hearing) -> Sentence:
    """What is told who writes to the bot alone: it may be meant as an answer, and silence would pass for having it."""
    return sentence("commands.start-answers" if asker_of(hearing).offices else "commands.start")
