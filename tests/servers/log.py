"""Requests as a local platform received them, in memory and in a file that outlives a kill."""

from pathlib import Path
from typing import Generic, Protocol, TypeVar


class Line(Protocol):
    """One request and what became of it."""

    def as_line(self) -> str:
        """As one line of JSON."""


T = TypeVar("T", bound=Line)


class Log(Generic[T]):
    """Requests in the order in which they were dealt with, in memory and, where there is a file, at once in it too."""

    def __init__(self, path: Path | None = None) -> None:
        self.asked: list[T] = []
        self._file = path.open("a", encoding="utf-8", buffering=1) if path else None

    def add(self, asked: T) -> None:
        """Keep it; it is in the file when this returns."""
        self.asked.append(asked)
        if self._file is not None:
            self._file.write(asked.as_line() + "\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def lines_of(path: Path) -> list[str]:
    """The whole lines of such a file, also where its writer was killed in the middle of one."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]
