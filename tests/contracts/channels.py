"""What every channel must pass. A channel's tests subclass `ChannelContract` and give it a `stage`; those of one that
only sends, `SendingContract`.
"""

import asyncio
from dataclasses import replace
from typing import Protocol

import pytest

from bot.campaign.people import directory_of
from bot.channels.protocol import Button, Channel, Message
from bot.ledger.inbound import Inbound

ASK = Message("**请落实** 今晚值守，[预案](https://example.org/plan)", ((Button("收到", "Ab12:r"),),))


class SendingStage(Protocol):
    """An open channel with a group at `address`."""

    channel: Channel
    address: str


class Stage(SendingStage, Protocol):
    """An open channel with a group at `address`, and somebody in that group."""

    async def press(self, message_id: str | None, data: str) -> None:
        """Somebody presses a button under a message of the channel's."""

    async def types(self, text: str) -> None:
        """Somebody types, so that the bot hears it."""


async def heard(stage: Stage, offset: str | None = None) -> tuple[list[Inbound], str | None]:
    """What comes in next, and from where to ask on."""
    found: list[Inbound] = []
    while not found:
        batch = await asyncio.wait_for(stage.channel.receive(offset), 5)
        found, offset = list(batch.inbound), batch.offset
    return found, offset


class SendingContract:
    """The promises of `bot.channels.protocol` that sending is about."""

    @pytest.fixture
    async def stage(self) -> SendingStage:
        raise NotImplementedError

    async def test_an_address_that_was_read_reads_as_itself(self, stage: SendingStage) -> None:
        assert stage.channel.read_address(stage.address) == stage.address

    async def test_its_chats_are_groups(self, stage: SendingStage) -> None:
        assert stage.channel.is_group(stage.address) is True

    async def test_its_limits_let_something_through(self, stage: SendingStage) -> None:
        limits = stage.channel.limits
        assert limits.per_second > 0
        assert limits.private_gap >= 0
        assert limits.group_per_minute >= 1

    async def test_a_short_message_fits_and_an_endless_one_does_not(self, stage: SendingStage) -> None:
        assert stage.channel.fit(ASK).fits
        assert not stage.channel.fit(Message("火" * 100_000)).fits

    async def test_a_longer_message_takes_more_room(self, stage: SendingStage) -> None:
        assert stage.channel.fit(replace(ASK, text=ASK.text + "严禁烟火")).used > stage.channel.fit(ASK).used

    async def test_a_sent_message_can_be_edited_and_the_same_edit_again_is_success(self, stage: SendingStage) -> None:
        receipt = await stage.channel.send(stage.address, ASK)
        if receipt.message_id is not None and stage.channel.amends:
            after = Message("**请落实** 今晚值守：派出所 收到 09:02")
            await stage.channel.edit(stage.address, receipt.message_id, after)
            await stage.channel.edit(stage.address, receipt.message_id, after)

    async def test_it_tells_whether_a_message_arrived_or_that_it_cannot(self, stage: SendingStage) -> None:
        assert await stage.channel.can_tell(stage.address, "从未发出") in (False, None)

    async def test_it_says_that_a_chat_in_which_it_may_write_can_be_reached(self, stage: SendingStage) -> None:
        assert await stage.channel.reachable(stage.address) is True

    async def test_it_can_be_closed_twice(self, stage: SendingStage) -> None:
        await stage.channel.close()
        await stage.channel.close()


class ChannelContract(SendingContract):
    """All promises of `bot.channels.protocol`."""

    @pytest.fixture
    async def stage(self) -> Stage:
        raise NotImplementedError

    async def test_a_press_says_who_pressed_what_and_where(self, stage: Stage) -> None:
        receipt = await stage.channel.send(stage.address, ASK)
        await stage.press(receipt.message_id, "Ab12:r")
        (pressed,), _ = await heard(stage)
        assert (pressed.platform, pressed.kind, pressed.data) == (stage.channel.name, "press", "Ab12:r")
        assert pressed.address == stage.address
        assert pressed.message_id == receipt.message_id
        assert pressed.person.startswith(f"{directory_of(stage.channel.name)}:")
        assert not pressed.anonymous

    async def test_a_typed_text_arrives_as_typed(self, stage: Stage) -> None:
        await stage.types("收到")
        (typed,), _ = await heard(stage)
        assert (typed.kind, typed.text, typed.address) == ("text", "收到", stage.address)

    async def test_each_thing_that_comes_in_has_a_key_of_its_own(self, stage: Stage) -> None:
        await stage.types("收到")
        await stage.types("收到")
        found, offset = await heard(stage)
        while len(found) < 2:
            more, offset = await heard(stage, offset)
            found += more
        assert len({each.key for each in found}) == 2

    async def test_what_is_not_confirmed_comes_again_and_what_is_does_not(self, stage: Stage) -> None:
        await stage.types("收到")
        first, offset = await heard(stage)
        if offset is not None:
            again, _ = await heard(stage)
            await stage.types("已落实")
            after, _ = await heard(stage, offset)
            assert again == first
            assert [each.text for each in after] == ["已落实"]

    async def test_a_wait_that_is_cancelled_loses_nothing(self, stage: Stage) -> None:
        waiting = asyncio.ensure_future(stage.channel.receive(None))
        done, _ = await asyncio.wait([waiting], timeout=0.03)
        assert not done
        waiting.cancel()
        await asyncio.wait([waiting])
        await stage.types("收到")
        (typed,), _ = await heard(stage)
        assert typed.text == "收到"

    async def test_a_press_can_be_answered_with_words_or_with_a_choice(self, stage: Stage) -> None:
        receipt = await stage.channel.send(stage.address, ASK)
        await stage.press(receipt.message_id, "Ab12:r")
        (pressed,), _ = await heard(stage)
        await stage.channel.answer(pressed, "已记录")
        await stage.channel.answer(pressed, "您代表哪个单位？", ((Button("派出所", "Ab12:r:police"),),))
