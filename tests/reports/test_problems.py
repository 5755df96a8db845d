"""问题清单: every 需协助 on record, the open ones first, of each the oldest first."""

from bot.ledger.entries import Entry
from bot.reports.problems import problem_list
from tests.reports.test_answers import DUE, an_ask, recorded, told

FIREWORKS, NIGHT = an_ask("w/fireworks", bodies={"": "**请落实** 烟花\n\n今天"}), an_ask("w/night")


async def listed(*entries: Entry) -> list[tuple[str, str, str]]:
    found = await problem_list(await recorded(FIREWORKS, NIGHT, entries=entries))
    return [(each.ask, each.office, each.problem.state) for each in found]


async def test_the_open_ones_come_first_and_the_oldest_of_them_before_the_others() -> None:
    assert await listed(
        told("help", "w/night", 1, "enforcement"),
        told("help", "w/fireworks", 2),
        told("closed", "w/night", 3, "enforcement"),
        told("help", "w/night", 4),
        told("taken", "w/night", 5),
    ) == [
        ("请落实 烟花", "派出所", "open"),
        (await ask_of_night(), "派出所", "taken"),
        (await ask_of_night(), "综合执法大队", "closed"),
    ]


async def ask_of_night() -> str:
    (one,) = await problem_list(await recorded(NIGHT, entries=(told("help", "w/night"),)))
    return one.ask


async def test_without_a_call_for_help_it_is_empty() -> None:
    assert await listed(told("received", "w/night"), told("done", "w/fireworks"), told("late", "w/night")) == []


async def test_one_that_a_correction_brought_up_stands_on_it() -> None:
    corrected = Entry(
        at=DUE, kind="corrected", occurrence="w/night", office="police", by="telegram:1001", detail={"to": "help"}
    )
    assert [each[2] for each in await listed(told("done", "w/night"), corrected)] == ["open"]


async def test_what_the_record_no_longer_has_the_ask_of_is_passed_over() -> None:
    assert await listed(told("help", "w/gone")) == []
