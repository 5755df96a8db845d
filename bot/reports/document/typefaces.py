"""The typefaces and sizes that GB/T 9704-2012 names, and what stands in where a machine does not have one.

Word takes the one other name that the document's font table has for a typeface ([MS-OI29500] 2.1.262: the list of the
standard is one name to it, of at most 31 characters), then one of its class (`w:panose1`, `w:charset`, `w:family`).
"""

from dataclasses import dataclass
from typing import Literal

from docx.oxml.ns import nsdecls

SECOND, THIRD, FOURTH, LITTLE_FOURTH = 22, 16, 14, 12
"""二号, 三号, 四号, 小四 in points."""


@dataclass(frozen=True)
class Typeface:
    """A Chinese typeface by its name in the trade; `other` is looked for where it is missing, then one of its `family`.

    `latin` is what digits and letters are set in.
    """

    name: str
    other: str
    panose: str
    family: Literal["roman", "modern", "swiss"] = "modern"
    latin: str = "Times New Roman"


TITLE = Typeface("方正小标宋简体", "华文中宋", "02010600040101010101", "roman")
BODY = Typeface("仿宋_GB2312", "仿宋", "02010609060101010101")
KAI = Typeface("楷体_GB2312", "楷体", "02010609060101010101")
HEI = Typeface("黑体", "SimHei", "02010609060101010101", "swiss")
SONG = Typeface("宋体", "SimSun", "02010600030101010101", "roman", latin="宋体")


def font_table() -> bytes:
    """`word/fontTable.xml`: each typeface, its other name, its class."""
    fonts = "".join(
        f'<w:font w:name="{each.name}"><w:altName w:val="{each.other}"/><w:panose1 w:val="{each.panose}"/>'
        f'<w:charset w:val="86"/><w:family w:val="{each.family}"/><w:pitch w:val="fixed"/></w:font>'
        for each in (TITLE, BODY, KAI, HEI, SONG)
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


def set_in(face: Typeface, points: int, closer: int) -> str:
    """`w:rPr` of what is set in this typeface and size, its characters so many twentieths of a point apart from what
    they are by themselves. “ ” — … are Chinese ones.
    """
    return (
        f'<w:rFonts w:ascii="{face.latin}" w:hAnsi="{face.latin}" w:eastAsia="{face.name}" w:cs="Times New Roman"'
        f' w:hint="eastAsia"/><w:snapToGrid w:val="0"/><w:spacing w:val="{closer}"/>'
        f'<w:sz w:val="{points * 2}"/><w:szCs w:val="{points * 2}"/>'
    )
