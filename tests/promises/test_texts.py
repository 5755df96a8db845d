"""Whatever stands in a name or a text reaches the chat as it was written, or is told before it could fail; what fails
all the same costs only itself (fault 17). By the real bot and client, to the server's own parser.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.check import judge
from bot.app.sources import read_sources
from tests.app.stage import ADMIN, at, on
from tests.builders import a_chat, a_duty_alert, a_reminder, a_town, an_office
from tests.promises.on_telegram import HOMES, POLICE, ROOM, OnTelegram, on_telegram
from tests.servers import telegram_faults as faults

MARKUP = [*"<>&_*[]()`~#+-=|{}.!\\\"'/@：，。村", "&amp;", "</b>", "<a href='x'>", "**", "[x](http://y.cn)", "1. "]
ODD = ["😀", "👨\u200d👩\u200d👧", "🇨🇳", "e\u0301", "שלום", "مرحبا", *"\u202e\u200b\u200d\u2060\ufeff\u00ad𠮷 "]
SIGNS = st.sampled_from([*MARKUP, *ODD])
NAMES = st.lists(
    SIGNS | st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"]), max_size=4), max_size=6
)
UNUSED = -1_002_000


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[OnTelegram]:
    async with on_telegram(tmp_path) as made:
        yield made


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(st.lists(NAMES.map("".join), min_size=6, max_size=6))
def test_names_of_offices_and_people_stand_in_the_chats_as_they_were_written(drawn: list[str]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_named(Path(folder), drawn))


async def _named(folder: Path, drawn: list[str]) -> None:
    """Two offices are asked in the duty room, where one person may answer for either; each other in its own chat."""
    *names, person = [f"甲{number}{each}乙".strip() for number, each in enumerate(drawn)]
    offices = [an_office(f"office-{number}", name=name) for number, name in enumerate(names)]
    own = {number: UNUSED - number for number in range(2, len(names))}
    chats = [
        a_chat(name=f"{person}群", address=ROOM),
        *(a_chat(f"own-{n}", address=where, audiences=None, office=f"office-{n}") for n, where in own.items()),
    ]
    async with on_telegram(folder) as stage:
        stage.server.person(POLICE, person)
        for chat in own.values():
            stage.server.group(chat, "群", members=[POLICE])
        alert = a_duty_alert(on=on("08:01"), to={"offices": "all"})
        stage.write(alert, town=a_town(offices=offices, chats=chats))
        await stage.run()
        await stage.leap_to(at("08:01"))
        await stage.before_long(lambda: len(stage.texts(ROOM)) == 1 and all(stage.texts(each) for each in own.values()))
        assert all(name in stage.texts(ROOM)[0] for name in names[:2])
        for number, chat in own.items():
            assert names[number] in stage.texts(chat)[0]
        (asked,) = stage.server.shown(ROOM)
        stage.server.press(POLICE, ROOM, asked.message_id, asked.data("收到"))
        await stage.before_long(lambda: len(stage.texts(ROOM)) == 2)
        choice = stage.server.accepted[-1]
        assert choice.mentioned == (POLICE,)
        assert choice.text.startswith(person)
        labels = [f"{name} 收到" for name in names[:2]]
        assert [label for row in choice.buttons for label, _ in row] == labels
        stage.server.press(POLICE, ROOM, choice.message_id, choice.data(labels[1]))
        await stage.before_long(lambda: len(stage.server.edited) > 0)
        assert names[1] in stage.server.shown(ROOM)[0].text
        assert all(each.became == "accepted" for each in stage.server.asked)


async def test_a_text_at_the_limit_is_taken_on_time_and_late_and_one_more_is_told_by_check(stage: OnTelegram) -> None:
    """The limit is 4096 UTF-16 units; a message is measured as the longest that it may become."""

    def write(length: int) -> bool:
        text = "<😀&" * (length // 4) + "*" * (length % 4)
        stage.write(
            a_reminder(on=on("08:01")),
            a_duty_alert(on=on("08:02")),
            messages={"sanqing-sanguan.j2": "{% raw %}" + text.replace("*", "字") + "{% endraw %}"},
        )
        return judge(read_sources(stage.folder), stage.settings, stage.clock.now(), {}).in_force is not None

    least, most = 1, 5_000
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if write(middle) else (least, middle)
    assert 3_900 < least <= 4_096
    assert not write(least + 1)
    found = judge(read_sources(stage.folder), stage.settings, stage.clock.now(), {})
    assert any("sanqing-sanguan" in each.in_words("zh") for each in found.errors)
    assert write(least)
    await stage.run()
    await stage.leap_to(at("08:20"))
    await stage.comes_to("warning", "sent")
    (late,) = stage.texts(HOMES)
    assert late.startswith("【补发】")
    assert least < len(late.encode("utf-16-le")) // 2 <= 4_096


async def test_a_message_that_fails_for_one_office_costs_only_that_one_and_is_told(stage: OnTelegram) -> None:
    """It fails only late, so that `check` could not know."""
    message = "**请落实**{% if offices[0].id == 'police' and now > due %}{{ 1 // 0 }}{% endif %}"
    stage.write(
        a_reminder(on=on("08:01")),
        a_duty_alert("one", on=on("08:01")),
        a_duty_alert("other", on=on("08:01"), to={"offices": ["enforcement"]}),
        messages={"duty-alert.j2": message},
    )
    await stage.run()
    await stage.leap_to(at("08:10"))
    await stage.comes_to("other", "sent")
    await stage.comes_to("warning", "sent")
    assert await stage.kinds("one") == ["failed"]
    await stage.before_long(lambda: any("duty-alert" in text for text in stage.told))


async def test_a_message_that_telegram_refuses_costs_only_itself_and_its_chat_is_asked_on(stage: OnTelegram) -> None:
    stage.write(*(a_reminder(f"warning-{number}", on=on(f"08:0{number}")) for number in (1, 2)))
    await stage.run()
    refused = "Bad Request: can't parse entities: as ordered"
    stage.server.order(faults.refused(400, refused), chat=HOMES)
    for number, state in ((1, "failed"), (2, "sent")):
        await stage.leap_to(at(f"08:0{number}"))
        await stage.comes_to(f"warning-{number}", state)
    await stage.before_long(lambda: any("warning-1" in text for text in stage.texts(int(ADMIN))))
