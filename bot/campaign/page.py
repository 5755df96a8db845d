"""One file's text as it is read: where wrong marks break the YAML they are mended here, so that reading goes on.

A mend is a guess at what was meant. It is always told as an error; it only lets the rest of the file be judged
in the same go. Columns stay those of the file as it was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.campaign.full_width import TYPED
from bot.campaign.problems import Place, Problem
from bot.language import Sentence, sentence

_ITEM = r"(?:^\s*(?:[-－]\s+)*|[{,，｛]\s*)"
_COLON = re.compile(_ITEM + r"(?P<key>[\w-]+)\s*(?P<mark>：)(?P<space>\s?)")
_NO_SPACE = re.compile(_ITEM + r"(?P<key>[a-z_]+)(?P<mark>:)(?=[^\s:/])")
_COMMA = re.compile(r"(?P<mark>(?<=[}\]\0])[，、]|[，、](?=\s*(?:[\w-]+\s*[:：]|[{\[\0])))")
_OPENING = re.compile(r"(?:^|[:：,，\[{]|- )\s*(?P<mark>[“‘＂｛［【])")
_DASH = re.compile(r"^\s*(?P<mark>[－—–])(?P<space>\s?)")
_HASH = re.compile(r"(?:^|\s)(?P<mark>＃)")
_CLOSING = {"“": "”", "‘": "’", "＂": "＂", "｛": "｝", "［": "］", "【": "】"}
_UNTOUCHED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'|(?:^|(?<=\s))#.*')
_INDENTATION = re.compile(r"^[ \t\u3000\xa0]*[\t\u3000\xa0](?=\s*[^\s#])")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_INDENTING_NAMES = {"\t": "Tab", "\u3000": "U+3000", "\xa0": "U+00A0"}


class Mark(Protocol):
    """A position as PyYAML tells it, from 0."""

    line: int
    column: int


@dataclass(frozen=True)
class _Edit:
    column: int
    typed: str
    told: Sentence | None


class Page:
    """The text of one file, its lines mended one by one as need be."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._lines = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)
        self._origins: dict[int, list[int]] = {}

    @property
    def text(self) -> str:
        """The whole text, mended so far."""
        return "\n".join(self._lines)

    @property
    def top(self) -> Place:
        """Where the file begins."""
        return Place(self.file, 1, 1)

    @property
    def last_line(self) -> int:
        """The number of the last line that has something on it, from 0."""
        return max((number for number, line in enumerate(self._lines) if line.strip()), default=0)

    def line(self, number: int) -> str:
        """A line by its number from 0; empty beyond the end."""
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def place(self, mark: Mark) -> Place:
        """Where in the file as written a position of the mended text is."""
        return self._place(mark.line, mark.column)

    def unreadable(self) -> list[Problem]:
        """Characters that YAML cannot hold, and what indents lines but spaces: with them it is not read further."""
        problems: list[Problem] = []
        for number, line in enumerate(self._lines):
            if odd := _INDENTATION.match(line):
                column, mark = next((at, each) for at, each in enumerate(odd[0]) if each in _INDENTING_NAMES)
                told = sentence("schedule.indentation", mark=_INDENTING_NAMES[mark])
                problems.append(Problem(self._place(number, column), told))
            if found := _UNPRINTABLE.search(line):
                told = sentence("schedule.unprintable", code=f"U+{ord(found[0]):04X}")
                problems.append(Problem(self._place(number, found.start()), told))
        return problems

    def mend(self, number: int) -> list[Problem]:
        """Type the marks of this line that can only be YAML's own half-width; tell each. Empty: there were none."""
        line = self.line(number)
        plain = _UNTOUCHED.sub(lambda found: "\0" * len(found[0]), line)
        edits = sorted({edit.column: edit for edit in _edits(plain)}.values(), key=lambda edit: edit.column)
        problems = [Problem(self._place(number, edit.column), edit.told) for edit in edits if edit.told]
        origins = self._origins.get(number, list(range(len(line) + 1)))
        for edit in reversed(edits):
            line = line[: edit.column] + edit.typed + line[edit.column + 1 :]
            origins = [
                *origins[: edit.column],
                *([origins[edit.column]] * len(edit.typed)),
                *origins[edit.column + 1 :],
            ]
        if edits:
            self._lines[number], self._origins[number] = line, origins
        return problems

    def _place(self, line: int, column: int) -> Place:
        origins = self._origins.get(line)
        return Place(self.file, line + 1, (origins[min(column, len(origins) - 1)] if origins else column) + 1)


def _edits(line: str) -> Iterator[_Edit]:
    for found in _COLON.finditer(line):
        yield _Edit(
            found.start("mark"),
            ":" if found["space"] else ": ",
            sentence("schedule.full-width-colon", key=found["key"]),
        )
    for found in _NO_SPACE.finditer(line):
        yield _Edit(found.start("mark"), ": ", sentence("schedule.space-after-colon", key=found["key"]))
    for found in _DASH.finditer(line):
        yield _Edit(found.start("mark"), "-" if found["space"] else "- ", _told(found["mark"]))
    for pattern in (_COMMA, _HASH):
        for found in pattern.finditer(line):
            yield _Edit(found.start("mark"), TYPED[found["mark"]], _told(found["mark"]))
    for found in _OPENING.finditer(line):
        closing = _CLOSING[found["mark"]]
        if (end := line.find(closing, found.end())) > 0:
            yield _Edit(found.start("mark"), TYPED[found["mark"]], _told(found["mark"]))
            yield _Edit(end, TYPED[closing], None)


def _told(mark: str) -> Sentence:
    return sentence("schedule.full-width-mark", mark=mark, typed=TYPED[mark])
