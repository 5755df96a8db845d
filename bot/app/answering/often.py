"""How often something may be done: so many times at once, then once more each so many seconds."""

from dataclasses import dataclass, field


@dataclass
class Often:
    """For each who does it by themselves; `every` is in seconds."""

    at_once: int
    every: float
    _full_again: dict[tuple[str, ...], float] = field(default_factory=dict)

    def may(self, who: tuple[str, ...], now: float) -> bool:
        """Whether one more may follow; `now` is monotonic."""
        return self._full_again.get(who, now) - now <= (self.at_once - 1) * self.every

    def took(self, who: tuple[str, ...], now: float) -> None:
        """It was done once."""
        self._full_again = {each: until for each, until in self._full_again.items() if until > now}
        self._full_again[who] = max(self._full_again.get(who, now), now) + self.every
