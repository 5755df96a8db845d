"""No chat waits for another: whatever befalls one of 500, the others get theirs as if nothing were (faults 4 and 15).
Nor does a platform for another.

The outbox at Telegram's pace, and a whole bot before both platforms, on a clock that is moved by hand.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.channels.protocol import Message, Receipt
from bot.channels.routes import Route, Routes
from bot.channels.telegram import TelegramPlatform
from bot.clock import ManualClock
from bot.errors import SendError
from bot.ledger.deliveries import Issued
from tests.fakes import FakeChannel, gone, moved, not_sent, refused, throttled, uncertain
from tests.outbox.stage import NINE, SHANGHAI, Stage, a_broadcast, an_ask
from tests.promises.evidence import accepted
from tests.promises.on_all import on_all
from tests.seasons.five_kinds import a_mixed_town
from tests.servers.platforms import PARTS, Part

CHATS = [f"residents-{number:03}" for number in range(500)]
ONE = CHATS[7]
OTHERS = [each for each in CHATS if each != ONE]
A_SECOND = TelegramPlatform.limits.per_second
ALERTED = 5.0
"""Seconds within which a duty alert is out, whatever else is waiting."""


@dataclass(frozen=True)
class Asked:
    """A request: to whom, with what, from when until when on the clock, and whether the platform took it."""

    address: str
    text: str
    began: float
    ended: float
    taken: bool


class Telegram(FakeChannel):
    """Telegram's limits; a request to an address takes so many seconds of the clock as `latency` says."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock, limits=TelegramPlatform.limits)
        self.latency: dict[str, float] = {}
        self.asked: list[Asked] = []
        self._hands = clock

    async def send(self, address: str, message: Message) -> Receipt:
        began, taken = self._hands.monotonic(), False
        try:
            await self._hands.sleep(self.latency.get(address, 0.05))
            receipt = await super().send(address, message)
            taken = True
        finally:
            self.asked.append(Asked(address, message.text, began, self._hands.monotonic(), taken))
        return receipt


@dataclass
class Town(Stage):
    """Five hundred chats beside those of the stage."""

    wire: Telegram = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.telegram = self.wire = Telegram(self.clock)
        chats = [*CHATS, "duty-room", "admin"]
        self.routes = Routes({chat: Route(self.wire, address_of(chat)) for chat in chats})
        self.start()

    async def end(self) -> None:
        """End it in order, what is slow included."""
        ending = asyncio.create_task(super().end())
        await self.advance(60)
        await ending

    def taken(self, chats: Iterable[str], name: str = "") -> dict[str, list[float]]:
        """When the platform had each message to these chats, or of those that say this, by chat."""
        found: dict[str, list[float]] = {chat: [] for chat in chats}
        chat_at = {address_of(chat): chat for chat in found}
        for each in self.wire.asked:
            if each.taken and name in each.text and each.address in chat_at:
                found[chat_at[each.address]].append(each.ended)
        return found


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    await made.run()
    yield made
    await made.end()


def address_of(chat: str) -> str:
    """Groups, but for the admin."""
    return "1001" if chat == "admin" else str(-1 - [*CHATS, "duty-room"].index(chat))


def two_to(chats: Iterable[str]) -> tuple[Issued, Issued]:
    """Two warnings to these chats, the first due a second before the second."""
    to: Mapping[str, tuple[str, ...]] = dict.fromkeys(chats, ())
    return a_broadcast("first", NINE - timedelta(seconds=1), chats=to), a_broadcast("second", chats=to)


async def test_a_duty_alert_overtakes_a_thousand_broadcasts_and_only_the_slow_chat_is_late(town: Town) -> None:
    town.wire.latency[address_of(ONE)] = 60.0
    await town.issue(*two_to(CHATS))
    await town.advance(9)
    since = town.clock.monotonic()
    behind_two_broadcasts = CHATS[-1]
    alert = an_ask("alert", town.clock.now(), chats={"duty-room": ("police",), behind_two_broadcasts: ("police",)})
    await town.issue(alert)
    await town.advance(ALERTED)
    for moments in town.taken(alert.chats, "alert").values():
        assert [moment - since <= ALERTED for moment in moments] == [True]
    await town.advance(1_000 / A_SECOND)
    in_time = 1_002 / A_SECOND + 1
    assert all(len(moments) >= 2 and max(moments) <= in_time for moments in town.taken(OTHERS).values())
    assert town.taken([ONE]) == {ONE: []}
    await town.advance(120)
    first, second = town.taken([ONE])[ONE]
    assert first >= 60
    assert second >= first + 60


