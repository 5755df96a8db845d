"""How large the words of a printed week may be, and how wide each of its days, so that it fills one page and no more.

What a text takes is reckoned, not measured: nobody runs a browser here. A Chinese character is as wide as it is
high, anything narrow is taken for wider than it mostly is, and a line keeps some room for marks that may not begin
the next; so a page comes out a little emptier than it could be, never fuller.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from unicodedata import east_asian_width

MM_PER_POINT = 25.4 / 72
_NARROWEST = 8.5
"""So many characters stand at least in a line of a day that shares its page with wider ones."""
_PADDING = 3.0
"""Millimetres beside the words of a column."""
_BESIDE = 1.45
"""Em beside the words of a block: its edge and its padding."""
_BETWEEN = 1.4
"""Em above, below and between two blocks."""
_NOTE = 6.0
"""Em for the word that not all is shown."""


@dataclass(frozen=True)
class Line:
    """A text that begins a line; `size` in em."""

    text: str
    size: float = 1.0


@dataclass(frozen=True)
class Block:
    """What stays together in a column; `index` is its number in its day."""

    index: int
    lines: tuple[Line, ...]

    def height(self, width: float, *, run_in: bool) -> float:
        """In em, in a column so many em wide. Run in, its texts follow each other in the same lines."""
        room = width - _BESIDE
        if run_in:
            whole = sum(_width(each.text) * each.size + 0.6 for each in self.lines)
            return ceil(whole / (room - 1)) * 1.3 + _BETWEEN * 0.6
        return (
            sum(ceil(_width(each.text) / (room / each.size - 0.6)) * each.size * 1.33 for each in self.lines) + _BETWEEN
        )


Days = Sequence[Sequence[Block]]
"""The blocks of each day."""


@dataclass(frozen=True)
class Fitted:
    """A week as it fits: the size of its words, whether they are the brief ones, whether they run in; the columns of
    each day, which hold blocks by number. `left_out` counts those of each day that no size could fit.
    """

    point: float
    brief: bool
    run_in: bool
    days: tuple[tuple[tuple[int, ...], ...], ...]
    left_out: tuple[int, ...]


@dataclass(frozen=True)
class _Step:
    """So dense may a page be: sizes to try, in full or brief words, all days alike or busy ones wider, texts run in."""

    points: tuple[float, ...]
    brief: bool = False
    alike: bool = False
    run_in: bool = False


_STEPS = (
    _Step((11.0, 10.25, 9.5, 8.75, 8.0), alike=True),
    _Step((8.75, 8.0)),
    _Step((9.5, 8.75, 8.0), brief=True, alike=True),
    _Step((8.0, 7.25, 6.5), brief=True),
    _Step((7.25, 6.5, 6.0), brief=True, run_in=True),
)
"""From the roomiest page to the densest."""


def fit(full: Days, brief: Days, width: float, height: float) -> Fitted:
    """The largest words with which these days stand beside each other in so many millimetres; what fits at no size is
    left out at each day's end.
    """
    for step in _STEPS:
        days = brief if step.brief else full
        for point in step.points:
            em = point * MM_PER_POINT
            for columns in _columns(step, len(days), point, width):
                packed = [list(_packed(day, (width / columns - _PADDING) / em, height / em, step)) for day in days]
                if sum(map(len, packed)) <= columns:
                    whole = tuple(tuple(map(tuple, each)) for each in packed)
                    return Fitted(point, step.brief, step.run_in, whole, (0,) * len(days))
    return _cut(brief, width, height)


def _columns(step: _Step, days: int, point: float, width: float) -> range:
    """How many columns the days may take together."""
    if step.alike:
        return range(days, days + 1)
    narrowest = (_NARROWEST + _BESIDE) * point * MM_PER_POINT + _PADDING
    return range(days, max(days, int(width / narrowest)) + 1)


def _packed(day: Sequence[Block], width: float, height: float, step: _Step) -> Iterator[list[int]]:
    """One column after the other, each as full as it may be; an empty day has one."""
    column: list[int] = []
    left = height
    for block in day:
        needed = block.height(width, run_in=step.run_in)
        if column and needed > left:
            yield column
            column, left = [], height
        column.append(block.index)
        left -= needed
    yield column


def _cut(days: Days, width: float, height: float) -> Fitted:
    """The densest page, the busiest days widest, and as much in each as goes, with room to say how much does not."""
    step = _STEPS[-1]
    point = step.points[-1]
    em = point * MM_PER_POINT
    most = max(_columns(step, len(days), point, width))
    packed = [list(_packed(day, (width / most - _PADDING) / em, height / em - _NOTE, step)) for day in days]
    given = [1] * len(days)
    for _ in range(most - len(days)):
        busiest = max(range(len(days)), key=lambda each: len(packed[each]) - given[each])
        given[busiest] += len(packed[busiest]) > given[busiest]
    shown = [columns[:some] for columns, some in zip(packed, given, strict=True)]
    left_out = tuple(len(day) - sum(map(len, columns)) for day, columns in zip(days, shown, strict=True))
    return Fitted(point, step.brief, step.run_in, tuple(tuple(map(tuple, each)) for each in shown), left_out)


@lru_cache(maxsize=4096)
def _width(text: str) -> float:
    return sum(1.0 if east_asian_width(each) in "WFA" or each in "MWmw@%&" else 0.6 for each in text)
