"""Which channel carries which chat (interface.md, schedules/town.yaml)."""

import pytest
from pydantic import SecretStr

from bot.app.routing import ADMINS, admin_chats, channels_of, cut_off, lived_on, moved_to, routes_of, stand_ins
from bot.campaign.scalars import read_id
from bot.channels.board import BoardChannel
from bot.channels.protocol import Channel
from bot.channels.routes import Route, Routes
from bot.clock import ManualClock
from bot.settings import Settings, TelegramSettings, WecomSettings
from tests.app.stage import EIGHT, a_board_town
from tests.builders import a_chat, a_schedule, a_town
from tests.fakes import FakeChannel

CLOCK = ManualClock(EIGHT)
BOARD, TELEGRAM = BoardChannel(CLOCK), FakeChannel(CLOCK)
ALONE: dict[str, Channel] = {"board": BOARD}
BOTH: dict[str, Channel] = {"board": BOARD, "telegram": TELEGRAM}
WITHOUT, WITH = Settings(), Settings(telegram=TelegramSettings(token=SecretStr("1:a")))
APP = WecomSettings(corp_id="ww1", agent_id=7, app_secret=SecretStr("s"))
SCHEDULE = a_schedule()


def test_with_a_token_a_chat_is_where_it_lives() -> None:
    table = routes_of(SCHEDULE, WITH, BOTH, {})
    assert table["duty-room"] == Route(TELEGRAM, "-1001001")
    assert table["telegram:1001"] == Route(TELEGRAM, "1001")
    assert table[ADMINS] == Route(BOARD, ADMINS)


def test_without_one_it_stands_on_the_board() -> None:
    table = routes_of(SCHEDULE, WITHOUT, ALONE, {})
    assert table["duty-room"] == Route(BOARD, "duty-room")
    assert stand_ins(SCHEDULE, WITHOUT, {}) == {"telegram": 3}
    assert stand_ins(SCHEDULE, WITH, {}) == {}


def test_on_the_board_of_a_rehearsal_it_is_worded_for_its_own_platform() -> None:
    route = routes_of(SCHEDULE, WITH, ALONE, {})["duty-room"]
    assert (route.channel.name, route.address, route.platform) == ("board", "duty-room", "telegram")


def test_a_chat_that_was_sent_to_on_its_platform_gets_no_stand_in() -> None:
    lived = {"duty-room": "telegram"}
    table = routes_of(SCHEDULE, WITHOUT, ALONE, lived)
    assert "duty-room" not in table
    assert [chat.id for chat in cut_off(SCHEDULE, table)] == ["duty-room"]
    assert stand_ins(SCHEDULE, WITHOUT, lived) == {"telegram": 2}


def test_a_chat_of_the_board_lives_on_where_it_was_sent_to() -> None:
    schedule = a_schedule(town=a_board_town())
    lived = {"duty-room": "board", "longmen-residents": "board"}
    table = routes_of(schedule, WITHOUT, ALONE, lived)
    assert table["longmen-residents"] == Route(BOARD, "longmen-residents")
    assert cut_off(schedule, table) == []
    assert stand_ins(schedule, WITHOUT, lived) == {}


def test_no_chat_of_a_town_can_be_taken_for_the_admins_own() -> None:
    with pytest.raises(ValueError, match="not-an-id"):
        read_id(ADMINS)
    chats = [a_chat("admins", address=-1009), *_chats()]
    table = routes_of(a_schedule(town=a_town(chats=chats)), WITHOUT, ALONE, {})
    assert table["admins"] == Route(BOARD, "admins")
    assert table[ADMINS] == Route(BOARD, ADMINS)


def test_one_that_was_sent_to_on_the_board_moves_to_its_platform_when_there_is_a_token() -> None:
    assert routes_of(SCHEDULE, WITH, BOTH, {"duty-room": "board"})["duty-room"].channel is TELEGRAM


def test_a_secret_address_is_looked_up_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENGFU_CHAT_DUTY_ROOM", "-1009009")
    schedule = a_schedule(town=a_town(chats=[*_chats(), a_chat("secret", address={"env": "GENGFU_CHAT_DUTY_ROOM"})]))
    settings = Settings(telegram=TelegramSettings(token=SecretStr("1:a")))
    assert routes_of(schedule, settings, BOTH, {})["secret"].address == "-1009009"


def test_the_admins_are_told_where_they_are_and_on_the_board() -> None:
    assert admin_chats(SCHEDULE, BOTH) == ("telegram:1001", ADMINS)
    assert admin_chats(SCHEDULE, ALONE) == (ADMINS,)


def test_where_chats_lived_is_read_from_the_marks() -> None:
    marks = {"lived:duty-room": "telegram", "offset:telegram": "7", "moved:telegram:-1": "-2"}
    assert lived_on(marks) == {"duty-room": "telegram"}
    assert moved_to(marks) == {"telegram:-1": "-2"}


async def test_the_channels_are_those_that_there_are_keys_for_and_robots_which_have_each_its_own() -> None:
    assert list(channels_of(WITHOUT, CLOCK)) == ["board", "wecom-robot"]
    channels = channels_of(WITH, CLOCK)
    assert sorted(channels) == ["board", "telegram", "wecom-robot"]
    for channel in channels.values():
        await channel.close()


# Chats that move.


def test_moves_are_followed_and_what_still_comes_from_the_old_address_is_known() -> None:
    routes = Routes({"room": Route(TELEGRAM, "-1")}, {"telegram:-1": "-100", "telegram:-100": "-200"})
    assert routes.to("room") == Route(TELEGRAM, "-200")
    assert routes.chat_at("telegram", "-200") == "room"
    assert routes.chat_at("telegram", "-1") == "room"
    assert routes.chat_at("board", "-200") is None
    assert routes.to("elsewhere") is None


def test_a_move_that_leads_back_ends() -> None:
    routes = Routes({"room": Route(TELEGRAM, "-1")}, {"telegram:-1": "-2", "telegram:-2": "-1"})
    assert routes.to("room") == Route(TELEGRAM, "-2")


def _chats() -> list[dict[str, object]]:
    return list(a_town()["chats"])


async def test_a_callback_s_key_that_cannot_be_one_leaves_the_app_sending_and_every_other_platform_alone() -> None:
    bad = APP.model_copy(update={"callback_token": SecretStr("t"), "callback_aes_key": SecretStr("short")})
    channels = channels_of(Settings(wecom=bad, telegram=WITH.telegram), CLOCK)
    app = channels["wecom-app"]
    assert {"telegram", "wecom-app"} < set(channels)
    assert not app.presses("user:zhaiban")
    for channel in channels.values():
        await channel.close()
