"""One line of what `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measurement, in milliseconds, and what it is held against."""

    what: str
    took: float
    against: str
    other: float

    def __str__(self) -> str:
        return f"{self.what:<78}{self.took:>10,.1f} ms   {self.against:<34}{self.other:>10,.1f} ms{self._ratio():>9.2f}"

    def _ratio(self) -> float:
        return self.took / self.other
