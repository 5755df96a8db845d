"""Where `mention_by` may stand, and which chat it may name: rules that need to know the platforms.

A smart bot cannot mention (facts: wecom, 2), so a group robot of the same group does that after its messages, and
nothing else: a robot that was also written to by the plan would say everything in that group twice.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.app.platforms import KNOWN, platform_named
from bot.campaign.draft import Draft, Part
from bot.campaign.model import Chat, Schedule
from bot.campaign.problems import Problem
from bot.channels.protocol import Fit, Message
from bot.ledger.deliveries import Issued
from bot.renderer.calls import mention_at_its_longest
from bot.settings import Settings

_CALLED_BY, _CALLS = "wecom-bot", "wecom-robot"


def misplaced_mentions(draft: Draft) -> Iterator[Problem]:
    """Every use of `mention_by` by which nobody would be called, or by which a group would be told everything twice. Of
    a chat whose platform there is not only that is told, elsewhere: what follows from it would lead astray.
    """
    chats = {part.value.id: part for part in draft.chats}
    taken: dict[str, str] = {}
    for part in draft.chats:
        chat = part.value
        if chat.mention_by is None or chat.on not in KNOWN:
            continue
        if chat.on != _CALLED_BY:
            yield part.problem(("mention_by",), "check.mention-by-elsewhere", chat=chat.title, platform=chat.on)
        elif chat.office is None and "offices" not in chat.audiences:
            yield part.problem(("mention_by",), "check.mention-by-of-nobody", chat=chat.title)
        elif robot := chats.get(chat.mention_by):
            yield from _of_robot(part, robot, taken)


def _of_robot(part: Part[Chat], robot: Part[Chat], taken: dict[str, str]) -> Iterator[Problem]:
    chat, named = part.value, robot.value
    if named.on != _CALLS:
        if named.on in KNOWN:
            yield part.problem(("mention_by",), "check.mention-by-no-robot", chat=named.title, platform=named.on)
        return
    first = taken.setdefault(named.id, chat.title)
    if first != chat.title:
        yield part.problem(("mention_by",), "check.mention-by-of-two", chat=named.title, first=first)
        return
    for key in ("audiences", "office"):
        if getattr(named, key):
            yield robot.problem((key,), "check.mentions-only", chat=named.title, beside=chat.title, what=key)


def mention_fit(
    schedule: Schedule, settings: Settings, issued: Issued, chat: str, mentions: Mapping[str, Iterable[str]]
) -> Fit | None:
    """How long the longest is by which the offices of an ask in this chat are called beside it, and how long it may be;
    None where none is.
    """
    robot = schedule.mention_by.get(chat)
    platform = platform_named(schedule.chats[robot].on, settings) if robot and issued.owing else None
    if platform is None:
        return None
    zone, lang = schedule.town.zone, settings.lang
    longest = mention_at_its_longest(issued, chat, platform.name, zone=zone, mentions=mentions, lang=lang)
    return platform.fit(Message(longest))
