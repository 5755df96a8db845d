"""What tells campaigns of one title apart: their years."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.app.view.protocol import Live
from bot.app.view.season import ShownSeason


class Years:
    """Worked out once a version of the schedule."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._known: tuple[str, Mapping[str, str]] = ("", {})

    def of(self, campaigns: Sequence[tuple[str, str]]) -> Mapping[str, str]:
        """Of those (id and title) whose title others have too: 2023–24, or the id where their years are the same."""
        known, years = self._known
        if known != self._live.version:
            titles = Counter(title for _, title in campaigns)
            alike = {id_: self._live.season(id_) for id_, title in campaigns if titles[title] > 1}
            found = {id_: _years(season) for id_, season in alike.items() if season}
            several = Counter(found.values())
            years = {id_: each if several[each] == 1 else id_ for id_, each in found.items()}
            self._known = (self._live.version, years)
        return years


def _years(season: ShownSeason) -> str:
    """2026, or 2026–27."""
    first, last = season.first, season.last
    return f"{first:%Y}" if first.year == last.year else f"{first:%Y}–{last:%y}"
