"""A weakness, where it is planted, and the tests that must see it."""

from dataclasses import dataclass
from pathlib import Path


class DoesNotApply(Exception):
    """The text that is to be changed does not stand there once: the code has moved on, and so must the mutant."""


@dataclass(frozen=True)
class Patch:
    """One place: in this file this text becomes that."""

    file: str
    old: str
    new: str

    def apply(self, tree: Path) -> None:
        """Change a copy. Raises `DoesNotApply`."""
        path = tree / self.file
        text = path.read_text() if path.is_file() else ""
        if (found := text.count(self.old)) != 1:
            raise DoesNotApply(f"{self.file}: its text stands there {found} times, not once:\n{self.old}")
        path.write_text(text.replace(self.old, self.new))


@dataclass(frozen=True)
class Mutant:
    """`weakness` as one would say it, `whose` the peer that has it, and the tests of which one must fail."""

    name: str
    weakness: str
    whose: str
    patches: tuple[Patch, ...]
    tests: tuple[str, ...]
