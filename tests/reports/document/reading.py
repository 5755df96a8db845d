"""A Word file read back: its words, and how they are set."""

from io import BytesIO
from zipfile import ZipFile

from docx import Document
from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

FACE = qn("w:eastAsia")


def read(content: bytes) -> Docx:
    return Document(BytesIO(content))


def words(content: bytes) -> list[str]:
    """The document line by line, its empty lines left out."""
    return [each.text for each in read(content).paragraphs if each.text]


def part(content: bytes, name: str) -> BaseOxmlElement:
    """One of the file's parts."""
    with ZipFile(BytesIO(content)) as file:
        return parse_xml(file.read(f"word/{name}.xml"))


def style_of(document: Docx, name: str) -> BaseOxmlElement:
    """A style by the name under which Word lists it."""
    element: BaseOxmlElement = document.styles[name].element
    return element


def setting(style: BaseOxmlElement) -> tuple[str, float]:
    """Typeface and size in points."""
    (fonts,), (size,) = style.xpath("w:rPr/w:rFonts"), style.xpath("w:rPr/w:sz")
    return fonts.get(FACE), int(size.get(qn("w:val"))) / 2
