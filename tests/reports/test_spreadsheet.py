"""The record as a workbook, read back by openpyxl as Excel would."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.language import Lang
from bot.reports.spreadsheet.rows import LONGEST_TEXT
from bot.reports.spreadsheet.workbook import spreadsheet
from tests.reports.shelf import DUE, TOWN, an_ask, said, the_record

SHEETS = ["回执明细", "按提醒", "按单位", "按事项", "按阶段", "每周次数", "问题清单", "未送达", "台账"]


async def a_workbook(*entries: Any, lang: Lang = "zh", **but: Any) -> Workbook:
    found = await the_record(an_ask("w/a", **but), entries=entries, now=DUE + timedelta(hours=3))
    return load_workbook(BytesIO(spreadsheet(found, TOWN, lang)))


def column(page: Worksheet, head: str) -> Sequence[Any]:
    """The cells below a head."""
    (place,) = [each.column for each in page[1] if each.value == head]
    return [page.cell(row, place) for row in range(2, page.max_row + 1)]


def values(page: Worksheet, head: str) -> list[Any]:
    return [each.value for each in column(page, head)]


async def test_it_has_a_sheet_a_view_in_either_language() -> None:
    assert (await a_workbook()).sheetnames == SHEETS
    assert (await a_workbook(lang="en")).sheetnames[0] == "Answers"


async def test_every_sheet_prints_on_a4_landscape_with_its_head_on_each_page() -> None:
    for page in (await a_workbook(said("done", "w/a"))).worksheets:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert page.sheet_properties.pageSetUpPr is not None
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.print_title_rows == "$1:$1"
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref.startswith("A1:")
        assert page.oddFooter is not None
        assert page.oddFooter.center.text == "第 &P 页，共 &N 页"
        assert page["A1"].font.name == "宋体"


async def test_moments_are_dates_of_the_town_and_spans_are_durations() -> None:
    page = (await a_workbook(said("done", "w/a", 150)))["回执明细"]
    (due, _) = column(page, "发出时间")
    assert (due.value, due.number_format) == (datetime(2027, 2, 6, 9), "yyyy-mm-dd hh:mm")  # noqa: DTZ001 - Excel's
    assert values(page, "回执时间")[0] == datetime(2027, 2, 6, 11, 30)  # noqa: DTZ001 - Excel's
    assert values(page, "用时") == [timedelta(minutes=150), None]
    assert values(page, "逾期时长") == [timedelta(minutes=30), timedelta(hours=1)]


@pytest.mark.parametrize("typed", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1"])
async def test_what_people_typed_is_text_and_stays_text_when_it_is_edited(typed: str) -> None:
    page = (await a_workbook(said("done", "w/a", name=typed)))["回执明细"]
    cell = column(page, "回执人")[0]
    assert (cell.value, cell.data_type) == (typed, "s")
    assert cell.quotePrefix


async def test_what_xml_cannot_hold_and_what_no_cell_can_does_no_harm() -> None:
    page = (await a_workbook(said("need", "w/a", text="a<&>\x00\ud800" + "长" * 40_000), said("help", "w/a")))["台账"]
    assert values(page, "详情")[0].startswith("a<&>��长长")
    assert len(values(page, "详情")[0]) <= LONGEST_TEXT


async def test_a_long_text_gets_the_lines_that_it_needs() -> None:
    need = "缺一台发电机，三号点夜间照明不足，请应急办协调，今晚七点前送到"
    page = (await a_workbook(said("help", "w/a"), said("need", "w/a", text=need)))["问题清单"]
    assert values(page, "需要什么") == [need]
    assert page.row_dimensions[2].height == 43.5, "three lines"


async def test_no_row_is_higher_than_excel_takes_them() -> None:
    page = (await a_workbook(said("help", "w/a"), said("need", "w/a", text="缺" * 500)))["问题清单"]
    assert page.row_dimensions[2].height == 409


async def test_offices_stand_in_the_town_s_order_without_a_median_and_all_of_them_below() -> None:
    page = (await a_workbook(said("done", "w/a", 5, "enforcement")))["按单位"]
    assert values(page, "责任单位") == ["派出所", "综合执法大队", "合计"]
    assert values(page, "应回执数") == [1, 1, 2]
    assert "用时中位数" not in [each.value for each in page[1]], "a column of them is one click from a league table"
    assert page.auto_filter.ref.endswith("3"), "the filter leaves the last line where it is"


async def test_duty_items_and_phases_have_their_median() -> None:
    given: Any = {"duties": {"fireworks": "九.4 烟花爆竹"}, "phase": "carry-out", "phase_name": "组织实施"}
    found = await a_workbook(said("done", "w/a", 30), **given)
    assert values(found["按事项"], "事项") == ["九.4 烟花爆竹"]
    assert values(found["按事项"], "用时中位数") == [timedelta(minutes=30)]
    assert values(found["按阶段"], "阶段")[0] == "组织实施"
    assert values(found["回执明细"], "事项") == ["九.4", "九.4"]


async def test_the_ledger_is_there_entry_by_entry() -> None:
    page = (await a_workbook(said("received", "w/a"), said("done", "w/a", 5, name="李")))["台账"]
    assert values(page, "事件") == ["收到", "已落实"]
    assert values(page, "序号") == [1, 2]
    assert values(page, "责任单位") == ["派出所", "派出所"]
    assert values(page, "详情") == [None, "name=李"]


async def test_an_empty_record_is_a_workbook_too() -> None:
    found = load_workbook(BytesIO(spreadsheet(await the_record(), TOWN, "zh")))
    assert [page.max_row for page in found.worksheets] == [1] * len(SHEETS)
