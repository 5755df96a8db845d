"""Sheets to a workbook that prints: A4 landscape, one page wide, the head on each page, page numbers below."""

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC
from io import BytesIO
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.campaign.model import Schedule, Town
from bot.language import Lang, say, sentence
from bot.reports.record import Record
from bot.reports.spreadsheet.rows import ColumnStyle, rows_as_xml
from bot.reports.spreadsheet.sheets import Column, Kind, Sheet, sheets

_FONTS = {"zh": "宋体", "en": "Arial"}
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "word": "@",
    "id": "@",
    "count": "0",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "span": "[h]:mm",
}
_BROKEN: frozenset[Kind] = frozenset({"text", "word"})
_LINE = Side(style="thin", color="A6A6A6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="F2F2F2")
_MARGIN = 0.4
"""Inches at the left and right edge."""
_HEAD_HEIGHT = 30
"""Points: two lines."""
_LONGEST_HEADER = 200


def spreadsheet(record: Record, schedule: Schedule, lang: Lang) -> bytes:
    """The record as an Excel workbook, a sheet a view. What people typed is text, whatever it looks like."""
    made = sheets(record, lang)
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.creator = "Gengfu"
    workbook.properties.created = workbook.properties.modified = record.now.astimezone(UTC).replace(tzinfo=None)
    styles = [_headed(workbook.create_sheet(say(each.title, lang)), each, schedule.town, record, lang) for each in made]
    bare = BytesIO()
    workbook.save(bare)
    return _filled(bare, made, styles)


def _headed(page: Worksheet, sheet: Sheet, town: Town, record: Record, lang: Lang) -> list[ColumnStyle]:
    """A sheet with all but its rows, and the styles of these."""
    font = _FONTS[lang]
    for number, column in enumerate(sheet.columns, 1):
        cell = page.cell(1, number, say(column.head, lang))
        cell.font, cell.fill, cell.border = Font(name=font, size=10, bold=True), _HEAD, _BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.row_dimensions[1].height = _HEAD_HEIGHT
    last = get_column_letter(len(sheet.columns))
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{last}{1 + len(sheet.rows)}"
    _set_up_printing(page, sheet, town, record, lang)
    return [
        ColumnStyle(
            letters=get_column_letter(number),
            style=_style(page, column, font),
            quoted=_style(page, column, font, quoted=True),
            breaks_after=column.width if column.kind in _BROKEN else None,
        )
        for number, column in enumerate(sheet.columns, 1)
    ]


def _set_up_printing(page: Worksheet, sheet: Sheet, town: Town, record: Record, lang: Lang) -> None:
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = "9"  # A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.page_margins.left = page.page_margins.right = _MARGIN
    page.page_margins.top = page.page_margins.bottom = 0.7
    page.page_margins.header = page.page_margins.footer = 0.3
    page.print_options.horizontalCentered = True
    days = {"first": record.first, "last": record.last}
    key = "report.sheet-header" if record.first and record.last else "report.sheet-header-empty"
    title = say(sentence(key, town=town.name, sheet=sheet.title, **days), lang)[:_LONGEST_HEADER].replace("&", "&&")
    asof = say(sentence("report.sheet-asof", now=record.now.astimezone(record.zone)), lang)
    page.HeaderFooter.oddHeader = _in_margin(lang, center=title)
    page.HeaderFooter.oddFooter = _in_margin(lang, center=say(sentence("report.sheet-page"), lang), left=asof)


def _in_margin(lang: Lang, center: str, left: str = "") -> HeaderFooterItem:
    item = HeaderFooterItem()
    item.center.text, item.left.text = center, left or None
    item.center.font = item.left.font = f"{_FONTS[lang]},Regular"
    return item


def _style(page: Worksheet, column: Column, font: str, *, quoted: bool = False) -> int:
    cell = WriteOnlyCell(page)
    horizontal: Literal["left", "center"] = "left" if column.kind in {"text", "id"} else "center"
    cell.font, cell.border, cell.number_format = Font(name=font, size=10), _BORDER, _FORMATS[column.kind]
    cell.alignment = Alignment(
        horizontal=horizontal, vertical="center", wrap_text=column.kind in _BROKEN, shrink_to_fit=column.kind == "id"
    )
    cell.quotePrefix = quoted
    return cell.style_id


def _filled(bare: BytesIO, made: Sequence[Sheet], styles: Sequence[Sequence[ColumnStyle]]) -> bytes:
    """The workbook with the rows of each sheet put into it."""
    out = BytesIO()
    with zipfile.ZipFile(bare) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as after:
        for part in before.infolist():
            content = before.read(part)
            if found := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part.filename):
                place = int(found[1]) - 1
                content = _with_rows(content.decode(), made[place], styles[place]).encode()
            after.writestr(part.filename, content)
    return out.getvalue()


def _with_rows(page: str, sheet: Sheet, styles: Sequence[ColumnStyle]) -> str:
    rows = [*sheet.rows, *sheet.totals]
    whole = f'<dimension ref="A1:{styles[-1].letters}{1 + len(rows)}"'
    page = re.sub(r'<dimension ref="[^"]*"', whole, page, count=1)
    before, end, after = page.partition("</sheetData>")
    return f"{before}{rows_as_xml(rows, styles, 2)}{end}{after}"
