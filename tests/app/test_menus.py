"""What may be used where is shown there, to whom it is for; only what changed is offered."""

from collections.abc import Iterable
from typing import Any

from bot.app.menus import MENU
from bot.channels.protocol import Menu
from tests.app.stage import ADMIN, DUTY_ROOM, RESIDENTS, Stage
from tests.builders import a_town, an_office
from tests.fakes import until

VILLAGE = "-1001002"
OFFICES = "today open who problems correct help"
ABOVE = "today open who late problems correct remind help"
ADMINS = "today open who late problems correct remind recall pause resume help"


def shown(menus: Iterable[Menu], lang: str | None = None) -> dict[tuple[str | None, str | None], str]:
    """The words by chat and person, of one language."""
    found = [each for each in menus if each.lang == lang]
    return {(each.address, each.person): " ".join(word for word, _ in each.commands) for each in found}


async def begun(stage: Stage) -> list[Menu]:
    """Started, and a minute later."""
    await stage.run()
    await stage.clock.advance(60)
    return stage.telegram.offered


async def edited(stage: Stage, town: dict[str, Any]) -> None:
    """The town's file is saved, taken, and a minute passes."""
    before = stage.bot.in_force
    stage.write(town=town)

    async def taken() -> bool:
        await stage.clock.advance(1)
        return stage.bot.in_force is not before

    await until(taken)
    await stage.clock.advance(60)


async def test_each_chat_and_each_person_has_its_own(stage: Stage) -> None:
    assert shown(await begun(stage)) == {
        (None, None): "help id",
        (RESIDENTS, None): "today help",
        (VILLAGE, None): OFFICES,
        (VILLAGE, "telegram:1001"): ADMINS,
        (DUTY_ROOM, None): OFFICES,
        (DUTY_ROOM, "telegram:1001"): ADMINS,
        (DUTY_ROOM, "telegram:2009"): ABOVE,
        (ADMIN, None): ADMINS,
        ("2001", None): OFFICES,
        ("2002", None): OFFICES,
        ("2009", None): ABOVE,
    }


async def test_whose_telegram_is_english_reads_english(stage: Stage) -> None:
    menus = await begun(stage)
    assert shown(menus, "en") == shown(menus)
    texts = {each.lang: dict(each.commands)["help"] for each in menus}
    assert texts == {None: "这里能用的命令", "en": "What you may ask here"}


async def test_a_restart_offers_nothing_anew_and_an_edit_only_what_it_changed(stage: Stage) -> None:
    await begun(stage)
    await stage.restart()
    await stage.clock.advance(60)
    assert stage.telegram.offered == []
    town = a_town()
    town["offices"].append(an_office("market", name="市监所", members=[{"telegram": 2008}]))
    await edited(stage, town)
    assert shown(stage.telegram.offered) == {("2008", None): OFFICES}


async def test_who_has_left_the_town_loses_theirs(stage: Stage) -> None:
    await begun(stage)
    stage.telegram.offered.clear()
    offices = [each for each in a_town()["offices"] if each["id"] != "enforcement"]
    await edited(stage, a_town(offices=offices))
    assert shown(stage.telegram.offered) == {("2002", None): ""}
    assert not [name for name in await stage.store.marks(MENU) if ":2002:" in name]


async def test_who_has_not_pressed_start_costs_nothing_else_and_has_theirs_once_they_have(stage: Stage) -> None:
    stage.telegram.unreachable.add("2001")
    assert ("2001", None) not in shown(await begun(stage))
    assert ("2009", None) in shown(stage.telegram.offered)
    stage.telegram.offered.clear()
    stage.telegram.unreachable.clear()
    stage.hears("command", text="/start", address="2001", private=True)
    await stage.clock.advance(60)
    assert shown(stage.telegram.offered) == {("2001", None): OFFICES}


async def test_a_platform_out_of_reach_has_them_when_it_is_back(stage: Stage) -> None:
    stage.telegram.away = True
    assert await begun(stage) == []
    stage.telegram.away = False
    await stage.clock.advance(60)
    assert len(shown(stage.telegram.offered)) == 11


async def test_what_a_full_disk_does_not_take_is_offered_again(stage: Stage) -> None:
    stage.store.full = lambda change: any(name.startswith(MENU) for name in change.marks)
    await begun(stage)
    stage.store.full = lambda _change: False
    await stage.clock.advance(60)
    assert len(await stage.store.marks(MENU)) == 22
