"""The owed answers: ask by ask, office by office, who has answered and who owes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.protocol import Live
from bot.web.reader import reader_of
from bot.web.templating import Templating


class AsksPage:
    """The page of asks. Nobody is ranked: offices stand in the town's order."""

    def __init__(self, live: Live, templating: Templating) -> None:
        self._live = live
        self._templating = templating

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/asks", self.asks)]

    async def asks(self, request: Request) -> Response:
        """Open asks, the nearest deadline first, then those lately answered."""
        asks = await self._live.asks()
        return await self._templating.page(
            "asks.html", reader_of(request, self._live), here="asks", sees=("asks",), asks=asks
        )
