"""What machines ask: is the bot well (`/healthz`), is it ready (`/readyz`), what is measured (`/metrics`).

Who calls by PUBLIC_URL's host reaches these too, so they name no chat, no person and no reason.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.app.watch.judge import PARTS
from bot.app.watch.metrics import CONTENT_TYPE, Metrics
from bot.app.watch.watch import Watch

PUBLIC = frozenset({"/healthz", "/readyz", "/metrics"})


class OpsPages:
    """The three pages of one bot."""

    def __init__(self, watch: Watch, metrics: Metrics) -> None:
        self._watch, self._metrics = watch, metrics

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/healthz", self.health),
            Route("/readyz", self.readiness),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _request: Request) -> Response:
        """200 where all is well, else 503; which part is."""
        wrong = {each.part for each in await self._watch.troubles()}
        checks = {part: part not in wrong for part in PARTS}
        return _answer({"ok": not wrong, "checks": checks}, ok=not wrong)

    async def readiness(self, _request: Request) -> Response:
        """200 once the bot has looked at what is due and every platform has answered, else 503; what is missing."""
        missing = self._watch.missing
        return _answer({"ready": not missing, "missing": missing}, ok=not missing)

    async def metrics(self, _request: Request) -> Response:
        """Prometheus' text format."""
        return Response(await self._metrics.text(), media_type=CONTENT_TYPE, headers=_FRESH)


_FRESH = {"Cache-Control": "no-store"}


def _answer(content: object, *, ok: bool) -> JSONResponse:
    return JSONResponse(content, 200 if ok else 503, headers=_FRESH)
