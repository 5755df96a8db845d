"""The problems of offices: who needs what since when, who sees to it, how it ended."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.view.protocol import Live
from bot.web.flash import Flash
from bot.web.reader import reader_of
from bot.web.templating import Templating


class ProblemsPage:
    """问题清单: the open ones first, oldest first; a closed one stays for a while."""

    def __init__(self, live: Live, templating: Templating, flash: Flash) -> None:
        self._live = live
        self._templating = templating
        self._flash = flash

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/problems", self.problems)]

    async def problems(self, request: Request) -> Response:
        """The list. From this machine one sees to a problem and closes it, as an admin or as an office that may."""
        return await self._templating.page(
            "problems.html",
            reader_of(request, self._live),
            here="problems",
            sees=("calendar",),
            problems=await self._live.problems(),
            answered=self._flash.take(request.query_params.get("told")),
        )
