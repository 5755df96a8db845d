"""The transport bar of a rehearsal, which stands on each of its pages, and the playhead on the season's ribbon."""

from collections.abc import Mapping
from datetime import date, timedelta

from markupsafe import Markup

from bot.app.view.protocol import Live
from bot.app.view.season import ShownSeason
from bot.app.view.stage import Playing, Stage
from bot.web.player.spans import SPEEDS, speed_written
from bot.web.season.day_words import DayWords
from bot.web.season.ribbon import place
from bot.web.templating import Templating

_PARTS = ("player-now", "player-moves", "player-head")
_LONG = timedelta(days=300)
"""A span from which on days are told apart by their years."""


class Bar:
    """Renders the bar, as a whole and in the parts that change, in the words of the rehearsal's pages."""

    def __init__(self, stage: Stage, live: Live) -> None:
        self._stage = stage
        self._live = live
        self._words = DayWords(live.lang)
        self._season: tuple[tuple[str, date], ShownSeason | None] | None = None

    def whole(self, templating: Templating) -> Markup:
        """The bar as it stands on a page that is loaded."""
        return templating.piece("player-bar.html", **self._values())

    def parts(self, templating: Templating) -> Mapping[str, Markup]:
        """The parts of the bar and the playhead, as they are now."""
        values = self._values()
        return {name: templating.piece(f"{name}.html", **values) for name in _PARTS}

    def playhead(self) -> float | None:
        """Where along the season's ribbon the rehearsal stands, in percent."""
        playing, season = self._stage.playing(), self._season_now()
        return place(season, playing.now) if playing and season else None

    def _values(self) -> dict[str, object]:
        playing = self._stage.playing()
        return {
            "playing": playing,
            "words": self._words,
            "speeds": SPEEDS,
            "chosen": speed_written(playing.speed) if playing else "",
            "come": _come(playing) if playing else 0,
            "long": playing is not None and playing.last - playing.first > _LONG,
            "playhead": self.playhead(),
        }

    def _season_now(self) -> ShownSeason | None:
        """The season, of which only the ends matter here: asked for once a day of the rehearsal."""
        known = (self._live.version, self._live.clock.now().astimezone(self._live.town.zone).date())
        if self._season is None or self._season[0] != known:
            self._season = (known, self._live.season())
        return self._season[1]


def _come(playing: Playing) -> int:
    """How far through its span a rehearsal is, in thousandths."""
    return round(1_000 * min(max((playing.now - playing.first) / (playing.last - playing.first), 0.0), 1.0))
