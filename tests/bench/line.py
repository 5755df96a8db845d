"""One line of what `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measurement, in milliseconds where it says nothing else, and what it is held against."""

    what: str
    took: float
    against: str
    other: float
    unit: str = "ms"

    def __str__(self) -> str:
        took, other = (f"{each:>10,.1f} {self.unit:<2}" for each in (self.took, self.other))
        return f"{self.what:<78}{took}   {self.against:<34}{other}{self._ratio():>9.2f}"

    def _ratio(self) -> float:
        return self.took / self.other
