"""问题清单: every 需协助 on record, the open ones first, of each the oldest first."""

from datetime import timedelta

from bot.ledger.entries import Entry
from bot.reports.problems import problem_list
from tests.reports.shelf import DUE, a_shelf, an_ask, said

FIREWORKS, NIGHT = an_ask("w/fireworks", bodies={"": "**请落实** 烟花\n\n今天"}), an_ask("w/night")


async def listed(*entries: Entry) -> list[tuple[str, str, str]]:
    found = await problem_list(await a_shelf(FIREWORKS, NIGHT, entries=entries))
    return [(each.ask, each.office, each.problem.state) for each in found]


async def test_the_open_ones_come_first_and_the_oldest_of_them_before_the_others() -> None:
    assert await listed(
        said("help", "w/night", 1, "enforcement"),
        said("help", "w/fireworks", 2),
        said("closed", "w/night", 3, "enforcement"),
        said("help", "w/night", 4),
        said("taken", "w/night", 5),
    ) == [
        ("请落实 烟花", "派出所", "open"),
        (await ask_of_night(), "派出所", "taken"),
        (await ask_of_night(), "综合执法大队", "closed"),
    ]


async def ask_of_night() -> str:
    (one,) = await problem_list(await a_shelf(NIGHT, entries=(said("help", "w/night"),)))
    return one.ask


async def test_without_a_call_for_help_it_is_empty() -> None:
    assert await listed(said("received", "w/night"), said("done", "w/fireworks"), said("late", "w/night")) == []


async def test_one_that_a_correction_brought_up_stands_on_it() -> None:
    corrected = Entry(
        at=DUE + timedelta(hours=1),
        kind="corrected",
        occurrence="w/night",
        office="police",
        by="telegram:1001",
        detail={"to": "help"},
    )
    assert [each[2] for each in await listed(said("done", "w/night"), corrected)] == ["open"]


async def test_what_the_record_no_longer_has_the_ask_of_is_passed_over() -> None:
    assert await listed(said("help", "w/gone")) == []
