"""A chat that is gone costs only itself: it is told once, left alone, and tried again when somebody says so; one that
moved is followed; a token that was revoked stops its platform alone (fault 5). Counted at the platform.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.app.routing import ADMINS
from tests.app.stage import ADMIN, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town
from tests.promises.on_telegram import HOMES, POLICE, ROOM, OnTelegram, on_telegram
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_faults import refused

OLD, NEW = -4001, -1004001
THREE = [f"08:0{number}" for number in (1, 3, 5)]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnTelegram]:
    async with on_telegram(tmp_path) as made:
        made.write(
            *(a_reminder(f"warning-{number}", on=on(clock)) for number, clock in enumerate(THREE)),
            *(a_duty_alert(f"alert-{number}", on=on(clock)) for number, clock in enumerate(THREE)),
        )
        yield made


@pytest.fixture
async def moving(tmp_path: Path) -> AsyncIterator[OnTelegram]:
    """The residents' chat is a group of the old kind, and will become a supergroup."""
    async with on_telegram(tmp_path) as made:
        chats = [each for each in a_town()["chats"] if each["id"] != "longmen-residents"]
        homes = a_chat("longmen-residents", address=OLD, audiences=["residents"])
        warnings = [a_reminder(f"warning-{number}", on=on(clock)) for number, clock in enumerate(THREE)]
        made.write(*warnings, town=a_town(chats=[*chats, homes]))
        made.server.group(OLD, "龙门村居民群", members=[POLICE], kind="group")
        yield made


def named(stage: OnTelegram, chat: str = "longmen-residents", word: str = "") -> list[str]:
    """What the admin was told that names a chat."""
    return [text for text in stage.told if chat in text and word in text]


def unheard(server: TelegramServer, gone: Callable[[], None]) -> None:
    """It happens while the bot hears nothing of it."""
    gone()
    server.forget()


GONE: dict[str, Callable[[TelegramServer], None]] = {
    "kicked, and heard of it": lambda server: server.kick(HOMES),
    "kicked": lambda server: unheard(server, lambda: server.kick(HOMES)),
    "muted, and heard of it": lambda server: server.mute(HOMES),
    "muted": lambda server: unheard(server, lambda: server.mute(HOMES)),
    "not found": lambda server: server.order(refused(400, "Bad Request: chat not found"), chat=HOMES),
    "deleted": lambda server: server.order(refused(403, "Forbidden: the group chat was deleted"), chat=HOMES),
    "upgraded": lambda server: server.order(
        refused(400, "Bad Request: group chat was upgraded to a supergroup chat"), chat=HOMES
    ),
}


@pytest.mark.parametrize("how", GONE)
async def test_it_is_told_once_and_asked_no_more_over_a_restart_too_and_the_others_go_on(
    stage: OnTelegram, how: str
) -> None:
    await stage.run()
    GONE[how](stage.server)
    if "heard" in how:
        await stage.before_long(lambda: len(named(stage)) == 1)
    for number, clock in enumerate(THREE):
        await stage.leap_to(at(clock))
        await stage.comes_to(f"warning-{number}", "failed")
        await stage.comes_to(f"alert-{number}", "sent")
        if number == 1:
            await stage.restart()
    await stage.passes(60, at_once=20)
    assert stage.asked(HOMES) == (0 if "heard" in how else 1)
    assert len(named(stage)) == 1
    assert len(stage.texts(ROOM)) == len(THREE)
    assert [await stage.kinds(f"warning-{number}") for number in range(3)] == [["failed"]] * 3


async def test_it_is_tried_again_when_the_bot_is_added_once_more_and_what_is_still_of_use_goes_out(
    stage: OnTelegram,
) -> None:
    await stage.run()
    stage.server.kick(HOMES)
    for number, clock in enumerate(THREE[:2]):
        await stage.leap_to(at(clock))
        await stage.comes_to(f"warning-{number}", "failed")
    stage.server.invite(HOMES)
    await stage.before_long(lambda: any("重新开始发送" in text for text in named(stage)))
    await stage.passes(10)
    await stage.comes_to("warning-2", "sent")
    assert [await stage.kinds(f"warning-{number}") for number in range(3)] == [
        ["failed", "sent"],
        ["failed", "sent"],
        ["sent"],
    ]
    assert ["补发" in text for text in stage.texts(HOMES)] == [True, False, False], "only the first was late"


