"""A platform in a rehearsal: its own pace in real time, the rehearsal's hour, and the town's answers put aside."""

import asyncio

import pytest

from bot.app.rehearsal.outdoors import Outdoors
from bot.app.rehearsal.real_chats import real_chats
from bot.channels.buttons import decision_data
from bot.channels.protocol import Limits, Message
from bot.clock import ManualClock, SystemClock
from bot.errors import RehearsalRefused, TownHeld
from bot.ledger.deliveries import Delivery
from bot.ledger.inbound import Inbound
from bot.store.memory import MemoryStore
from bot.store.protocol import Change
from bot.store.tinydb import open_store
from tests.app.rehearsal.theatre import in_force
from tests.app.stage import DUTY_ROOM, EIGHT, Stage, at
from tests.fakes import FakeChannel, throttled
from tests.outbox.stage import an_ask

NOW = at("20:00")


class Scene:
    """A platform, the town's store, a played clock at eight in the morning and a real one in the evening."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.played, self.real = ManualClock(EIGHT), ManualClock(NOW)
        self.inner = FakeChannel(self.real, limits=limits or Limits(1_000, 0.0, 1_000))
        self.town = MemoryStore()
        self.outdoors = Outdoors(self.inner, self.town, self.played, self.real)

    def hears(self, kind: str, id_: str = "1", **what: object) -> Inbound:
        given = {"platform": "telegram", "id": id_, "at": NOW, "kind": kind, "person": "telegram:2001"}
        inbound = Inbound.model_validate({**given, "address": DUTY_ROOM, **what})
        self.inner.hear(inbound)
        return inbound

    async def heard(self) -> list[str]:
        return [each.id for each in (await self.outdoors.receive(None)).inbound]

    async def put_aside(self) -> list[str]:
        return [each.id for each in await self.town.unhandled()]


async def test_what_comes_in_bears_the_rehearsal_s_hour() -> None:
    scene = Scene()
    scene.hears("press", data="r:abc")
    (inbound,) = (await scene.outdoors.receive(None)).inbound
    assert inbound.at == EIGHT
    assert await scene.put_aside() == []


async def test_a_press_on_the_town_s_own_message_waits_for_the_town_s_bot() -> None:
    scene = Scene()
    issued = an_ask()
    await scene.town.commit(Change(issued=(issued,)))
    scene.hears("press", "1", data=f"d:{issued.token}")
    scene.hears("press", "2", data="d:another")
    assert await scene.heard() == ["2"]
    (aside,) = await scene.town.unhandled()
    assert (aside.id, aside.at) == ("1", NOW)


async def test_a_reply_to_the_town_s_own_message_too_and_other_words_are_the_rehearsal_s() -> None:
    scene = Scene()
    issued = an_ask()
    sent = {"occurrence": issued.occurrence, "chat": "duty-room", "due": issued.due, "state": "sent"}
    delivery = Delivery.model_validate({**sent, "address": DUTY_ROOM, "message_id": "77"})
    await scene.town.commit(Change(issued=(issued,), deliveries=(delivery,)))
    scene.hears("text", "1", text="收到", message_id="77")
    scene.hears("text", "2", text="收到", message_id="78")
    scene.hears("text", "3", text="收到")
    assert await scene.heard() == ["2", "3"]
    assert await scene.put_aside() == ["1"]


async def test_an_admin_s_word_under_the_town_s_own_notice_waits_for_the_town_s_bot_too() -> None:
    scene = Scene()
    sent = {"occurrence": "notice/uncertain/x", "chat": "telegram:1001", "due": NOW, "state": "sent"}
    notice = Delivery.model_validate({**sent, "address": "1001", "message_id": "77"})
    await scene.town.commit(Change(deliveries=(notice,)))
    data = decision_data("again", "winter/warning/date/2036-02-05@08:01@duty-room")
    scene.hears("press", "1", data=data, address="1001", message_id="77")
    scene.hears("press", "2", data=data, address="1001", message_id="78")
    assert await scene.heard() == ["2"]
    assert await scene.put_aside() == ["1"]


async def test_a_chat_that_moved_or_was_left_concerns_both() -> None:
    scene = Scene()
    scene.hears("moved", "1", new_address="-100200")
    scene.hears("left", "2")
    assert await scene.heard() == ["1", "2"]
    assert await scene.put_aside() == ["1", "2"]


async def test_the_platform_s_limits_count_in_real_time() -> None:
    scene = Scene(Limits(per_second=1_000, private_gap=0.0, group_per_minute=2))
    sending = asyncio.gather(*(scene.outdoors.send(DUTY_ROOM, Message(str(each))) for each in range(3)))
    await ManualClock.settle()
    await scene.played.advance(3_600)
    assert len(scene.inner.sent) == 2
    await scene.real.advance(60)
    assert len(await sending) == 3
    assert scene.inner.sent[-1].at == 60


async def test_edits_of_one_message_are_as_far_apart_as_the_platform_wants_them_in_real_time() -> None:
    scene = Scene()
    await scene.outdoors.edit(DUTY_ROOM, "7", Message("一"))
    editing = asyncio.create_task(scene.outdoors.edit(DUTY_ROOM, "7", Message("二")))
    other = asyncio.create_task(scene.outdoors.edit(DUTY_ROOM, "8", Message("三")))
    await ManualClock.settle()
    await scene.played.advance(3_600)
    assert (editing.done(), other.done()) == (False, True)
    await scene.real.advance(3)
    await editing
    assert [each.at for each in scene.inner.edited] == [0, 0, 3]


async def test_a_platform_that_asks_to_wait_is_waited_for_in_real_time() -> None:
    scene = Scene()
    scene.inner.order(DUTY_ROOM, throttled(30))
    sending = asyncio.create_task(scene.outdoors.send(DUTY_ROOM, Message("一")))
    await ManualClock.settle()
    await scene.played.advance(3_600)
    assert not sending.done()
    await scene.real.advance(30)
    await sending
    assert [each.at for each in scene.inner.sent] == [30]


async def test_the_rest_is_the_platform_s_own() -> None:
    scene = Scene()
    inbound = scene.hears("command", text="/id")
    await scene.outdoors.open()
    await scene.outdoors.edit(DUTY_ROOM, "7", Message("改"))
    await scene.outdoors.answer(inbound, "好")
    assert scene.outdoors.is_group(DUTY_ROOM)
    assert scene.outdoors.read_address(-5) == "-5"
    assert scene.outdoors.fit(Message("四个字哈")).used == 4
    assert await scene.outdoors.can_tell(DUTY_ROOM, "") is None
    assert await scene.outdoors.reachable(DUTY_ROOM)
    scene.inner.unreachable.add(DUTY_ROOM)
    assert not await scene.outdoors.reachable(DUTY_ROOM)
    await scene.outdoors.close()
    assert (scene.inner.opened, scene.inner.closed, len(scene.inner.edited), len(scene.inner.answered)) == (
        1,
        True,
        1,
        1,
    )


async def test_the_town_is_held_while_its_real_chats_rehearse(stage: Stage) -> None:
    schedule, real = in_force(stage.folder).schedule, SystemClock()
    async with real_chats(stage.settings, schedule, real) as outside:
        assert list(outside.platforms) == ["telegram", "wecom-robot"]
        with pytest.raises(TownHeld):
            await open_store(stage.settings.data, real)
        with pytest.raises(TownHeld):
            async with real_chats(stage.settings, schedule, real):
                pass
    await (await open_store(stage.settings.data, real)).close()


async def test_without_a_key_no_chat_is_real(stage: Stage) -> None:
    stage.token = None
    with pytest.raises(RehearsalRefused, match="GENGFU_TELEGRAM__TOKEN"):
        async with real_chats(stage.settings, in_force(stage.folder).schedule, SystemClock()):
            pass
    assert not stage.settings.data.exists()
