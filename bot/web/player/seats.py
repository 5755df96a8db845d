"""The rehearsal's first page: the chats as on the board, with the season above and the owed answers beside them."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from bot.app.view.protocol import Live
from bot.web.board import Board
from bot.web.player.bar import Bar
from bot.web.reader import reader_of
from bot.web.season.day_words import DayWords
from bot.web.season.ribbon import ribbon
from bot.web.site import Site
from bot.web.words import key


class Seats(Board):
    """The board of a rehearsal: one reads, presses and types as any office while it plays."""

    def __init__(self, live: Live, site: Site, bar: Bar) -> None:
        super().__init__(live, site.templating, site.updates, site.flash)
        self._bar = bar
        self._words = DayWords(live.lang)

    async def _page(self, request: Request, name: str, shown: Sequence[str], **values: object) -> Response:
        if name != "board.html":
            return await super()._page(request, name, shown, **values)
        season = self._live.season()
        return await self._templating.page(
            "player.html",
            reader_of(request, self._live),
            here="chats",
            sees=["asks", *(f"chat-{key(chat)}" for chat in shown)],
            answered=self._flash.take(request.query_params.get("told")),
            words=self._words,
            drawn=ribbon(season) if season else None,
            playhead=self._bar.playhead(),
            asks=await self._live.asks(),
            **values,
        )
