"""A whole bot before a local smart bot's server: asked on a card, answered by a press or a word, seen on the card; and
what becomes of it all when the one connection ends.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from bot.app.watch.watch import Watch
from bot.channels.protocol import Channel
from bot.channels.wecom_bot import WecomBotChannel
from bot.settings import Settings, WecomSettings
from tests.app.stage import RESIDENTS, Stage, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town, an_office
from tests.channels.wecom_bot.conftest import PATIENCE
from tests.fakes import FakeChannel, until
from tests.servers.wecom_bot_talk import Posted
from tests.servers.wecom_socket import BOT_ID, SECRET, Fault, SmartBotServer

GROUP, KEY = "wrDutyRoom", "0123456789abcdef0123"
VILLAGES = [f"village-{number}" for number in range(1, 7)]


class OnWeCom(Stage):
    """A town whose police and brigade are asked in a group of the smart bot's; a robot beside it calls them."""

    def prepare(self, wecom: SmartBotServer) -> None:
        self.wecom = wecom
        self.smart = WecomBotChannel(BOT_ID, SecretStr(SECRET), self.clock, ws_url=wecom.ws_url, patience=PATIENCE)
        self.robot = FakeChannel(self.clock, "wecom-robot")

    @property
    def settings(self) -> Settings:
        wecom = WecomSettings(bot_id=BOT_ID, bot_secret=SecretStr(SECRET))
        return super().settings.model_copy(update={"wecom": wecom})

    def channels(self) -> dict[str, Channel]:
        return {**super().channels(), "wecom-bot": self.smart, "wecom-robot": self.robot}

    async def comes(self, holds: Callable[[], bool], step: float = 0.2) -> None:
        """Let real time pass, and the clock's with it in such steps, until this holds."""

        async def held() -> bool:
            await self.clock.advance(step)
            return holds()

        await until(held)

    async def passes_until(self, moment: str, step: float = 0.2) -> None:
        """Let time pass up to this moment of the day."""
        await self.comes(lambda: self.clock.now() >= at(moment), step)
        await self.look()

    @property
    def asked(self) -> Posted:
        return next(each for each in self.wecom.accepted if each.task_id)

    def key(self, label: str, viewer: str | None = None) -> str:
        buttons = self.wecom.card(self.asked.task_id or "", viewer)["button_list"]
        return next(str(each["key"]) for each in buttons if each["text"] == label)

    def presses(self, userid: str, label: str) -> None:
        self.wecom.presses(userid, self.asked.task_id or "", self.key(label, userid.lower()))

    def stands(self, viewer: str | None = None) -> list[str]:
        """How the offices stand on the card, as somebody sees it."""
        card = self.wecom.card(self.asked.task_id or "", viewer)
        return [str(each["value"]) for each in card["horizontal_content_list"]]

    def is_shown(self, label: str) -> bool:
        """Whether all see that the police answered so."""
        return label in self.stands()[0]

    @property
    def said(self) -> list[str]:
        """What was said in the group besides the card."""
        return [each.text for each in self.wecom.shown(GROUP) if not each.task_id]

    async def answers(self) -> list[tuple[str, str | None, str | None]]:
        kinds = {"received", "done", "help", "refused"}
        return [(each.kind, each.office, each.by) for each in await self.store.entries() if each.kind in kinds]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnWeCom]:
    made = OnWeCom(tmp_path)
    async with SmartBotServer(made.clock, limits=True) as wecom:
        made.prepare(wecom)
        wecom.group(GROUP, ["PoliceDuty", "LiuWei", "Both", "Stranger"])
        for each in ("PoliceDuty", "LiuWei", *VILLAGES):
            wecom.person(each)
        offices = [
            an_office(name="派出所", members=[{"wecom": "PoliceDuty"}, {"telegram": 2001}, {"wecom": "Both"}]),
            an_office("brigade", name="执法队", members=[{"wecom": "LiuWei"}, {"wecom": "Both"}]),
            *(an_office(each, members=[{"wecom": each}]) for each in VILLAGES),
        ]
        chats = [
            a_chat(on="wecom-bot", address=GROUP, mention_by="caller"),
            a_chat("caller", on="wecom-robot", address=KEY, audiences=None),
            a_chat("homes", address=int(RESIDENTS), audiences=["residents"]),
            *(
                a_chat(f"of-{each}", on="wecom-bot", address={"user": each}, audiences=None, office=each)
                for each in VILLAGES
            ),
        ]
        ask = a_duty_alert(on=on("08:00:10"), to={"offices": ["police", "brigade"]})
        burst = a_duty_alert("burst", on=on("08:01"), to={"offices": VILLAGES}, on_doubt="hold")
        news = a_reminder(on=on("08:01:30"))
        made.write(ask, burst, news, town=a_town(offices=offices, chats=chats))
        await made.run()
        await made.comes(lambda: wecom.subscribed == 1)
        await made.passes_until("08:00:10")
        await made.comes(lambda: len(wecom.accepted) == 1)
        yield made
        await made.end()


