"""The app keeps what every channel promises."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_app.standing import MessageId
from bot.clock import ManualClock
from tests.contracts.channels import ChannelContract, SendingStage
from tests.servers.wecom_callback import Speaker


@dataclass
class AppStage:
    """A member's own chat with the app."""

    channel: WecomAppChannel
    phones: Speaker
    address: str = "user:policeduty"
    telling: list[asyncio.Task[list[int]]] = field(default_factory=list)

    async def press(self, message_id: str | None, data: str) -> None:
        task = MessageId.read(message_id or "").task
        self.telling.append(asyncio.create_task(self.phones.press("PoliceDuty", task, data)))

    async def types(self, text: str) -> None:
        self.telling.append(asyncio.create_task(self.phones.types("PoliceDuty", text)))


class TestTheApp(ChannelContract):
    @pytest.fixture
    async def stage(self, channel: WecomAppChannel, phones: Speaker, clock: ManualClock) -> AsyncIterator[AppStage]:
        async def passes() -> None:
            while True:
                await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=0.005)
                await clock.advance(0.5)

        stage, passing = AppStage(channel, phones), asyncio.create_task(passes())
        yield stage
        for each in (passing, *stage.telling):
            each.cancel()

    async def test_its_chats_are_groups(self, stage: SendingStage) -> None:
        """A member's own chat is none, and whatever many read is one."""
        assert not stage.channel.is_group(stage.address)
        assert all(stage.channel.is_group(each) for each in ("party:2", "tag:7", "chat:fire"))
