"""The board keeps the promises of every channel, and its pages get their answers."""

import asyncio

import pytest

from bot.channels.board import RESIDENT, BoardChannel, Told, office_of, person_of
from bot.channels.buttons import data_of, read_data
from bot.channels.protocol import Button, Channel
from bot.clock import ManualClock
from bot.ledger.entries import ANSWERS, AnswerState
from tests.app.stage import EIGHT
from tests.contracts.channels import ChannelContract, Stage


class OnTheBoard:
    """A page from which somebody presses and types."""

    address = "duty-room"

    def __init__(self, board: BoardChannel) -> None:
        self.channel: Channel = board
        self._board = board
        self.waiting: list[asyncio.Task[Told]] = []

    async def press(self, message_id: str | None, data: str) -> None:
        self._ask(asyncio.create_task(self._board.press(RESIDENT, self.address, message_id or "", data)))

    async def types(self, text: str) -> None:
        self._ask(asyncio.create_task(self._board.say(RESIDENT, self.address, text)))

    def _ask(self, task: asyncio.Task[Told]) -> None:
        self.waiting.append(task)


class TestBoard(ChannelContract):
    @pytest.fixture
    async def stage(self) -> Stage:
        return OnTheBoard(BoardChannel(ManualClock(EIGHT)))


async def test_who_pressed_reads_the_answer_and_its_buttons() -> None:
    board = BoardChannel(ManualClock(EIGHT))
    pressing = asyncio.create_task(board.press("board:office/police", "duty-room", "m1", "r:token"))
    batch = await board.receive(None)
    assert batch.offset is None
    choice = ((Button("派出所", "r:token:0"),),)
    await board.answer(batch.inbound[0], "哪一个？", choice)
    assert await pressing == Told("哪一个？", choice)


async def test_two_who_press_at_once_each_read_their_own() -> None:
    board = BoardChannel(ManualClock(EIGHT))
    asking = [asyncio.create_task(board.say(RESIDENT, "duty-room", text)) for text in ("一", "二")]
    await asyncio.sleep(0)  # noqa: TID251 - yields, does not wait
    batch = await board.receive(None)
    for inbound in reversed(batch.inbound):
        await board.answer(inbound, f"听到{inbound.text}")
    assert [(await each).text for each in asking] == ["听到一", "听到二"]


async def test_a_page_that_was_closed_is_answered_in_vain() -> None:
    board = BoardChannel(ManualClock(EIGHT))
    asking = asyncio.create_task(board.say(RESIDENT, "duty-room", "收到"))
    batch = await board.receive(None)
    asking.cancel()
    await asyncio.wait([asking])
    await board.answer(batch.inbound[0], "已记录")


async def test_closing_lets_go_of_who_waits() -> None:
    board = BoardChannel(ManualClock(EIGHT))
    asking = asyncio.create_task(board.say(RESIDENT, "duty-room", "收到"))
    await board.receive(None)
    await board.close()
    await asyncio.wait([asking])
    assert asking.cancelled()


def test_a_person_of_the_board_is_an_office_or_a_resident() -> None:
    assert office_of(person_of("police")) == "police"
    assert office_of(person_of(None)) is None
    assert office_of("telegram:office/police") is None


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_a_button_carries_reads_back_and_fits_telegram_s_64_bytes(answer: AnswerState) -> None:
    for office in (None, 0, 9_999):
        data = data_of(answer, "T" * 32, office)
        pressed = read_data(data)
        assert pressed is not None
        assert (pressed.answer, pressed.token, pressed.office) == (answer, "T" * 32, office)
        assert len(data.encode()) <= 64
