"""What is wrong with a schedule, and where: every error and warning of `bot.campaign` is a `Problem`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.language import Lang, Sentence, say

_TOLD_AT_MOST = 60

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Place:
    """A spot in a file of the town: `file` is its path in the town's folder, line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with what to write instead. A warning lets the schedule be used."""

    place: Place
    sentence: Sentence
    severity: Severity = "error"

    def in_words(self, lang: Lang = "zh") -> str:
        """The line that a user reads: `schedules/town.yaml:12:5: …`."""
        return f"{self.place}: {say(self.sentence, lang)}"


@dataclass(frozen=True)
class Findings:
    """What judging something came to: `problems` is all there is to say."""

    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be mended first."""
        return tuple(each for each in self.problems if each.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What may be left as it is, knowingly."""
        return tuple(each for each in self.problems if each.severity == "warning")


def excerpt(text: str) -> str:
    """As much of a text as is told back to whoever wrote it."""
    return text if len(text) <= _TOLD_AT_MOST else f"{text[: _TOLD_AT_MOST - 1]}…"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, as one reads the files: town.yaml, key-dates.yaml, then the campaigns."""

    def reading_order(problem: Problem) -> tuple[int, Place]:
        name = problem.place.file.rpartition("/")[2]
        return (["town.yaml", "key-dates.yaml", name].index(name), problem.place)

    return tuple(sorted(dict.fromkeys(problems), key=reading_order))
