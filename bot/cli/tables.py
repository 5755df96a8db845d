"""Tables: fitted to a terminal, or as wide as their texts where nobody looks at the width."""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it, and what turns the direction of writing."""


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """A table as wide as the terminal, or wide enough for all where there is none. What people typed steers none."""
    console, found = Console(markup=False, emoji=False), [[_harmless(cell) for cell in row] for row in rows]
    if not found or not console.is_terminal:
        click.echo(table_as_text(headings, found) if found else empty)
        return
    table = Table(*headings, header_style="bold", pad_edge=False)
    for row in found:
        table.add_row(*row)
    console.print(table)


def table_as_text(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in which nothing is broken or cut; thousands of rows take no time, as fitting them would."""
    lines = [[each.split("\n") for each in row] for row in (headings, *rows)]
    widths = [max(cell_len(line) for cell in column for line in cell) for column in zip(*lines, strict=True)]
    return "\n".join(
        [
            _rule("┏", "━", "┳", "┓", widths),
            _row(lines[0], widths, "┃"),
            _rule("┡", "━", "╇", "┩", widths),
            *(_row(each, widths, "│") for each in lines[1:]),
            _rule("└", "─", "┴", "┘", widths),
        ]
    )


def _harmless(text: str) -> str:
    return text if text.isprintable() else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _rule(left: str, line: str, cross: str, right: str, widths: Sequence[int]) -> str:
    return f"{left}{cross.join(line * (width + 2) for width in widths)}{right}"


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], bar: str) -> str:
    lines = []
    for parts in zip_longest(*cells, fillvalue=""):
        padded = (part + " " * (width - cell_len(part)) for part, width in zip(parts, widths, strict=True))
        lines.append(f"{bar} {f' {bar} '.join(padded)} {bar}")
    return "\n".join(lines)
