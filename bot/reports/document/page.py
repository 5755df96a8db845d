"""An empty document with the page of GB/T 9704-2012: its grid, its styles, its page numbers."""

from datetime import datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Docx
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section, _Footer
from docx.shared import Twips

from bot.reports.document import geometry
from bot.reports.document.draft_mark import mark_as_draft
from bot.reports.document.geometry import characters
from bot.reports.document.styles import PAGE_NUMBER, style_sheet
from bot.reports.document.typefaces import font_table

_SETTINGS = (
    f'<w:settings {nsdecls("w")}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
    '<w:drawingGridVerticalSpacing w:val="579"/><w:characterSpacingControl w:val="doNotCompress"/>'
    "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
    "<w:doNotExpandShiftReturn/><w:useFELayout/>"
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
).encode()


def new_document(title: str, author: str, now: datetime, mark: str) -> Docx:
    """An empty document, marked as a draft by the word `mark`."""
    document = Document()
    for id_ in list(document.part.rels):
        del document.part.rels[id_]
    _put(document, "styles", CONTENT_TYPE.WML_STYLES, RELATIONSHIP_TYPE.STYLES, style_sheet())
    _put(document, "settings", CONTENT_TYPE.WML_SETTINGS, RELATIONSHIP_TYPE.SETTINGS, _SETTINGS)
    _put(document, "fontTable", CONTENT_TYPE.WML_FONT_TABLE, RELATIONSHIP_TYPE.FONT_TABLE, font_table())
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, author, author
    properties.comments, properties.content_status = "", mark
    properties.created = properties.modified = now
    section = document.sections[0]
    _lay_out(section)
    _number(section.footer, f'<w:ind w:rightChars="100" w:right="{characters(1)}"/><w:jc w:val="right"/>')
    _number(section.even_page_footer, f'<w:ind w:leftChars="100" w:left="{characters(1)}"/><w:jc w:val="left"/>')
    mark_as_draft(section, mark)
    return document


def saved(document: Docx) -> bytes:
    """The file's content."""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _put(document: Docx, name: str, content_type: str, relationship: str, content: bytes) -> None:
    part = Part(PackURI(f"/word/{name}.xml"), content_type, content, document.part.package)
    document.part.relate_to(part, relationship)


def _lay_out(section: Section) -> None:
    section.page_width, section.page_height = Twips(geometry.PAPER_WIDTH), Twips(geometry.PAPER_HEIGHT)
    section.top_margin, section.bottom_margin = Twips(geometry.TOP), Twips(geometry.BOTTOM)
    section.left_margin, section.right_margin = Twips(geometry.LEFT), Twips(geometry.RIGHT)
    section.header_distance, section.footer_distance = Twips(geometry.TOP // 2), Twips(geometry.PAGE_NUMBER_ABOVE_EDGE)
    section.gutter = Twips(0)
    inside = section._sectPr
    for old in inside.xpath("w:docGrid | w:cols"):
        inside.remove(old)
    inside.append(parse_xml(f'<w:cols {nsdecls("w")} w:space="720"/>'))
    inside.append(
        parse_xml(
            f'<w:docGrid {nsdecls("w")} w:type="linesAndChars" w:linePitch="{geometry.LINE}"'
            f' w:charSpace="{geometry.CHARACTER_SPACE}"/>'
        )
    )


def _number(footer: _Footer, placed: str) -> None:
    """7.5: 四号半角宋体 digits, a dash on either side; on odd pages 右空一字, on even ones 左空一字."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]._p
    for old in list(paragraph):
        paragraph.remove(old)
    xml = (
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{PAGE_NUMBER.id}"/><w:snapToGrid w:val="0"/>{placed}</w:pPr>'
        '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">— </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
    for each in list(parse_xml(xml)):
        paragraph.append(each)
