"""What goes wrong meanwhile, and who answers meanwhile: random, from a seed."""

from collections.abc import Callable
from random import Random

from bot.channels.buttons import read_data
from bot.clock import SystemClock
from tests.acceptance.process import now
from tests.promises.evidence import occurrences_in
from tests.promises.logs import Pressed
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import Fault, cut_off, garbage, held, hung_up, page, reset, slow, stalled, too_many
from tests.torture.town import STRANGER, BigTown

_SLOWEST = 0.5

FAULTS: tuple[Callable[[Random], Fault], ...] = (
    lambda _: held(),
    lambda _: stalled(),
    lambda _: too_many(1),
    lambda rng: page(rng.choice((500, 502, 503)), accepts=rng.random() < 0.5),
    lambda rng: reset(rng.randrange(200), accepts=rng.random() < 0.7),
    lambda rng: hung_up(rng.randrange(200), accepts=rng.random() < 0.7),
    lambda rng: cut_off(rng.randrange(100)),
    lambda _: garbage(),
    lambda rng: slow(rng.uniform(0.05, _SLOWEST)),
)
"""One of each kind; whether the message stands in the chat all the same is part of the chance."""


class Trouble:
    """Faults laid before random chats of a town, and presses on random alerts by who may and who may not."""

    def __init__(self, server: TelegramServer, town: BigTown, rng: Random) -> None:
        self._server, self._town, self._rng = server, town, rng
        self._chats = (*town.rooms, *town.homes)
        self._read = 0
        self._unanswered: list[tuple[int, int, str]] = []
        self._given: set[tuple[int, str]] = set()
        self.presses: list[Pressed] = []

    async def end(self) -> None:
        """No fault any more; what was slow has arrived."""
        self._server.heal()
        await SystemClock().sleep(_SLOWEST)

    def misbehave(self, times: int) -> None:
        """So many faults, each at the next send to some chat, or the next of all."""
        for _ in range(times):
            fault, chat = self._rng.choice(FAULTS)(self._rng), self._rng.choice(self._chats)
            self._server.order(fault, chat=chat if fault.read is None else None)

    def answer(self, times: int) -> None:
        """So many presses on alerts or what followed them (收到, 已落实, 需协助), each by the room's member, once, and
        now and then by a stranger.
        """
        for posted in self._server.accepted[self._read :]:
            if posted.chat in self._town.rooms:
                for occurrence, row in zip(occurrences_in(posted.text), posted.buttons, strict=True):
                    self._unanswered.append(
                        (posted.chat, posted.message_id, f"{occurrence} {self._rng.choice(row)[1]}")
                    )
        self._read = len(self._server.accepted)
        for _ in range(min(times, len(self._unanswered))):
            chat, message, what = self._unanswered.pop(self._rng.randrange(len(self._unanswered)))
            occurrence, data = what.split(" ")
            person = STRANGER if self._rng.random() < 0.2 else self._town.rooms[chat]
            if (person, occurrence) not in self._given:
                self.press(person, chat, message, occurrence, data)

    def press(self, person: int, chat: int, message: int, occurrence: str, data: str) -> str:
        """One press, and the note of it; returns the query's id."""
        pressed = read_data(data)
        assert pressed is not None
        self._given.add((person, occurrence))
        self.presses.append(Pressed(f"telegram:{person}", occurrence, pressed.answer, now()))
        return self._server.press(person, chat, message, data)

    async def keep_on(self, pause: float, faults: int, presses: int) -> None:
        """Both again and again, until it is cancelled."""
        while True:
            await SystemClock().sleep(self._rng.uniform(0, 2 * pause))
            self.misbehave(faults)
            self.answer(presses)
