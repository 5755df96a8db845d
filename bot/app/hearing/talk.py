"""What was said to the bot and counts for nothing: who said so is told, where silence would pass for having it. And who
calls it in a group that the town does not know: the admins are told.
"""

from bot.acknowledgements.hearing import Hearing
from bot.app.hearing.commands.numbers import talked_in_private
from bot.campaign.people import directory_of
from bot.language import Sentence, say, sentence
from bot.ledger.deliveries import Delivery
from bot.ledger.inbound import Inbound
from bot.outbox.issue import notice_to_admins
from bot.outbox.terms import Terms
from bot.renderer.templates import escaped


def counts_for_nothing(hearing: Hearing) -> Sentence | None:
    """What is told whoever said something that is no answer; None where it need not have been meant for the bot."""
    inbound = hearing.inbound
    if inbound.platform == "board":
        return sentence("service.only-talk")
    if not hearing.is_addressed:
        return None
    if hearing.chat is None and not inbound.private:
        return sentence("service.group-unknown")
    return sentence("evidence.say-done") if inbound.attachment and not inbound.text else talked_in_private(hearing)


def called_in_a_new_group(inbound: Inbound, terms: Terms) -> tuple[Delivery, ...]:
    """The admins are told once what to write into town.yaml, where WeCom tells a group's id in no other way (facts:
    wecom, section 2) and nobody but the corp's own people can call the bot.
    """
    platform, address = inbound.platform, inbound.address
    if directory_of(platform) != "wecom" or inbound.private:
        return ()
    by, id_ = escaped(inbound.person_name or inbound.person), escaped(address.partition(":")[2])
    words = sentence("service.new-group", by=by, platform=platform, address=id_)
    return notice_to_admins(terms.admins, f"new/{platform}/{address}", say(words, terms.lang), inbound.at)
