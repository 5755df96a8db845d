"""What is written onto the page, element by element as GB/T 9704-2012 7.2 and 7.3 name them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from bot.language import Lang, say, sentence
from bot.reports.document.geometry import CHARACTERS, WIDTH, characters
from bot.reports.document.page import new_document, saved
from bot.reports.document.styles import (
    ADDRESSEES,
    ANNEX,
    CELL,
    CELL_HEAD,
    FIRST,
    HEADLINE,
    NUMBER,
    SECOND_LEVEL,
    SIGNATURE,
    TEXT,
    Style,
)
from bot.reports.document.typefaces import BODY, KAI, Typeface
from bot.reports.document.words import first_level, second_level, third_level

_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="11" w:color="FF0000"/></w:pBdr>'  # 11 pt are 4 mm (7.2.7)
_CELL_MARGINS = '<w:tblCellMar><w:left w:w="28" w:type="dxa"/><w:right w:w="28" w:type="dxa"/></w:tblCellMar>'
_RIGHT_OF_DATE, _ABOVE_SEAL = 4, 2
_WITH_SIGNATURE = 5
"""So many paragraphs before the signature stand on its page: none may have nothing but that (7.3.5.5)."""


class Paper:
    """A document that grows from top to bottom; `content` is its file at the end."""

    def __init__(self, title: str, author: str, now: datetime, lang: Lang) -> None:
        self._lang: Lang = lang
        self._document = new_document(title, author, now, say(sentence("document.draft"), lang))
        self._body = self._document.element.body
        self._places = [0, 0, 0]

    @property
    def content(self) -> bytes:
        """The file."""
        return saved(self._document)

    def number(self, text: str) -> None:
        """发文字号, centred (7.2.5), and the red line 4 mm below it (7.2.7)."""
        self._paragraph(NUMBER, _run(text), _RULE)
        self.blank(2)

    def title(self, lines: Iterable[str]) -> None:
        """标题: 二号小标宋, centred, in lines that keep words together (7.3.1)."""
        self._paragraph(HEADLINE, "<w:r><w:br/></w:r>".join(map(_run, lines)))
        self.blank()

    def addressees(self, text: str) -> None:
        """主送机关: at the margin, one line below the title (7.3.2)."""
        self._paragraph(ADDRESSEES, _run(text))

    def text(self, text: str) -> None:
        """正文: 左空二字, 回行顶格 (7.3.3)."""
        self._paragraph(TEXT, _run(text))

    def first(self, heading: str) -> None:
        """一、 in 黑体; what follows is numbered anew."""
        self._places = [self._places[0] + 1, 0, 0]
        self._paragraph(FIRST, _run(first_level(self._places[0], self._lang) + heading))

    def second(self, heading: str, text: str = "") -> None:
        """（一） in 楷体, and what follows on its line in 仿宋."""
        self._places = [self._places[0], self._places[1] + 1, 0]
        head = _run(second_level(self._places[1], self._lang) + heading, KAI)
        self._paragraph(SECOND_LEVEL, head + (_run(text, BODY) if text else ""))

    def third(self, text: str) -> None:
        """1. in 仿宋."""
        self._places[2] += 1
        self.text(third_level(self._places[2], self._lang) + text)

    def to_fill_in(self, text: str) -> None:
        """A place that people fill in, in yellow so that none is overlooked."""
        self._paragraph(TEXT, _run(text, highlight=True))

    def signed(self, organ: str, day: str) -> None:
        """发文机关署名 and 成文日期, as of a document that is sealed: the date 右空四字, the name centred over it
        (7.3.5.1); a name that is too long for that is moved left with its date.
        """
        widest = max(_width(organ), _width(day)) + 1
        right = max(_RIGHT_OF_DATE - (widest - _width(day)) / 2, 0)
        left = CHARACTERS - right - widest
        placed = (
            f'<w:ind w:leftChars="{round(left * 100)}" w:left="{characters(left)}"'
            f' w:rightChars="{round(right * 100)}" w:right="{characters(right)}"/>'
        )
        self.blank(_ABOVE_SEAL)
        for paragraph in self._body.xpath("w:p")[-_WITH_SIGNATURE:]:
            paragraph.get_or_add_pPr().get_or_add_keepNext()
        self._paragraph(SIGNATURE, _run(organ), "<w:keepNext/>", placed)
        self._paragraph(SIGNATURE, _run(day), "", placed)

    def annex(self, mark: str, title: str) -> None:
        """附件 on a page of its own: the word in 黑体 at the margin, the title on the third line (7.3.7)."""
        self._paragraph(ANNEX, _run(mark), "<w:pageBreakBefore/>")
        self.blank()
        self._paragraph(HEADLINE, _run(title))
        self.blank()

    def table(self, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
        """A table as wide as the text, its head repeated on each page; `widths` are shares of it, the first column is
        set from the left.
        """
        columns = [WIDTH * each // sum(widths) for each in widths]
        grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in columns)
        edges = "".join(
            f'<w:{each} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
            for each in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        head = _row(heads, columns, CELL_HEAD, "<w:tblHeader/>")
        body = "".join(_row(each, columns, CELL) for each in rows)
        self._add(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:tblBorders>{edges}'
            f'</w:tblBorders><w:tblLayout w:type="fixed"/>{_CELL_MARGINS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
            f"{head}{body}</w:tbl>"
        )

    def blank(self, lines: int = 1) -> None:
        """So many empty lines."""
        for _ in range(lines):
            self._add(f"<w:p {nsdecls('w')}/>")

    def _paragraph(self, style: Style, runs: str, before: str = "", placed: str = "") -> None:
        self._add(f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style.id}"/>{before}{placed}</w:pPr>{runs}</w:p>')

    def _add(self, xml: str) -> None:
        self._body.insert(len(self._body) - 1, parse_xml(xml))


def _run(text: str, face: Typeface | None = None, *, highlight: bool = False) -> str:
    fonts = f' w:eastAsia="{face.name}"' if face else ""
    marked = '<w:highlight w:val="yellow"/>' if highlight else ""
    said = escape("".join(each if each.isprintable() or each == "　" else " " for each in text))
    return (
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"{fonts}/>{marked}</w:rPr><w:t xml:space="preserve">{said}</w:t></w:r>'
    )


def _row(cells: Sequence[str], columns: Sequence[int], style: Style, head: str = "") -> str:
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="{style.id}"/>{"" if place or head else _FROM_LEFT}</w:pPr>{_run(text)}</w:p></w:tc>'
        for place, (text, width) in enumerate(zip(cells, columns, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{inside}</w:tr>"


_FROM_LEFT = '<w:jc w:val="left"/>'


def _width(text: str) -> float:
    """How many characters wide: digits and letters take half of one."""
    return sum(0.5 if each.isascii() else 1 for each in text)