class TestPresses:
    async def test_a_press_is_on_record_and_its_card_shows_it_to_all_and_nothing_more_is_said(
        self, stage: OnWeCom
    ) -> None:
        stage.presses("PoliceDuty", "收到")
        pressed = stage.clock.monotonic()
        await stage.comes(lambda: len(stage.wecom.updated) == 1)
        assert stage.clock.monotonic() - pressed < 2
        assert await stage.answers() == [("received", "police", "wecom:policeduty")]
        assert ["收到" in each for each in stage.stands()] == [True, False]
        await stage.passes_until("08:02:00", step=5)
        assert (len(stage.wecom.updated), stage.said) == (1, [])

    async def test_so_is_a_second_one(self, stage: OnWeCom) -> None:
        for label in ("收到", "已落实"):
            stage.presses("PoliceDuty", label)
            await stage.comes(partial(stage.is_shown, label))
        assert [kind for kind, *_ in await stage.answers()] == ["received", "done"]

    async def test_a_stranger_alone_is_told_on_their_card(self, stage: OnWeCom) -> None:
        stage.presses("Stranger", "收到")
        await stage.comes(lambda: len(stage.wecom.updated) == 1)
        (_, viewer, card) = stage.wecom.updated[0]
        assert viewer == "stranger"
        assert "派出所" in card["sub_title_text"]
        assert (await stage.answers())[0][0] == "refused"
        await stage.passes_until("08:00:20")
        assert stage.said == []

    async def test_who_stands_for_several_chooses_on_their_own_card(self, stage: OnWeCom) -> None:
        stage.presses("Both", "收到")
        await stage.comes(lambda: len(stage.wecom.updated) == 1)
        assert stage.wecom.updated[0][1] == "both"
        stage.presses("Both", "执法队 收到")
        await stage.comes(lambda: len(stage.wecom.updated) == 2)
        assert await stage.answers() == [("received", "brigade", "wecom:both")]
        assert stage.wecom.updated[1][1] is None
        assert "收到" in stage.stands("both")[1]


async def test_what_is_measured_counts_messages_and_changes_and_no_pings(stage: OnWeCom) -> None:
    stage.presses("PoliceDuty", "收到")
    await stage.comes(lambda: len(stage.wecom.updated) == 1)
    await stage.passes_until("08:01:30", step=5)
    assert stage.wecom.calls["ping"] >= 2
    assert stage.bot.pace(stage.smart).begun == len(stage.wecom.accepted) + len(stage.wecom.updated)


class TestTyping:
    async def test_what_is_typed_to_it_in_the_group_counts(self, stage: OnWeCom) -> None:
        stage.wecom.types("PoliceDuty", GROUP, "收到")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        assert await stage.answers() == [("received", "police", "wecom:policeduty")]

    async def test_so_does_what_is_written_to_it_alone(self, stage: OnWeCom) -> None:
        stage.wecom.writes("PoliceDuty", "已落实")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        assert await stage.answers() == [("done", "police", "wecom:policeduty")]

    async def test_who_calls_it_where_nothing_is_open_is_told_so(self, stage: OnWeCom) -> None:
        stage.wecom.writes("village-1", "收到")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        stage.wecom.types("Stranger", GROUP, "今天天气不错")
        await stage.comes(lambda: len(stage.wecom.replied) == 2)
        first, second = (each.text for each in stage.wecom.replied)
        assert "没有待回执" in first
        assert "/help" in second
        assert await stage.answers() == []

    async def test_a_photo_that_is_quoted_with_the_answer_is_kept_as_its_evidence(self, stage: OnWeCom) -> None:
        stage.wecom.quotes_photo("PoliceDuty", GROUP, b"the fire door stands shut", "已落实")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        assert "evidence" in await stage.ledger()
        assert await stage.answers() == [("done", "police", "wecom:policeduty")]

    async def test_a_photo_alone_is_asked_for_its_word(self, stage: OnWeCom) -> None:
        stage.wecom.shows("PoliceDuty", b"the fire door stands shut")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        assert "已落实" in stage.wecom.replied[0].text
        assert await stage.answers() == []


