"""What goes wrong in WeCom meanwhile, and who answers there meanwhile: random, from a seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from bot.channels.buttons import read_data
from bot.clock import SystemClock
from bot.ledger.entries import ANSWERS
from bot.ledger.inbound import BY_LINK
from tests.acceptance.process import now
from tests.promises.evidence import occurrences_in
from tests.promises.kinds import userid
from tests.promises.logs import Pressed
from tests.servers import wecom_socket
from tests.servers.platforms import CALLBACK, PUBLIC, Platforms
from tests.servers.wecom_callback import Speaker
from tests.servers.wecom_faults import Fault, says
from tests.torture.lives import Lives
from tests.torture.town import BigTown, Place
from tests.torture.trouble import FAULTS

_BUSY = -1


def _socket_fault(ack: Any, rng: Random) -> wecom_socket.Fault:
    return wecom_socket.Fault(ack, accepts=rng.random() < _ACCEPTED)


_ACCEPTED = 0.6
"""How often the work is done all the same."""

_PATIENCE = 1.0
"""Seconds for which anybody waits for a page of the bot's."""

ON_THE_SOCKET: tuple[Callable[[Random], wecom_socket.Fault], ...] = tuple(
    partial(_socket_fault, ack) for ack in ("none", "cut", "closed", "garbage", _BUSY)
)
"""What befalls a frame of the long connection."""

IN_WECOM: tuple[Callable[[Random], Fault], ...] = (*FAULTS, lambda _: says(_BUSY))


@dataclass(frozen=True)
class _Open:
    """An ask that can be answered in a place: by the link at this path, or by a press of this card."""

    place: Place
    occurrence: str
    link: str | None = None
    card: tuple[str, str] = ("", "")


class InWecom:
    """Faults laid before random chats of a town in WeCom, and answers to random asks there: by a link to the page of
    the bot that lives, by a press that the app is told of. What nobody says that it was heard may have been lost.
    """

    def __init__(self, platforms: Platforms, town: BigTown, rng: Random, lives: Lives) -> None:
        self._platforms, self._rng, self._lives = platforms, rng, lives
        self._places = {_to(each): each for each in town.places if each.kind.startswith("wecom-")}
        self._client = httpx.AsyncClient(timeout=_PATIENCE, trust_env=False, verify=False)
        self._phones = Speaker(platforms.corp, self._told)
        self._read_links = self._read_cards = self._read_pushed = 0
        self._open: list[_Open] = []
        self.presses: list[Pressed] = []

    def misbehave(self) -> None:
        """One fault, at the next send to some chat, or the next of all."""
        to, place = self._rng.choice(list(self._places.items()))
        if place.kind == "wecom-bot":
            self._platforms.smart_bot.order(self._rng.choice(ON_THE_SOCKET)(self._rng))
            return
        fault = self._rng.choice(IN_WECOM)(self._rng)
        self._platforms.wecom.order(fault, key=to if fault.read is None else None)

    async def answer(self) -> None:
        """Somebody answers an ask, once in each message of it."""
        self._open += [*self._links(), *self._cards()]
        if not self._open:
            return
        ask, at = self._open.pop(self._rng.randrange(len(self._open))), now()
        if ask.link:
            answer = self._rng.choice(ANSWERS)
            body = urlencode({"answer": answer, "name": "", "why": ""}).encode()
            status, _ = await self._page("POST", ask.link, {}, body, "application/x-www-form-urlencoded")
            said = Pressed(f"{BY_LINK}:{ask.place.chat}", ask.occurrence, answer, at, sure=status == 200)
        else:
            task, key = ask.card
            pressed, who = read_data(key), userid(ask.place.number)
            assert pressed is not None
            if ask.place.kind == "wecom-bot":
                self._platforms.smart_bot.presses(who, task, key)
                sure = False
            else:
                sure = 200 in await self._phones.press(who, task, key)
            said = Pressed(f"wecom:{who}", ask.occurrence, pressed.answer, at, sure=sure)
        self.presses.append(said)

    async def keep_on(self, pause: float) -> None:
        """Both again and again, until it is cancelled."""
        while True:
            await SystemClock().sleep(self._rng.uniform(0, 2 * pause))
            self.misbehave()
            await self.answer()

    async def end(self) -> None:
        """Nobody says anything any more."""
        await self._client.aclose()

    def _links(self) -> Iterator[_Open]:
        robots = self._platforms.wecom.robots.accepted
        new, self._read_links = robots[self._read_links :], len(robots)
        for posted in new:
            place, links = self._places[posted.key], posted.links
            if place.is_room and links:
                for occurrence, url in zip(occurrences_in(posted.text), links, strict=True):
                    yield _Open(place, occurrence, link=urlsplit(url).path)

    def _cards(self) -> Iterator[_Open]:
        corp = self._platforms.corp.accepted
        new, self._read_cards = corp[self._read_cards :], len(corp)
        cards = [(each.to, dict(each.body)) for each in new if each.msgtype == "template_card"]
        pushed = self._platforms.smart_bot.accepted
        newly, self._read_pushed = pushed[self._read_pushed :], len(pushed)
        cards += [(each.chat, dict(each.card)) for each in newly if each.card]
        for to, card in cards:
            if (place := self._places.get(to)) and place.is_room:
                (occurrence,) = occurrences_in(card["sub_title_text"])
                button = self._rng.choice(card["button_list"])
                yield _Open(place, occurrence, card=(card["task_id"], button["key"]))

    async def _told(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        return await self._page(method, CALLBACK, query, body, "text/xml")

    async def _page(self, method: str, path: str, query: dict[str, str], body: bytes, kind: str) -> tuple[int, bytes]:
        """What the bot that lives answers from outside; 0 where none does."""
        bot = self._lives.bot
        if bot is None or bot.ended or "http://" not in bot.out:
            return 0, b""
        headers = {"Host": urlsplit(PUBLIC).netloc, "Content-Type": kind}
        url = f"{bot.board.rstrip('/')}{path}"
        try:
            answer = await self._client.request(method, url, params=query, content=body, headers=headers)
        except httpx.HTTPError:
            return 0, b""
        return answer.status_code, answer.content


def _to(place: Place) -> str:
    """Whom a local WeCom is asked to send it to."""
    return f"user:{userid(place.number)}" if place.kind == "wecom-app" else str(place.address)
