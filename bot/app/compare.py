"""Two versions of a town's files beside each other: what the new one would send otherwise, and with which words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from bot.app.in_force import InForce, content_of, texts_of
from bot.app.sources import Sources, read_messages, read_sources
from bot.campaign.load import TOWN, read
from bot.campaign.problems import Problem
from bot.campaign.source import FOLDER
from bot.errors import TownMissing
from bot.language import sentence
from bot.planner.difference import Pair, difference
from bot.planner.occurrence import Occurrence
from bot.planner.plan import season
from bot.renderer.templates import worded

_MESSAGES = "messages"


@dataclass(frozen=True)
class Side:
    """The files of one version, and where its `schedules/` and its `messages/` lie; these may be another town's."""

    sources: Sources
    schedules: Path
    messages: Path
    own_messages: bool = True

    def placed(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Problems of its files with their paths as seen from here, so that one knows which folder is meant."""
        return tuple(self._placed(each) for each in problems)

    def _placed(self, problem: Problem) -> Problem:
        folder, _, name = problem.place.file.partition("/")
        file = {FOLDER: self.schedules, _MESSAGES: self.messages}[folder] / name
        return replace(problem, place=replace(problem.place, file=str(file)))


@dataclass(frozen=True)
class TextChange:
    """The words for a platform (None: for all that have none of their own), before and after."""

    platform: str | None
    before: str
    after: str


@dataclass(frozen=True)
class Reworded:
    """An occurrence that stays at its moment and that readers would find otherwise: its words, its chats with their
    offices, or the answer that is owed. `texts` are those of its words that differ.
    """

    before: Occurrence
    after: Occurrence
    texts: tuple[TextChange, ...]


@dataclass(frozen=True)
class Comparison:
    """What a new version would change, by `bot.planner.difference`, each list in order of due time."""

    added: tuple[Occurrence, ...]
    removed: tuple[Occurrence, ...]
    moved: tuple[Pair, ...]
    reworded: tuple[Reworded, ...]
    past: tuple[Occurrence, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved or self.reworded or self.past)


def side_of_town(folder: Path) -> Side:
    """A town's folder. Raises `TownMissing` where it is none."""
    return Side(read_sources(folder), folder / FOLDER, folder / _MESSAGES)


def side_of(folder: Path, town: Path) -> Side:
    """A town's folder, or the `schedules/` of one under whatever name; where no messages lie beside it, those of `town`
    are taken. Raises `TownMissing` where it is neither.
    """
    if (folder / FOLDER / TOWN).is_file():
        within, messages = FOLDER, folder / _MESSAGES
    elif (folder / TOWN).is_file():
        within, messages = ".", folder.parent / _MESSAGES if folder.resolve().name == FOLDER else folder / _MESSAGES
    else:
        raise TownMissing(sentence("diff.no-schedules", folder=str(folder), file=TOWN, within=f"{FOLDER}/{TOWN}"))
    own = messages.is_dir()
    messages = messages if own else town / _MESSAGES
    return Side(Sources(read(folder, within), read_messages(messages.parent)), folder / within, messages, own)


def compare(
    old: InForce, new: InForce, now: datetime, first: date | None = None, last: date | None = None
) -> Comparison:
    """What the new version, taken `now`, changes among the sends to come. Of these days, both included, where they are
    given: what is or was due on one of them.
    """

    def asked_for(*sides: Occurrence) -> bool:
        return any((first or date.min) <= each.due.date() <= (last or date.max) for each in sides)

    found = difference(season(old.schedule), season(new.schedule), now, content_of(old), content_of(new))
    return Comparison(
        added=_selected(found.added, asked_for),
        removed=_selected(found.removed, asked_for),
        moved=tuple(pair for pair in found.moved if asked_for(*pair)),
        reworded=tuple(_reworded(old, new, (pair for pair in found.reworded if asked_for(*pair)))),
        past=_selected(found.past, asked_for),
    )


def _selected(found: Iterable[Occurrence], asked_for: Callable[[Occurrence], bool]) -> tuple[Occurrence, ...]:
    return tuple(each for each in found if asked_for(each))


def _reworded(old: InForce, new: InForce, pairs: Iterable[Pair]) -> Iterator[Reworded]:
    """Those of these pairs in which there is something to see: in another order the same chats are the same."""
    for before, after in pairs:
        texts = tuple(_texts(old, new, before, after))
        if texts or dict(before.chats) != dict(after.chats) or before.answer != after.answer:
            yield Reworded(before, after, texts)


def _texts(old: InForce, new: InForce, before: Occurrence, after: Occurrence) -> Iterator[TextChange]:
    olds, news = texts_of(old, before), texts_of(new, after)
    for platform in sorted({*olds, *news}):
        old_text, new_text = worded(olds, platform), worded(news, platform)
        if old_text != new_text:
            yield TextChange(platform or None, old_text, new_text)
