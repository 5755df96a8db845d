"""The document's styles, one for each element that GB/T 9704-2012 names, so that an office changes one in one place."""

from dataclasses import dataclass
from typing import Literal

from docx.oxml.ns import nsdecls

from bot.reports.document.geometry import CLOSER, LINE, characters
from bot.reports.document.typefaces import (
    BODY,
    FOURTH,
    HEI,
    KAI,
    LITTLE_FOURTH,
    SECOND,
    SONG,
    THIRD,
    TITLE,
    Typeface,
    set_in,
)

_TABLE_LINE = 360
_OFF_GRID = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:adjustRightInd w:val="0"/><w:snapToGrid w:val="0"/>'
"""Lines and characters have their pitch from the style: LibreOffice gives two places of the grid to a character that is
wider than one. The grid itself stands in the page set-up, and is the same.
"""


@dataclass(frozen=True)
class Style:
    """A paragraph style: its id in the file, the name by which Word lists it, how it is set. `indent` is of its first
    line, in characters; `level` is its place in the document's outline, from 0.
    """

    id: str
    name: str
    face: Typeface = BODY
    points: int = THIRD
    align: Literal["both", "center", "left", "right"] = "both"
    indent: int = 0
    line: int = LINE
    level: int | None = None


NUMBER = Style("IssueNumber", "发文字号", align="center")
HEADLINE = Style("DocumentTitle", "公文标题", TITLE, SECOND, "center", level=0)
ADDRESSEES = Style("Addressees", "主送机关", align="left")
TEXT = Style("BodyText", "公文正文", indent=2)
FIRST = Style("FirstLevel", "一级标题", HEI, indent=2, level=1)
SECOND_LEVEL = Style("SecondLevel", "二级标题", KAI, indent=2, level=2)
SIGNATURE = Style("Signature", "署名和成文日期", align="center")
ANNEX = Style("Annex", "附件标记", HEI, align="left")
CELL = Style("TableCell", "表格文字", points=LITTLE_FOURTH, align="center", line=_TABLE_LINE)
CELL_HEAD = Style("TableHead", "表格栏头", HEI, LITTLE_FOURTH, "center", line=_TABLE_LINE)
PAGE_NUMBER = Style("PageNumber", "页码", SONG, FOURTH, line=_TABLE_LINE)
_ALL = (
    NUMBER,
    HEADLINE,
    ADDRESSEES,
    TEXT,
    FIRST,
    SECOND_LEVEL,
    SIGNATURE,
    ANNEX,
    CELL,
    CELL_HEAD,
    PAGE_NUMBER,
)


def style_sheet() -> bytes:
    """`word/styles.xml`. All that is not said otherwise is 三号仿宋 (5.2.2) in black (5.2.4)."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles {nsdecls("w")}>'
        f"<w:docDefaults><w:rPrDefault><w:rPr>{set_in(BODY, THIRD, CLOSER)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:widowControl w:val="0"/>{_OFF_GRID}'
        f'<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>'
        '<w:jc w:val="both"/></w:pPr>'
        f"<w:rPr>{set_in(BODY, THIRD, CLOSER)}</w:rPr></w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        f"{''.join(map(_written, _ALL))}</w:styles>"
    ).encode()


def _written(style: Style) -> str:
    indent = (
        f' w:firstLineChars="{style.indent * 100}" w:firstLine="{characters(style.indent)}"' if style.indent else ""
    )
    level = "" if style.level is None else f'<w:outlineLvl w:val="{style.level}"/>'
    closer = CLOSER if style.points == THIRD else 0
    keep = "<w:keepNext/>" if style in (FIRST, CELL_HEAD) else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{keep}'
        f'<w:spacing w:line="{style.line}" w:lineRule="exact"/>'
        + (f"<w:ind{indent}/>" if indent else "")
        + f'<w:jc w:val="{style.align}"/>{level}</w:pPr>'
        f"<w:rPr>{set_in(style.face, style.points, closer)}</w:rPr></w:style>"
    )
