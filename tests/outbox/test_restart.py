"""A crash between send and record leaves a doubt, which is shown and decided; never “sent” by a guess (fault 1, 2)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.protocol import Limits
from bot.channels.routes import Route
from bot.clock import ManualClock
from bot.ledger.deliveries import UNFINISHED, Issued
from tests.fakes import FakeChannel, throttled
from tests.outbox.stage import GROUPS, NINE, Stage, a_broadcast, an_ask

DUTY_ROOM, RESIDENTS = GROUPS["duty-room"], GROUPS["longmen-residents"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    await made.run()
    yield made
    await made.end()


async def crash_while_sending(stage: Stage, issued: Issued) -> None:
    """The platform has it and holds its reply; the process is killed; another one starts."""
    address = GROUPS[next(iter(issued.chats))]
    stage.telegram.held[address] = asyncio.Event()
    await stage.issue(issued)
    assert (await stage.delivery(issued)).state == "intended"
    await stage.crash()
    stage.telegram.held.clear()
    await stage.run()


async def test_a_duty_alert_is_uncertain_after_the_restart_and_then_sent_again(stage: Stage) -> None:
    ask = an_ask()
    await crash_while_sending(stage, ask)
    assert await stage.kinds(ask) == ["uncertain"]
    await stage.advance(10)
    assert await stage.kinds(ask) == ["uncertain", "sent"]
    assert stage.telegram.requests.count(DUTY_ROOM) == 2


async def test_a_broadcast_is_uncertain_after_the_restart_and_held(stage: Stage) -> None:
    warning = a_broadcast()
    await crash_while_sending(stage, warning)
    await stage.advance(3_600)
    assert await stage.kinds(warning) == ["uncertain"]
    assert (await stage.delivery(warning)).state == "uncertain"
    assert stage.telegram.requests.count(RESIDENTS) == 1
    assert len(stage.told) == 1


async def test_a_second_restart_asks_no_second_time(stage: Stage) -> None:
    warning = a_broadcast()
    await crash_while_sending(stage, warning)
    await stage.advance(60)
    await stage.crash()
    await stage.run()
    await stage.advance(60)
    assert await stage.kinds(warning) == ["uncertain"]
    assert len(stage.told) == 1


async def test_a_platform_that_can_tell_that_it_has_nothing_gets_it_without_a_doubt(stage: Stage) -> None:
    board = FakeChannel(stage.clock, "board")
    board.tells = False
    stage.routes.table = {"longmen-residents": Route(board, RESIDENTS)}
    board.stuck[RESIDENTS] = asyncio.Event()
    warning = a_broadcast()
    await stage.issue(warning)
    await stage.crash()
    board.stuck.clear()
    await stage.run()
    assert await stage.kinds(warning) == ["sent"]
    assert len(board.texts(RESIDENTS)) == 1


async def test_a_platform_that_can_tell_that_it_has_it_gets_it_no_second_time(stage: Stage) -> None:
    stage.telegram.tells = True
    ask = an_ask()
    await crash_while_sending(stage, ask)
    await stage.advance(600)
    assert await stage.kinds(ask) == ["sent"]
    assert stage.telegram.requests.count(DUTY_ROOM) == 1


async def test_what_had_not_been_begun_goes_out_once_after_the_restart(stage: Stage) -> None:
    stage.telegram.stuck[DUTY_ROOM] = asyncio.Event()
    begun, waiting = an_ask("begun"), an_ask("waiting")
    await stage.issue(begun, waiting)
    await stage.crash()
    stage.telegram.stuck.clear()
    await stage.run()
    await stage.advance(60)
    assert await stage.kinds(waiting) == ["sent"]


async def test_the_pace_of_a_burst_is_kept_over_a_restart_in_its_midst(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=1_000, private_gap=0.0, group_per_minute=5)
    await stage.issue(*(a_broadcast(f"w{number}") for number in range(8)))
    await stage.advance(10)
    await stage.crash()
    await stage.run()
    await stage.advance(49)
    assert len(stage.telegram.texts(RESIDENTS)) == 5
    await stage.advance(2)
    assert len(stage.telegram.texts(RESIDENTS)) == 8


async def test_what_went_out_in_one_message_counts_as_one_over_a_restart(stage: Stage) -> None:
    stage.telegram.limits = Limits(per_second=1_000, private_gap=0.0, group_per_minute=5)
    await stage.advance(3_600)
    await stage.issue(*(a_broadcast(f"w{number}") for number in range(8)))
    await stage.crash()
    await stage.run()
    await stage.issue(a_broadcast("next", stage.clock.now()))
    assert len(stage.telegram.texts(RESIDENTS)) == 2


async def test_a_wait_that_the_platform_asked_for_stands_over_a_restart_for_the_whole_chat(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, throttled(30))
    await stage.issue(a_broadcast("first"))
    await stage.crash()
    await stage.run()
    await stage.issue(a_broadcast("second"))
    await stage.advance(29)
    assert stage.telegram.requests.count(RESIDENTS) == 1
    await stage.advance(2)
    assert len(stage.telegram.texts(RESIDENTS)) == 2


async def test_a_clock_that_was_set_back_meanwhile_makes_that_wait_no_longer(stage: Stage) -> None:
    stage.telegram.order(RESIDENTS, throttled(30))
    await stage.issue(a_broadcast("first"))
    await stage.crash()
    stage.clock.jump(stage.clock.now() - timedelta(hours=1))
    await stage.run()
    await stage.issue(a_broadcast("second", stage.clock.now()))
    await stage.advance(31)
    assert len(stage.telegram.texts(RESIDENTS)) == 1, "the first is due in an hour, by this clock"


@given(
    kills=st.lists(st.floats(0.0, 20.0), max_size=4),
    faults=st.lists(st.sampled_from(["stuck", "held", "fine"]), min_size=4, max_size=4),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_wherever_it_is_killed_the_ledger_tells_no_lie(kills: list[float], faults: list[str]) -> None:
    asyncio.run(_killed(kills, faults))


async def _killed(kills: list[float], faults: list[str]) -> None:
    stage = Stage(ManualClock(NINE.astimezone(UTC)))
    every = [an_ask(f"ask-{number}") for number in range(3)] + [a_broadcast(f"warning-{number}") for number in range(3)]
    await stage.run()
    await stage.issue(*every[::2])
    for seconds, fault in zip(kills, faults, strict=False):
        never = {DUTY_ROOM: asyncio.Event(), RESIDENTS: asyncio.Event()}
        stage.telegram.stuck = never if fault == "stuck" else {}
        stage.telegram.held = never if fault == "held" else {}
        stage.sender.wake()
        await stage.issue(*every)
        await stage.advance(seconds)
        await stage.crash()
        stage.telegram.stuck, stage.telegram.held = {}, {}
        await stage.run()
    await stage.issue(*every)
    await stage.advance(600)
    for issued in every:
        kinds, delivery = await stage.kinds(issued), await stage.delivery(issued)
        arrived = stage.telegram.texts(DUTY_ROOM) + stage.telegram.texts(RESIDENTS)
        mine = sum(issued.bodies[""] in text.splitlines() for text in arrived)
        assert delivery.state not in UNFINISHED
        assert kinds.count("sent") <= 1
        if issued.owing:
            assert mine >= 1, "a duty alert arrives"
            assert mine <= 1 + kinds.count("uncertain"), "and twice only where its doubt is on record"
        else:
            assert mine <= 1, "a broadcast is never doubled"
            assert mine == 1 or "uncertain" in kinds
    await stage.end()


async def test_only_the_platform_that_was_asked_can_tell_and_not_one_that_the_chat_is_on_since(stage: Stage) -> None:
    warning = a_broadcast()
    stage.telegram.held[RESIDENTS] = asyncio.Event()
    await stage.issue(warning)
    await stage.crash()
    board = FakeChannel(stage.clock, "board")
    board.tells = False
    stage.routes.table = {**stage.routes.table, "longmen-residents": Route(board, "longmen-residents")}
    await stage.run()
    assert await stage.kinds(warning) == ["uncertain"]
    assert board.sent == []
