"""Whether who is asked in a chat of WeCom's can answer there (facts: wecom): by a button where a press comes back and
its people are known, else by a link, which anybody in an office's own chat may use, or who proves who they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.app.answering.links import can_prove, has_provable
from bot.app.platforms import address_of, has_key, platform_named
from bot.campaign.load import Loaded
from bot.campaign.model import Chat, Office, Schedule
from bot.campaign.problems import Problem
from bot.errors import SettingsError
from bot.language import sentence
from bot.planner.plan import season
from bot.settings import Settings

Lack = Literal["url", "app", "member"]
"""What is lacking: a page that outsiders reach; an app through which people prove who they are; people in WeCom."""


@dataclass(frozen=True)
class _Asked:
    chat: Chat
    office: Office
    lack: Lack | None


def unanswerable(loaded: Loaded, schedule: Schedule, settings: Settings) -> Iterator[Problem]:
    """Offices that are asked in a chat in which nobody can answer for them, and how to mend it: an error where they
    can answer nowhere else.
    """
    asked = list(_asked(schedule, settings))
    reached = {each.office.id for each in asked if each.lack is None}
    reached |= {each.office.id for each in asked if _answers_in_private(each.office, settings)}
    chats = [chat.id for chat in schedule.town.chats]
    by_chat: dict[tuple[str, Lack, bool], list[str]] = defaultdict(list)
    by_office: dict[str, list[str]] = defaultdict(list)
    for each in asked:
        if each.lack == "member":
            by_office[each.office.id].append(each.chat.id)
        elif each.lack is not None:
            by_chat[each.chat.id, each.lack, each.office.id in reached].append(each.office.name)
    for (chat, lack, elsewhere), offices in by_chat.items():
        place = loaded.place("town.yaml", "chats", chats.index(chat), "on")
        what = sentence(f"check.unanswerable-{lack}", chat=chat, offices=offices)
        yield Problem(place, what, "warning" if elsewhere else "error")
    for index, office in enumerate(schedule.town.offices):
        if here := by_office.get(office.id):
            place = loaded.place("town.yaml", "offices", index, "members")
            what = sentence("check.unanswerable-member", office=office.name, chats=here)
            yield Problem(place, what, "warning" if office.id in reached else "error")


def _asked(schedule: Schedule, settings: Settings) -> Iterator[_Asked]:
    """Each office in each chat in which it is asked."""
    found: dict[str, set[str]] = defaultdict(set)
    for occurrence in season(schedule):
        for id_, offices in occurrence.chats if occurrence.answer else ():
            found[id_].update(offices)
    for chat in schedule.town.chats:
        presses = _presses(chat, settings)
        for office in schedule.town.offices:
            if office.id in found[chat.id]:
                yield _Asked(chat, office, _lack(chat, office, settings, presses=presses))


def _presses(chat: Chat, settings: Settings) -> bool:
    """Whether a press comes back from there; of one that stands on the board it does."""
    platform = platform_named(chat.on, settings) if has_key(chat, settings) else None
    try:
        return platform is None or platform.presses(address_of(chat, settings))
    except SettingsError:  # told by another check
        return True


def _lack(chat: Chat, office: Office, settings: Settings, *, presses: bool) -> Lack | None:
    """What is lacking so that somebody could answer for an office in a chat."""
    if not chat.on.startswith("wecom-") or not has_key(chat, settings):
        return None
    if chat.office == office.id and office.answer_from == "chat":
        return None if presses or settings.web.public_url else "url"
    if presses:
        return None if has_provable(office) else "member"
    if not settings.wecom.has_app:
        return "app"
    if not has_provable(office):
        return "member"
    return None if can_prove(settings) else "url"


def _answers_in_private(office: Office, settings: Settings) -> bool:
    """Whether one of its people can write to a bot alone that hears it."""
    hears: Mapping[str, bool] = {
        "telegram": settings.telegram.token is not None,
        "wecom": settings.wecom.has_bot or settings.wecom.has_callback,
    }
    return any(hears.get(each.platform, False) for each in office.members)
