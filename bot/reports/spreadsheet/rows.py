"""Rows as the XML of a worksheet (ECMA-376, 18.3.1): openpyxl takes some ten microseconds a cell, and a year of a big
town has 300,000.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

Value = str | int | datetime | date | timedelta | None
"""What may stand in a cell. Moments are the town's own clock, without a zone: Excel knows none."""

LONGEST_TEXT = 32_767
"""So many characters fit into a cell of Excel."""

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - what Excel counts days from, on any clock
_DAY = timedelta(days=1)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE, _ROUND, _HIGHEST = 13.5, 3.0, 409
"""Points: a line of text, what stands above and below it in its cell, and the highest row that Excel has."""

_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class ColumnStyle:
    """A column's letters, and the number of its cells' style in the workbook; `quoted` is that of a text which Excel
    would take for a formula once somebody edits it. `breaks_after` is how many narrow characters stand on a line where
    texts are broken into lines.
    """

    letters: str
    style: int
    quoted: int
    breaks_after: int | None = None


def rows_as_xml(rows: Iterable[Sequence[Value]], styles: Sequence[ColumnStyle], first: int) -> str:
    """These rows, of which the first is so many down from the top."""
    found: list[str] = []
    for number, row in enumerate(rows, first):
        cells = "".join(_cell(value, style, number) for value, style in zip(row, styles, strict=True))
        lines = max(map(_lines, row, styles), default=1)
        height = f' ht="{min(lines * _LINE + _ROUND, _HIGHEST):g}" customHeight="1"' if lines > 1 else ""
        found.append(f'<row r="{number}"{height}>{cells}</row>')
    return "".join(found)


def _lines(value: Value, column: ColumnStyle) -> int:
    """How many lines a cell takes: not every program works that out for itself."""
    return _broken(value, column.breaks_after) if column.breaks_after and isinstance(value, str) else 1


@lru_cache(maxsize=8_192)
def _broken(text: str, width: int) -> int:
    """A wide character takes the room of two, and does not stand half on a line."""
    return sum(
        max(1, -(-sum(2 if east_asian_width(each) in "WFA" else 1 for each in line) // width))
        for line in text.split("\n")
    )


def _cell(value: Value, column: ColumnStyle, row: int) -> str:
    match value:
        case None | "":
            return f'<c r="{column.letters}{row}" s="{column.style}"/>'
        case str():
            style = column.quoted if value.startswith(_LIKE_A_FORMULA) else column.style
            return f'<c r="{column.letters}{row}" s="{style}" t="inlineStr"><is>{_text(value)}</is></c>'
        case _:
            return f'<c r="{column.letters}{row}" s="{column.style}"><v>{_number(value)}</v></c>'


@lru_cache(maxsize=8_192)
def _text(value: str) -> str:
    if len(value) > LONGEST_TEXT:
        value = value[: LONGEST_TEXT - 1] + "…"
    return f'<t xml:space="preserve">{escape(_NOT_XML.sub("�", value))}</t>'


def _number(value: int | datetime | date | timedelta) -> float:
    """Days, as Excel counts them; a number is itself."""
    match value:
        case datetime():
            return (value - _EPOCH) / _DAY
        case date():
            return (datetime.combine(value, time()) - _EPOCH) / _DAY
        case timedelta():
            return value / _DAY
        case _:
            return value
