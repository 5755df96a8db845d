"""A comparison as people read it: by day, with signs that need no colour, and the lines of a text that changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import groupby, takewhile, zip_longest
from typing import Literal

from bot.app.compare import Comparison, Reworded, TextChange
from bot.campaign.model import Schedule
from bot.campaign.rules import WEEKDAYS
from bot.language import Lang, Sentence, say, sentence
from bot.planner.occurrence import Occurrence, Plan
from bot.renderer.markdown import lines

Kind = Literal["added", "removed", "moved", "reworded", "past"]
SIGNS: dict[Kind, str] = {"added": "＋", "removed": "－", "moved": "→", "reworded": "✎", "past": "◦"}
"""What stands before a change of each kind."""

_MOST_NAMES = 3
_MOST_LINES = 6
_CONTEXT = 12
"""Characters shown on each side of what differs in a line."""
_LONGEST = 80


@dataclass(frozen=True)
class Detail:
    """A line below an entry: of a text a line that goes (`removed`) or that comes in its place, or (None) a word."""

    kind: Literal["removed", "added"] | None
    text: str


@dataclass(frozen=True)
class Item:
    """One change: its kind, its day and moment, what it is, and what in it changes."""

    kind: Kind
    at: datetime
    text: str
    details: tuple[Detail, ...] = ()


def reading_list(found: Comparison, old: Schedule, new: Schedule, lang: Lang) -> list[tuple[str, list[Item]]]:
    """Every change under the day on which it is (or was) due, in order of time. What changes like another one before
    it says so instead of repeating it.
    """
    items = sorted(_items(found, old, new, lang), key=lambda each: each.at)
    days = groupby(_told_once(items, lang), key=lambda each: each.at.date())
    return [(say(_day(day), lang), list(those)) for day, those in days]


def counts(found: Comparison, lang: Lang) -> str:
    """How many of each kind, with their signs."""
    return "  ".join(say(sentence(f"diff.count-{kind}", count=len(getattr(found, kind))), lang) for kind in SIGNS)


def _items(found: Comparison, old: Schedule, new: Schedule, lang: Lang) -> Iterator[Item]:
    for each in found.added:
        yield Item("added", each.due, say(_what(each, new, _hour(each.due)), lang))
    for each in found.removed:
        yield Item("removed", each.due, say(_what(each, old, _hour(each.due)), lang))
    for each in found.past:
        yield Item("past", each.due, say(sentence("diff.past", what=_what(each, new, _hour(each.due))), lang))
    for before, after in found.moved:
        at = sentence("diff.moved", before=_moment(before.due), after=_moment(after.due))
        yield Item("moved", after.due, say(_what(after, new, at), lang))
    for pair in found.reworded:
        text = say(_what(pair.after, new, _hour(pair.after.due)), lang)
        yield Item("reworded", pair.after.due, text, tuple(_details(pair, old, new, lang)))


def _told_once(items: Iterable[Item], lang: Lang) -> Iterator[Item]:
    first: dict[tuple[Detail, ...], datetime] = {}
    for item in items:
        told = first.setdefault(item.details, item.at)
        if item.details and told != item.at:
            same = Detail(None, say(sentence("diff.same-as", moment=_moment(told)), lang))
            yield Item(item.kind, item.at, item.text, (same,))
        else:
            yield item


def _what(each: Occurrence, schedule: Schedule, at: Sentence | str) -> Sentence:
    names = [schedule.chats[chat].title for chat, _ in each.chats]
    key = "diff.chats" if len(names) <= _MOST_NAMES else "diff.chats-some"
    chats = sentence(key, count=len(names), names=names[:_MOST_NAMES]) if names else sentence("diff.no-chat")
    reason = sentence("diff.provisional", reason=each.reason) if each.provisional else each.reason
    what = sentence("diff.what", at=at, reason=reason, reminder=each.reminder, chats=chats)
    return sentence("diff.owed", what=what, moment=_moment(each.deadline)) if each.deadline else what


def _details(pair: Reworded, old: Schedule, new: Schedule, lang: Lang) -> Iterator[Detail]:
    for change in pair.texts:
        if change.platform:
            yield Detail(None, say(sentence("diff.platform", platform=change.platform), lang))
        yield from _changed_lines(change, lang)
    titles = {id_: chat.title for each in (old, new) for id_, chat in each.chats.items()}
    names = {id_: office.name for each in (old, new) for id_, office in each.offices.items()}
    chats = _changes([chat for chat, _ in pair.before.chats], [chat for chat, _ in pair.after.chats], titles)
    if chats:
        yield Detail(None, say(sentence("diff.changed-chats", changes=chats), lang))
    if offices := _changes(pair.before.offices, pair.after.offices, names):
        yield Detail(None, say(sentence("diff.changed-offices", changes=offices), lang))
    if pair.before.answer != pair.after.answer:
        before, after = _answer(pair.before.answer, names), _answer(pair.after.answer, names)
        yield Detail(None, say(sentence("diff.answer", before=before, after=after), lang))


def _changes(before: Sequence[str], after: Sequence[str], names: dict[str, str]) -> list[str]:
    gone = [f"{SIGNS['removed']}{names[each]}" for each in before if each not in after]
    return gone + [f"{SIGNS['added']}{names[each]}" for each in after if each not in before]


def _answer(plan: Plan | None, names: dict[str, str]) -> list[Sentence] | Sentence:
    if plan is None:
        return sentence("diff.no-answer")
    parts = [sentence(f"diff.answer-{plan.expects}", within=plan.within)]
    if plan.remind_every:
        parts.append(sentence("diff.remind", every=plan.remind_every))
    parts += [
        sentence("diff.step", after=step.after, offices=[names[office] for office in step.tell]) for step in plan.then
    ]
    return parts


def _changed_lines(change: TextChange, lang: Lang) -> Iterator[Detail]:
    """The lines that differ, cut to what differs in them, and not more than a few."""
    before, after = ([line for line in lines(text) if line.strip()] for text in (change.before, change.after))
    found: list[Detail] = []
    for kind, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            for one, other in zip_longest(before[start:end], after[first:last]):
                found += _around(one, other)
    yield from found[:_MOST_LINES]
    if len(found) > _MOST_LINES:
        yield Detail(None, say(sentence("diff.more-lines", count=len(found) - _MOST_LINES), lang))


def _around(before: str | None, after: str | None) -> Iterator[Detail]:
    """An old line and the new one in its place; where they have much in common, only what is round the difference."""
    if before is None or after is None:
        yield Detail("removed" if after is None else "added", _cut(before or after or "", 0, _LONGEST))
        return
    start = max(_alike(before, after) - _CONTEXT, 0)
    alike = _alike(before[start:][::-1], after[start:][::-1]) - _CONTEXT
    yield Detail("removed", _cut(before, start, len(before) - max(alike, 0)))
    yield Detail("added", _cut(after, start, len(after) - max(alike, 0)))


def _alike(one: str, other: str) -> int:
    """So many characters are the same at the beginning of both."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _cut(line: str, start: int, end: int) -> str:
    end = min(end, start + _LONGEST)
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


def _day(day: date) -> Sentence:
    weekday = sentence(f"plan.{WEEKDAYS[day.weekday()]}")
    return sentence("diff.day", year=day.year, month=_month(day), day=day.day, weekday=weekday)


def _moment(moment: datetime) -> Sentence:
    return sentence("diff.moment", month=_month(moment), day=moment.day, hour=_hour(moment))


def _month(day: date) -> Sentence:
    return sentence(f"board.month-{day.month}")


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"