async def test_it_is_tried_again_when_an_admin_taps_and_is_gone_again_where_that_did_not_help(
    stage: OnTelegram,
) -> None:
    await stage.run()
    unheard(stage.server, lambda: stage.server.kick(HOMES))
    await stage.leap_to(at(THREE[0]))
    await stage.before_long(lambda: len(named(stage)) == 1)
    notice = next(
        each for each in stage.server.accepted if each.chat == int(ADMIN) and "longmen-residents" in each.text
    )
    stage.server.press(int(ADMIN), int(ADMIN), notice.message_id, notice.data("再试这个群"))
    await stage.before_long(lambda: stage.asked(HOMES) == 2)
    await stage.comes_to("warning-0", "failed")
    await stage.leap_to(at(THREE[1]))
    await stage.comes_to("warning-1", "failed")
    assert stage.asked(HOMES) == 2
    await stage.before_long(lambda: len(named(stage, word="失联")) == 2)


@pytest.mark.parametrize("heard", [True, False], ids=["heard of", "met while sending"])
async def test_a_group_that_became_a_supergroup_is_followed_once_for_good_and_put_to_the_admins_once(
    moving: OnTelegram, heard: bool
) -> None:
    await moving.run()
    moving.server.migrate(OLD, NEW)
    if heard:
        await moving.before_long(lambda: len(named(moving, str(NEW))) == 1)
    else:
        moving.server.forget()
    await moving.leap_to(at(THREE[0]))
    await moving.comes_to("warning-0", "sent")
    await moving.restart()
    for number in (1, 2):
        await moving.leap_to(at(THREE[number]))
        await moving.comes_to(f"warning-{number}", "sent")
    assert (moving.asked(OLD), len(moving.texts(OLD)), len(moving.texts(NEW))) == (0 if heard else 1, 0, 3)
    await moving.passes(2)
    (told,) = named(moving, str(NEW))
    assert str(OLD) in told
    assert "town.yaml" in told
    assert [await moving.kinds(f"warning-{number}") for number in range(3)] == [["sent"]] * 3


async def test_one_that_was_given_up_for_its_old_address_lives_again_at_its_new_one(moving: OnTelegram) -> None:
    await moving.run()
    moving.server.order(refused(400, "Bad Request: group chat was upgraded to a supergroup chat"), chat=OLD)
    await moving.leap_to(at(THREE[0]))
    await moving.comes_to("warning-0", "failed")
    moving.server.migrate(OLD, NEW)
    await moving.before_long(lambda: len(named(moving, str(NEW))) == 1)
    await moving.leap_to(at(THREE[1]))
    await moving.comes_to("warning-1", "sent")
    assert len(moving.texts(NEW)) >= 1


async def test_a_revoked_token_stops_telegram_alone_loudly_and_loses_nothing(stage: OnTelegram) -> None:
    chats = [*a_town()["chats"], a_chat("market", on="board", address=None, audiences=["residents"])]
    stage.write(a_reminder(on=on("08:01")), a_duty_alert(on=on("08:02")), town=a_town(chats=chats))
    await stage.run()
    stage.server.revoke()
    await stage.leap_to(at("08:01"))
    await stage.leap_to(at("08:02"))

    async def told_on_the_board() -> list[str]:
        return [each.text or "" for each in await stage.store.deliveries(chat=ADMINS) if "令牌" in (each.text or "")]

    await stage.passes(60)
    assert len(await told_on_the_board()) == 1
    (here,) = await stage.store.deliveries(chat="market")
    assert here.state == "sent"
    assert stage.server.accepted == [] or all(each.chat == int(ADMIN) for each in stage.server.accepted)
    stage.server.reinstate()
    await stage.passes(3)
    await stage.comes_to("alert", "sent")
    assert "补发" in stage.texts(ROOM)[0]
    assert await stage.kinds("alert") == ["sent"]
