"""What anybody may ask the bot in a chat."""

from bot.language import Sentence, sentence
from bot.ledger.inbound import Inbound


def split(inbound: Inbound) -> tuple[str, str]:
    """A command's word without the bot's name, and what follows it."""
    word, _, rest = (inbound.text or "").strip().partition(" ")
    return word.partition("@")[0].lower(), rest.strip()


def reply_to(inbound: Inbound) -> Sentence:
    """The answer to a command: `/id` tells the chat's and the person's id as they are written in town.yaml."""
    if split(inbound)[0] in {"/id", "/start"}:
        person = "{" + inbound.person.replace(":", ": ", 1) + "}"
        return sentence("answers.id", chat=f"{inbound.platform} {inbound.address}", person=person)
    return sentence("answers.unknown-command")