async def test_a_chat_that_is_to_wait_waits_exactly_so_long_and_in_order_and_no_other_does(town: Town) -> None:
    town.wire.order(address_of(ONE), throttled(30), throttled(12))
    await town.issue(*two_to(CHATS))
    await town.advance(1_000 / A_SECOND + 1)
    others = town.taken(OTHERS)
    assert all(len(moments) == 2 for moments in others.values())
    left = sorted(moment for moments in others.values() for moment in moments)
    assert all(later - earlier < 2.5 / A_SECOND for earlier, later in pairwise(left))
    await town.advance(30)
    asked = [each for each in town.wire.asked if each.address == address_of(ONE)]
    assert [each.taken for each in asked] == [False, False, True, True]
    waits = [later.began - earlier.ended for earlier, later in pairwise(asked)]
    assert 30 <= waits[0] < 30.2
    assert 12 <= waits[1] < 12.2
    assert ["first" in each.text for each in asked] == [True, True, True, False]
    assert all("first" in town.wire.texts(address_of(chat))[0] for chat in OTHERS)


def _slow(wire: Telegram) -> None:
    wire.latency[address_of(ONE)] = 60.0


def _silent(wire: Telegram) -> None:
    wire.stuck[address_of(ONE)] = asyncio.Event()


def _meets(*errors: SendError) -> Callable[[Telegram], None]:
    return lambda wire: wire.order(address_of(ONE), *errors)


@pytest.mark.parametrize(
    "befalls",
    [
        pytest.param(_slow, id="it is slow"),
        pytest.param(_silent, id="it never answers"),
        pytest.param(_meets(throttled(300)), id="it is limited"),
        pytest.param(_meets(gone()), id="it is gone"),
        pytest.param(_meets(moved("-9001")), id="it moved"),
        pytest.param(_meets(refused(), refused()), id="it refuses"),
        pytest.param(_meets(*[not_sent()] * 9), id="it cannot be reached"),
        pytest.param(_meets(uncertain(), uncertain()), id="it perhaps took it"),
    ],
)
async def test_whatever_befalls_one_chat_the_others_get_theirs_when_they_would_have(
    befalls: Callable[[Telegram], None],
) -> None:
    undisturbed = await _moments(lambda _wire: None)
    disturbed = await _moments(befalls)
    assert disturbed.keys() == undisturbed.keys()
    for chat, moments in undisturbed.items():
        assert disturbed[chat] == [pytest.approx(moment, abs=0.5) for moment in moments]


async def _moments(befalls: Callable[[Telegram], None]) -> dict[str, list[float]]:
    """When the others of fifty chats had the two warnings, something having befallen one of them."""
    town, chats = Town(), CHATS[:50]
    befalls(town.wire)
    await town.run()
    await town.issue(*two_to(chats))
    await town.advance(100 / A_SECOND + 1)
    found = town.taken([chat for chat in chats if chat != ONE])
    await town.end()
    assert all(len(moments) == 2 for moments in found.values())
    return found


EVE = datetime(2027, 2, 5, 8, 0, tzinfo=SHANGHAI)
"""The eve of Spring Festival: three asks and a warning fall due at nine, another warning at four in the afternoon."""
DOWN, UP, EVENING = (EVE + timedelta(minutes=each) for each in (59, 179, 9 * 60 + 30))
CALLING_BESIDE_THE_SMART_BOT = "-calling"
"""How the robots' chats end that speak where the smart bot has spoken."""

OF_ITS_OWN = timedelta(seconds=11)
"""What the app sends to one person, and what it takes back there, wait for each other."""

Moments = Mapping[str, list[datetime]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    """When each chat of a town on all platforms has its messages on that day, where nothing is the matter."""
    return asyncio.run(_a_day(tmp_path_factory.mktemp("town")))


@pytest.mark.parametrize("down", [("http",), ("socket",), ("http", "socket"), ("telegram",)], ids=" and ".join)
async def test_what_is_down_for_two_hours_delays_what_is_up_by_not_a_second(
    tmp_path: Path, undisturbed: Moments, down: tuple[Part, ...]
) -> None:
    found, stricken = await _a_day(tmp_path, *down), frozenset[str]().union(*(PARTS[each] for each in down))
    assert found.keys() == undisturbed.keys()
    for chat, moments in undisturbed.items():
        if chat.partition(" ")[0] in stricken:
            assert all(not DOWN <= each < UP for each in found[chat])
        elif not ("socket" in down and chat.endswith(CALLING_BESIDE_THE_SMART_BOT)):
            apart = OF_ITS_OWN if chat.startswith("wecom-app ") else timedelta()
            assert len(found[chat]) == len(moments)
            assert all(abs(one - other) <= apart for one, other in zip(found[chat], moments, strict=True))
    assert found != undisturbed


async def _a_day(folder: Path, *down: Part) -> Moments:
    """When each chat has its messages, while these are out of reach for two hours."""
    async with on_all(a_mixed_town(folder), EVE) as it:
        for moment, then in ((DOWN, it.platforms.stop), (UP, it.platforms.start), (EVENING, None)):
            while it.clock.now() < moment:
                await it.step(moment)
            if then:
                await then(*down)
        found = defaultdict[str, list[datetime]](list)
        for each in accepted(it.platforms.asked, it.bot.in_force.schedule):
            found[f"{each.platform} {each.chat}"].append(each.at)
        return found
