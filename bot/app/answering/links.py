"""Where a link to answer by leads, and who may use it: anybody in an office's own chat that answers for it, else the
office's own people, who prove by the app's OAuth who they are.
"""

import logging

from bot.acknowledgements.links import expiry, make
from bot.acknowledgements.people import offices_asked
from bot.app.secret import secret_key
from bot.campaign.model import Office, Schedule
from bot.errors import StoreUnwritable
from bot.ledger.deliveries import Issued
from bot.ledger.inbound import BY_LINK, Inbound
from bot.outbox.rungs import campaign_ends
from bot.outbox.terms import LinkTo
from bot.settings import Settings

_log = logging.getLogger(__name__)
PEOPLE = "wecom"
"""The platform by which people prove who they are."""


def link_to(schedule: Schedule, settings: Settings, *, rehearsal: bool = False) -> LinkTo:
    """By which an ask is answered from a chat; None where nobody could answer by it (`may_be_answered`), where no
    PUBLIC_URL is set or it is a rehearsal, and, which is logged, where the key that signs it can neither be read nor
    made: an alert goes out without its link rather than not at all.
    """

    def link_for(issued: Issued, chat: str) -> str | None:
        url = settings.web.public_url
        if url is None or rehearsal or issued.owing is None or not may_be_answered(schedule, settings, issued, chat):
            return None
        try:
            key = secret_key(settings)
        except StoreUnwritable as error:
            _log.error("no link to answer by can be signed: %s", error)
            return None
        expires = expiry(issued, campaign_ends(schedule, issued.campaign))
        link = make(key, schedule.town.town, issued.token, chat, expires)
        return f"{url.rstrip('/')}/answer/{link}"

    return link_for


def may_be_answered(schedule: Schedule, settings: Settings, issued: Issued, chat: str) -> bool:
    """Whether somebody can answer this ask by a link from this chat."""
    if office_of_all(schedule, issued, chat):
        return True
    asked = [schedule.offices[each] for each in issued.chats.get(chat, ()) if each in schedule.offices]
    return can_prove(settings) and any(has_provable(each) for each in asked)


def can_prove(settings: Settings) -> bool:
    """Whether somebody can prove who they are: an app is set up, and a page to which it leads back."""
    return settings.wecom.has_app and settings.web.public_url is not None


def has_provable(office: Office) -> bool:
    """Whether one of an office's people can prove it."""
    return any(each.platform == PEOPLE for each in office.members)


def office_of_all(schedule: Schedule, issued: Issued, chat: str) -> str | None:
    """The office for which anybody in this chat may answer this ask."""
    who = f"{BY_LINK}:{chat}"
    anybody = Inbound(platform=BY_LINK, id="", at=issued.due, kind="press", person=who, address=chat)
    may = offices_asked(schedule, anybody, chat, issued)
    return next((each for each in may if each in issued.chats.get(chat, ())), None)
