"""The page of GB/T 9704-2012 in twentieths of a point: 5.1 A4, 5.2.1 margins and 版心, 5.2.3 lines and characters."""

from bot.reports.document.typefaces import THIRD

_TWENTIETHS_OF_A_MM = 1440 / 25.4


def millimetres(length: float) -> int:
    """A length in mm."""
    return round(length * _TWENTIETHS_OF_A_MM)


PAPER_WIDTH, PAPER_HEIGHT = 11906, 16838
"""A4 as Word has it."""
TOP, LEFT = millimetres(37), millimetres(28)
"""天头 and 订口."""
LINES, CHARACTERS = 22, 28
"""On a page, and on a line."""
CHARACTER = round(millimetres(156) / CHARACTERS)
"""一字 (3.1): from one character to the next."""
CLOSER = CHARACTER - THIRD * 20
"""By how much characters of 三号, which are 16 points wide, stand closer together than that: 28 of them do not go into
156 mm.
"""
WIDTH, HEIGHT = CHARACTERS * CHARACTER, millimetres(225)
"""版心."""
LINE = HEIGHT // LINES
"""From one line to the next (3.2)."""
CHARACTER_SPACE = round(CLOSER / 20 * 4096)
"""The same in 4096ths of a point, as the grid has it: `w:charSpace`."""
RIGHT, BOTTOM = PAPER_WIDTH - LEFT - WIDTH, PAPER_HEIGHT - TOP - HEIGHT
PAGE_NUMBER_ABOVE_EDGE = millimetres(25)
"""From the paper's lower edge to the page number's line, so that its dashes stand 7 mm below the text (7.5)."""


def characters(count: float) -> int:
    """The width of so many characters."""
    return round(count * CHARACTER)
