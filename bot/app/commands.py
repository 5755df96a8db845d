"""What anybody may ask the bot in a chat."""

from bot.language import Sentence, sentence
from bot.ledger.inbound import Inbound


def reply_to(inbound: Inbound) -> Sentence:
    """The answer to a command: `/id` tells the chat's and the person's id as they are written in town.yaml."""
    word = (inbound.text or "").split(maxsplit=1)[0].partition("@")[0].lower()
    if word in {"/id", "/start"}:
        person = "{" + inbound.person.replace(":", ": ", 1) + "}"
        return sentence("answers.id", chat=f"{inbound.platform} {inbound.address}", person=person)
    return sentence("answers.unknown-command")
