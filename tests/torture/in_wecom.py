"""What goes wrong in WeCom meanwhile, and who answers there meanwhile: random, from a seed."""

from collections.abc import Callable, Mapping
from random import Random
from urllib.parse import urlsplit

import httpx

from bot.acknowledgements.links import BY_LINK
from bot.clock import SystemClock
from tests.acceptance.process import now
from tests.promises.evidence import occurrences_in
from tests.promises.logs import Pressed
from tests.servers.platforms import PUBLIC, Platforms
from tests.servers.wecom_faults import Fault, says
from tests.torture.lives import Lives
from tests.torture.town import BigTown
from tests.torture.trouble import FAULTS

_BUSY, _TOO_FAST = -1, 45009

IN_WECOM: tuple[Callable[[Random], Fault], ...] = (
    *FAULTS,
    lambda _: says(_BUSY),
    lambda _: says(_TOO_FAST),
)


class InWecom:
    """Faults laid before random chats of a town in WeCom, and answers to random asks by who may."""

    def __init__(self, platforms: Platforms, town: BigTown, rng: Random, lives: Lives) -> None:
        self._platforms, self._rng, self._lives = platforms, rng, lives
        self._robots: Mapping[str, str] = {
            str(each.address): each.chat for each in town.places if each.kind == "wecom-robot"
        }
        self._rooms = frozenset(each.chat for each in town.places if each.is_room)
        self._read = 0
        self._client = httpx.AsyncClient(headers=_OUTSIDE, timeout=1, trust_env=False, verify=False)
        self._links: list[tuple[str, str, str]] = []
        self.presses: list[Pressed] = []

    def misbehave(self, times: int) -> None:
        """So many faults, each at the next send to some chat, or the next of all."""
        for _ in range(times):
            fault, key = self._rng.choice(IN_WECOM)(self._rng), self._rng.choice(list(self._robots))
            self._platforms.wecom.order(fault, key=key if fault.read is None else None)

    async def answer(self) -> None:
        """Somebody opens a link, and answers on its page while the bot lives; what became of it they read, or not."""
        robots = self._platforms.wecom.robots.accepted
        for posted in robots[self._read :]:
            if (chat := self._robots[posted.key]) in self._rooms:
                named = zip(occurrences_in(posted.text), posted.links, strict=True)
                self._links += [(chat, occurrence, urlsplit(url).path) for occurrence, url in named]
        self._read = len(robots)
        bot = self._lives.bot
        if not self._links or bot is None or bot.ended or "http://" not in bot.out:
            return
        chat, occurrence, path = self._links.pop(self._rng.randrange(len(self._links)))
        answer, at = self._rng.choice(("received", "done", "help")), now()
        try:
            said = await self._client.post(
                f"{bot.board.rstrip('/')}{path}", data={"answer": answer, "name": "", "why": ""}
            )
            sure = said.status_code == 200
        except httpx.HTTPError:
            sure = False
        self.presses.append(Pressed(f"{BY_LINK}:{chat}", occurrence, answer, at, sure=sure))

    async def end(self) -> None:
        """Nobody says anything any more."""
        await self._client.aclose()

    async def keep_on(self, pause: float) -> None:
        """Both again and again, until it is cancelled."""
        while True:
            await SystemClock().sleep(self._rng.uniform(0, 2 * pause))
            self.misbehave(1)
            await self.answer()


_OUTSIDE = {"Host": urlsplit(PUBLIC).netloc}
