"""How often one person may put something on record by one link."""

from dataclasses import dataclass, field

AT_ONCE = 6
EVERY = 300.0
"""Seconds after which one more may follow."""


@dataclass
class Often:
    """So many at once, then one every five minutes: 需协助 and 已落实 by turns call nobody all day long. What only
    repeats an answer does not count.
    """

    _full_again: dict[tuple[str, ...], float] = field(default_factory=dict)

    def may(self, who: tuple[str, ...], now: float) -> bool:
        """Whether one more may follow; `now` is monotonic."""
        return self._full_again.get(who, now) - now <= (AT_ONCE - 1) * EVERY

    def took(self, who: tuple[str, ...], now: float) -> None:
        """One was put on record."""
        self._full_again = {each: until for each, until in self._full_again.items() if until > now}
        self._full_again[who] = max(self._full_again.get(who, now), now) + EVERY
