"""Who may answer for which office, and where."""

from collections.abc import Iterable

from bot.acknowledgements.hearing import Hearing
from bot.campaign.model import Schedule
from bot.channels.board import ADMIN, office_of
from bot.ledger.deliveries import Issued
from bot.ledger.inbound import Inbound


def offices_of(schedule: Schedule, inbound: Inbound, chat: str | None, among: Iterable[str]) -> tuple[str, ...]:
    """Those of these offices for which this person may answer from this chat.

    Its members may, anywhere; with `answer_from: chat` anyone in its own chat may. On the board one is who one
    picked. Who cannot be told from others (an anonymous admin, a channel) may not.
    """
    if inbound.anonymous:
        return ()
    known = schedule.chats.get(chat or "")
    home = known.office if known else None
    return tuple(office for office in among if office in schedule.offices and _may(schedule, inbound, home, office))


def offices_asked(schedule: Schedule, inbound: Inbound, chat: str | None, issued: Issued) -> tuple[str, ...]:
    """Those of an ask's offices for which this person may answer from this chat.

    Picking who one is reaches no further than the chat in which one picks: on the board only the offices count that
    the ask names in that very chat (design.md, promise 5).
    """
    among = issued.chats.get(chat or "", ()) if inbound.platform == "board" else issued.offices
    return offices_of(schedule, inbound, chat, among)


def is_admin(hearing: Hearing) -> bool:
    """Whether this comes from one of the town's admins; on the board, from the admins' own chat, which nobody reaches
    but from the machine itself. An anonymous admin of a group may be anybody.
    """
    inbound = hearing.inbound
    if inbound.anonymous:
        return False
    if inbound.platform == "board":
        return inbound.person == ADMIN and hearing.chat in hearing.admins
    return any(str(admin) == inbound.person for admin in hearing.schedule.town.admins)


def _may(schedule: Schedule, inbound: Inbound, home: str | None, office: str) -> bool:
    if inbound.platform == "board":
        return office_of(inbound.person) == office
    asked = schedule.offices[office]
    if asked.answer_from == "chat" and home == office:
        return True
    return any(str(member) == inbound.person for member in asked.members)