class TestGroups:
    async def test_of_one_that_the_town_does_not_know_the_admins_learn_what_to_write_once(self, stage: OnWeCom) -> None:
        stage.wecom.group("wrNew_Group-1", ["LiuWei"])
        before = len(stage.told)
        for _ in range(2):
            stage.wecom.types("LiuWei", "wrNew_Group-1", "你好")
            await stage.comes(lambda: len(stage.told) > before)
        await stage.comes(lambda: len(stage.wecom.replied) == 2)
        (told,) = stage.told[before:]
        written = yaml.load(told[told.index("{") : told.index("}") + 1].replace("\\", ""), yaml.BaseLoader)
        assert (written["on"], written["address"]) == ("wecom-bot", "wrNew_Group-1")
        assert "LiuWei" in told
        assert "还没有登记" in stage.wecom.replied[0].text

    async def test_one_that_was_given_up_lives_again_when_somebody_calls_the_bot_there(self, stage: OnWeCom) -> None:
        stage.wecom.types("LiuWei", GROUP, "在吗")
        await stage.comes(lambda: len(stage.wecom.replied) == 1)
        stage.wecom.chats[GROUP].has_bot = False
        stage.hears("text", private=True, address="2001", text="已落实")
        await stage.comes(lambda: any("群已失联" in each and "@ 它说一句话" in each for each in stage.told))
        assert await stage.store.marks("dead:")
        stage.wecom.chats[GROUP].has_bot = True
        stage.wecom.types("LiuWei", GROUP, "在吗")
        await stage.comes(lambda: any("重新开始发送" in each for each in stage.told))
        assert not await stage.store.marks("dead:")

    async def test_who_opens_the_chat_is_greeted_with_what_they_may_ask(self, stage: OnWeCom) -> None:
        stage.wecom.enters("LiuWei")
        await stage.comes(lambda: len(stage.wecom.welcomed) == 1)
        assert "/help" in stage.wecom.welcomed[0]


class TestBeside:
    async def test_the_robot_calls_who_owes_after_the_card(self, stage: OnWeCom) -> None:
        await stage.comes(lambda: len(stage.robot.sent) == 1)
        (called,) = stage.robot.sent
        assert "person:wecom:policeduty" in called.message.text
        assert called.at >= (stage.asked.at - at("08:00:00")).total_seconds()

    async def test_an_answer_from_elsewhere_is_told_once_in_a_message(self, stage: OnWeCom) -> None:
        stage.hears("text", private=True, address="2001", text="已落实")
        await stage.comes(lambda: len(stage.said) == 1)
        assert "派出所 已落实" in stage.said[0]
        await stage.passes_until("08:13:00", step=5)
        assert len(stage.said) == 1
        assert stage.wecom.updated == []


class TestTheEndOfTheConnection:
    async def test_a_cut_in_a_burst_leaves_each_message_sent_once_or_in_doubt_and_named(self, stage: OnWeCom) -> None:
        stage.wecom.order(Fault(0, accepts=True), times=2)
        stage.wecom.order(Fault("cut", accepts=True))
        await stage.passes_until("08:01:00", step=1)
        await stage.comes(lambda: stage.wecom.subscribed == 2)
        await stage.passes_until("08:01:20", step=1)
        arrived = Counter(each.chat for each in stage.wecom.accepted[1:])
        assert max(arrived.values()) == 1
        states = {chat: (await stage.deliveries(f"of-{chat}"))["burst"] for chat in VILLAGES}
        assert set(states.values()) <= {"sent", "uncertain"}
        assert all(arrived[chat] for chat, state in states.items() if state == "sent")
        doubted = [chat for chat, state in states.items() if state == "uncertain"]
        assert doubted
        assert all(any(f"of-{chat}" in words for words in stage.told) for chat in doubted)

    async def test_who_is_pushed_out_tells_the_admins_once_by_another_way_and_stays_out(self, stage: OnWeCom) -> None:
        watch = Watch(stage.bot)
        other = WecomBotChannel(BOT_ID, SecretStr(SECRET), stage.clock, ws_url=stage.wecom.ws_url, patience=PATIENCE)
        await other.open()
        before = len(stage.told)
        await stage.comes(lambda: len(stage.told) > before)
        assert "BOT_ID" in stage.told[-1]
        await stage.passes_until("08:06:00", step=5)
        assert sum("BOT_ID" in each for each in stage.told) == 1
        assert stage.wecom.subscribed == 2
        assert {each.part for each in await watch.troubles()} >= {"channels"}
        assert len(stage.telegram.texts(RESIDENTS)) == 1
        await other.close()

    async def test_who_owes_is_asked_again_once_after_more_than_two_minutes_without_hearing(
        self, stage: OnWeCom
    ) -> None:
        await stage.wecom.stop()
        await stage.passes_until("08:00:59", step=5)
        await stage.leap_to(at("08:04:00"))
        await stage.wecom.start()
        await stage.comes(lambda: len(stage.wecom.shown(GROUP)) == 2, step=1)
        await stage.passes_until("08:08:00", step=5)
        assert len(stage.wecom.shown(GROUP)) == 2
        assert stage.wecom.shown(GROUP)[1].task_id

    async def test_nobody_is_asked_again_where_it_was_heard_all_the_time(self, stage: OnWeCom) -> None:
        await stage.passes_until("08:06:00", step=5)
        assert len(stage.wecom.shown(GROUP)) == 1
