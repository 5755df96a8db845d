"""What an edit adds, moves, rewords and takes away among the sends to come."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.planner.occurrence import Occurrence

Pair = tuple[Occurrence, Occurrence]


@dataclass(frozen=True)
class Difference:
    """Old and new sends compared by id, each list in order of due time.

    `past` are those that an edit brought or moved to a moment already gone: neither sent nor missed. `moved` pairs
    the old with the new; a reminder's one `date` that became another is such a pair too, and where the old one
    has gone out already it will be told twice.
    """

    added: tuple[Occurrence, ...]
    removed: tuple[Occurrence, ...]
    moved: tuple[Pair, ...]
    reworded: tuple[Pair, ...]
    past: tuple[Occurrence, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved or self.reworded or self.past)


def difference(
    old: Iterable[Occurrence],
    new: Iterable[Occurrence],
    now: datetime,
    old_content: Callable[[Occurrence], object],
    new_content: Callable[[Occurrence], object],
) -> Difference:
    """Compare the plans of two schedules, the new one adopted `now`.

    The contents are what a reader of the old and the new one would see: where only that differs, the occurrence
    counts as reworded.
    """
    before, after = {each.id: each for each in old}, {each.id: each for each in new}
    gone = [each for each in before.values() if each.id not in after]
    fresh = [each for each in after.values() if each.id not in before]
    moved = [(before[id_], each) for id_, each in after.items() if id_ in before and before[id_].due != each.due]
    moved += _dates_moved(gone, [each for each in fresh if each.due > now])
    paired = {each.id for pair in moved for each in pair}
    return Difference(
        added=_by_due(each for each in fresh if each.due > now and each.id not in paired),
        removed=_by_due(each for each in gone if each.due > now and each.id not in paired),
        moved=tuple(sorted((pair for pair in moved if pair[1].due > now), key=lambda pair: (pair[1].due, pair[1].id))),
        reworded=tuple(
            (before[id_], each)
            for id_, each in after.items()
            if id_ in before and before[id_].due == each.due > now and old_content(before[id_]) != new_content(each)
        ),
        past=_by_due(
            each for each in after.values() if each.due <= now and (each.id not in before or before[each.id].due > now)
        ),
    )


def _by_due(found: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
    return tuple(sorted(found, key=lambda each: (each.due, each.id)))


def _dates_moved(gone: list[Occurrence], fresh: list[Occurrence]) -> list[Pair]:
    """A one-off's new date is a new occurrence; the reader is told that it moved, each time of the day to its next."""
    olds, news = _dated(gone), _dated(fresh)
    return [pair for key, old in olds.items() for pair in zip(old, news.get(key, ()), strict=False)]


def _dated(found: Iterable[Occurrence]) -> dict[tuple[str, str], list[Occurrence]]:
    by_reminder: dict[tuple[str, str], list[Occurrence]] = defaultdict(list)
    for each in _by_due(found):
        if each.id.split("/")[2] == "date":
            by_reminder[each.campaign, each.reminder].append(each)
    return by_reminder
