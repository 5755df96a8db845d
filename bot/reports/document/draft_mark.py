"""The word across each page that says that a document is a draft (草稿): a watermark as Word and WPS make their own, so
that their 删除水印 takes it away.
"""

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section, _Header

_OFFICE = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:w10="urn:schemas-microsoft-com:office:word"'
)
_FORMULAS = (
    "sum #0 0 10800",
    "prod #0 2 1",
    "sum 21600 0 @1",
    "sum 0 0 @2",
    "sum 21600 0 @3",
    "if @0 @3 0",
    "if @0 21600 @1",
    "if @0 0 @2",
    "if @0 @4 21600",
    "mid @5 @6",
    "mid @8 @5",
    "mid @7 @8",
    "mid @6 @7",
    "sum @6 0 @5",
)
_SHAPE = "PowerPlusWaterMarkObject"
"""By this name Word and WPS know a watermark."""
_STYLE = (
    "position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:150pt;rotation:315;z-index:-251658752;"
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
    "mso-position-vertical:center;mso-position-vertical-relative:margin"
)
_LETTER = 150


def mark_as_draft(section: Section, words: str) -> None:
    """Lay these words across odd and even pages alike."""
    for number, header in enumerate((section.header, section.even_page_header), start=1):
        _mark(header, words, number)


def _mark(header: _Header, words: str, number: int) -> None:
    formulas = "".join(f'<v:f eqn="{each}"/>' for each in _FORMULAS)
    width = min(len(words) * _LETTER, 480)
    shape = (
        f"<w:r {nsdecls('w')} {_OFFICE}><w:rPr><w:noProof/></w:rPr><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e">'
        f"<v:formulas>{formulas}</v:formulas>"
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"'
        ' o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/>'
        '<v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>'
        '<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>'
        f'<v:shape id="{_SHAPE}{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" alt="{words}"'
        f' style="{_STYLE.format(width=width)}" o:allowincell="f" fillcolor="silver" stroked="f">'
        f'<v:fill opacity=".4"/><v:textpath style="font-family:&quot;宋体&quot;;font-size:1pt" string="{words}"/>'
        "</v:shape></w:pict></w:r>"
    )
    header.is_linked_to_previous = False
    header.paragraphs[0]._p.append(parse_xml(shape))
