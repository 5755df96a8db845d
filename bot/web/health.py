"""How each chat is doing: where it is, what was last sent, what is wrong; and what waits for an admin's word."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.protocol import Live
from bot.web.flash import Flash
from bot.web.reader import reader_of
from bot.web.templating import Templating


class HealthPage:
    """The page of the chats' health, in the town's order."""

    def __init__(self, live: Live, templating: Templating, flash: Flash) -> None:
        self._live = live
        self._templating = templating
        self._flash = flash

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/health", self.health)]

    async def health(self, request: Request) -> Response:
        """Every chat of the town, below what is to be decided."""
        return await self._templating.page(
            "health.html",
            reader_of(request, self._live),
            here="health",
            sees=("health",),
            chats=await self._live.health(),
            questions=await self._live.questions(),
            answered=self._flash.take(request.query_params.get("told")),
        )
