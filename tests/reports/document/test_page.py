"""The page of GB/T 9704-2012, read back from the file."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from docx.oxml.ns import qn

from bot.reports.document.paper import Paper
from tests.reports.document.reading import FACE, part, read, setting, style_of

NOW = datetime(2027, 2, 12, tzinfo=UTC)
ORDER = ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "pBdr", "autoSpaceDE", "autoSpaceDN"]
ORDER += ["adjustRightInd", "snapToGrid", "spacing", "ind", "jc", "outlineLvl"]
"""In which the schema wants what is said of a paragraph; Word refuses a file that has it otherwise."""


def a_paper() -> Paper:
    paper = Paper("通报", "金龙镇人民政府", NOW, "zh")
    paper.number("金龙府发〔2027〕　号")
    paper.title(["关于工作", "回执情况的通报"])
    paper.addressees("各责任单位：")
    paper.first("总体情况")
    paper.second("提醒。", "发出一次。")
    paper.third("派出所。")
    paper.third("综合执法大队。")
    paper.first("问题清单")
    paper.second("办理。")
    paper.third("无。")
    paper.signed("金龙镇人民政府", "2027年2月12日")
    paper.annex("附件", "情况表")
    paper.table(["单位", "件"], [2, 1], [["派出所", "1"]])
    return paper


CONTENT = a_paper().content


def test_it_is_a4_with_its_margins_and_its_text_area() -> None:
    (section,) = read(CONTENT).sections
    assert section.page_width
    assert section.page_height
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert section.top_margin
    assert section.left_margin
    assert section.right_margin
    assert section.bottom_margin
    assert (section.top_margin.mm, section.left_margin.mm) == pytest.approx((37, 28), abs=0.1)
    assert section.page_width.mm - section.left_margin.mm - section.right_margin.mm == pytest.approx(156, abs=0.1)
    assert section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm == pytest.approx(225, abs=0.1)


def test_22_lines_of_28_characters_fill_it() -> None:
    (grid,) = part(CONTENT, "document").iter(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    line, space = int(grid.get(qn("w:linePitch"), 0)) / 20, int(grid.get(qn("w:charSpace"), 0)) / 4096
    assert 22 * line <= 225 / 25.4 * 72 < 22 * line + 1.5
    assert 28 * (16 + space) == pytest.approx(156 / 25.4 * 72, abs=0.3)
    normal = style_of(read(CONTENT), "Normal")
    (spacing,), (closer,) = normal.xpath("w:pPr/w:spacing"), normal.xpath("w:rPr/w:spacing")
    assert spacing.get(qn("w:lineRule")) == "exact"
    assert int(spacing.get(qn("w:line"))) / 20 == line
    assert int(closer.get(qn("w:val"))) / 20 == pytest.approx(space, abs=0.001)


@pytest.mark.parametrize(
    ("name", "face", "points"),
    [
        ("Normal", "仿宋_GB2312", 16),
        ("发文字号", "仿宋_GB2312", 16),
        ("公文标题", "方正小标宋简体", 22),
        ("主送机关", "仿宋_GB2312", 16),
        ("公文正文", "仿宋_GB2312", 16),
        ("一级标题", "黑体", 16),
        ("二级标题", "楷体_GB2312", 16),
        ("附件标记", "黑体", 16),
        ("页码", "宋体", 14),
    ],
)
def test_each_element_is_set_as_the_standard_says(name: str, face: str, points: int) -> None:
    assert setting(style_of(read(CONTENT), name)) == (face, points)


@pytest.mark.parametrize("name", ["公文正文", "一级标题", "二级标题"])
def test_a_paragraph_begins_two_characters_in(name: str) -> None:
    (indent,) = style_of(read(CONTENT), name).xpath("w:pPr/w:ind")
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert int(indent.get(qn("w:firstLine"))) / 20 == pytest.approx(2 * 15.8)


def test_each_typeface_has_one_other_name_that_word_takes() -> None:
    fonts = {each.get(qn("w:name")): each for each in part(CONTENT, "fontTable")}
    others = {name: font.find(qn("w:altName")).get(qn("w:val")) for name, font in fonts.items()}
    assert others["仿宋_GB2312"] == "仿宋"
    assert others["楷体_GB2312"] == "楷体"
    assert all(other and "," not in other and len(other) <= 31 for other in others.values())
    used = {each.get(FACE) for each in part(CONTENT, "styles").iter(qn("w:rFonts"))}
    assert used == set(fonts)


def test_parts_are_numbered_as_the_standard_says() -> None:
    said = [each.text for each in read(CONTENT).paragraphs if each.style and "级" in str(each.style.name)]
    assert said == ["一、总体情况", "（一）提醒。发出一次。", "二、问题清单", "（一）办理。"]
    said = [each.text for each in read(CONTENT).paragraphs if each.style and each.style.name == "公文正文"]
    assert said == ["1.派出所。", "2.综合执法大队。", "1.无。"]


def test_what_follows_a_heading_on_its_line_is_body_text() -> None:
    (paragraph,) = [each for each in read(CONTENT).paragraphs if each.text.startswith("（一）提醒")]
    faces = [each._r.xpath("w:rPr/w:rFonts")[0].get(FACE) for each in paragraph.runs]
    assert faces == ["楷体_GB2312", "仿宋_GB2312"]


def test_page_numbers_stand_outside_odd_pages_right_even_ones_left() -> None:
    document = read(CONTENT)
    (section,) = document.sections
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert paragraph._p.xpath("string()") == "— 1 —"
        assert [each.get(qn("w:instr")) for each in paragraph._p.iter(qn("w:fldSimple"))] == [" PAGE "]
        (placed,), (indent,) = paragraph._p.xpath("w:pPr/w:jc"), paragraph._p.xpath("w:pPr/w:ind")
        assert placed.get(qn("w:val")) == side
        assert indent.get(qn(f"w:{side}Chars")) == "100"


def test_a_watermark_says_on_each_page_that_it_is_a_draft() -> None:
    document = read(CONTENT)
    assert document.core_properties.content_status == "草稿"
    (section,) = document.sections
    for header in (section.header, section.even_page_header):
        (shape,) = header.paragraphs[0]._p.iter("{urn:schemas-microsoft-com:vml}shape")
        assert str(shape.get("id")).startswith("PowerPlusWaterMarkObject")
        assert shape[-1].get("string") == "草稿"


def test_the_date_stands_four_characters_from_the_margin_and_the_name_is_centred_over_it() -> None:
    name, day = (each for each in read(CONTENT).paragraphs if each.style and each.style.name == "署名和成文日期")
    (first,), (second,) = name._p.xpath("w:pPr/w:ind"), day._p.xpath("w:pPr/w:ind")
    assert first.attrib == second.attrib
    left, right = (int(first.get(qn(f"w:{side}Chars"))) / 100 for side in ("left", "right"))
    width_of_day = 4 / 2 + 1 + 1 / 2 + 1 + 2 / 2 + 1
    assert (right + 28 - left) / 2 == pytest.approx(4 + width_of_day / 2, abs=0.01)


def test_no_page_has_nothing_but_the_signature() -> None:
    """7.3.5.5: what stands last before it goes with it."""
    paper = Paper("通报", "", NOW, "zh")
    for number in range(40):
        paper.third(f"第{number}件。")
    paper.signed("金龙镇人民政府", "2027年2月12日")
    kept = [bool(each.paragraph_format.keep_with_next) for each in read(paper.content).paragraphs]
    with_words = [each.text for each in read(paper.content).paragraphs if each.paragraph_format.keep_with_next]
    assert [each for each in with_words if each][:1] == ["38.第37件。"]
    assert kept[-7:] == [True] * 6 + [False]


def test_a_long_name_stays_within_the_text() -> None:
    paper = Paper("通报", "", NOW, "zh")
    paper.signed("新疆维吾尔自治区伊犁哈萨克自治州某某县某某乡人民政府", "2027年2月12日")
    name = next(each for each in read(paper.content).paragraphs if each.text.startswith("新疆"))
    (indent,) = name._p.xpath("w:pPr/w:ind")
    left, right = (int(indent.get(qn(f"w:{side}Chars"))) / 100 for side in ("left", "right"))
    assert left >= 0
    assert right >= 0
    assert 28 - left - right >= len(name.text)


def test_a_table_is_as_wide_as_the_text_and_repeats_its_head() -> None:
    (table,) = read(CONTENT).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["单位", "件"], ["派出所", "1"]]
    widths = [int(each.get(qn("w:w"))) for each in table._tbl.iter(qn("w:gridCol"))]
    assert sum(widths) / 1440 * 25.4 == pytest.approx(156, abs=0.2)
    assert [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows] == [True, False]


def test_what_people_typed_does_no_harm() -> None:
    paper = Paper("<&>", "", NOW, "zh")
    paper.third("水带\x0b<w:p>\n“二十米”& \x00灭火器")
    assert [each.text for each in read(paper.content).paragraphs] == ["1.水带 <w:p> “二十米”&  灭火器"]


@pytest.mark.parametrize("name", ["document", "styles", "footer1", "footer2"])
def test_what_is_said_of_a_paragraph_stands_in_the_order_of_the_schema(name: str) -> None:
    for each in part(CONTENT, name).iter(qn("w:pPr")):
        places = [ORDER.index(child.tag.rpartition("}")[2]) for child in each]
        assert all(one < other for one, other in pairwise(places))
