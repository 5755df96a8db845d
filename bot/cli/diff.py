"""diff: what another version of the files would change."""

import asyncio
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from bot.app.adopt import adopted
from bot.app.compare import Comparison, Side, compare, side_of, side_of_town
from bot.app.in_force import InForce, once_in_force
from bot.app.sources import Sources
from bot.cli.judged import judged, refused
from bot.cli.options import Call, Format, common, days_options, format_option, print_json
from bot.cli.reading import SIGNS, Kind, counts, reading_list
from bot.cli.schedule import as_json
from bot.cli.usage import told
from bot.clock import SystemClock
from bot.errors import NotFound
from bot.language import Lang, sentence
from bot.store.tinydb import open_reader

_STYLES: dict[Kind, str] = {"added": "green", "removed": "red", "moved": "yellow", "reworded": "cyan", "past": "dim"}


@click.command(help=told("help-diff"))
@click.argument("other", type=click.Path(path_type=Path), required=False, metavar="[OTHER_DIR]")
@common
@format_option
@days_options
def diff(call: Call, other: Path | None, form: Format, first: date | None, last: date | None) -> int:
    """What the other folder would change, or the town's own against the version in force."""
    if first and last and last < first:
        raise click.BadParameter(f"{last} < {first}", param_hint="--until")
    names, old, new = _sides(call, other) if other else _since_adopted(call)
    found = compare(old, new, SystemClock().now(), first, last)
    if form == "json":
        print_json(_as_json(found, call.lang))
    elif not found:
        click.echo(call.say("diff.none"))
    else:
        _print(found, old, new, call.say("diff.heading", old=names[0], new=names[1]), call.lang)
    return 0


def _sides(call: Call, other: Path) -> tuple[tuple[str, str], InForce, InForce]:
    """The town's folder and the other one. Raises `ScheduleRefused` with all that is wrong with either."""
    sides = side_of_town(call.folder), side_of(other, call.folder)
    if not sides[1].own_messages:
        click.echo(call.say("diff.messages-of-town", folder=str(other), town=str(sides[1].messages)), err=True)
    old, new = _good(call, *sides)
    return (str(call.folder), str(other)), old, new


def _since_adopted(call: Call) -> tuple[tuple[str, str], InForce, InForce]:
    """The version in force and the town's folder. Raises `NotFound` where none ever was, or none that can be read."""
    sources = asyncio.run(_adopted(call))
    if sources is None:
        raise NotFound(sentence("diff.never-adopted"))
    if (old := once_in_force(sources, call.lang)) is None:
        raise NotFound(sentence("diff.cannot-read-version", version=sources.version))
    (new,) = _good(call, side_of_town(call.folder))
    return (call.say("diff.running", version=sources.version), str(call.folder)), old, new


async def _adopted(call: Call) -> Sources | None:
    return await adopted(await open_reader(call.settings.data), call.settings.data)


def _good(call: Call, *sides: Side) -> list[InForce]:
    found = [(side, judged(side.sources, call.settings)) for side in sides]
    good = [each.in_force for _, each in found if each.in_force is not None]
    if len(good) < len(sides):
        raise refused(problem for side, each in found if each.in_force is None for problem in side.placed(each.errors))
    return good


def _as_json(found: Comparison, lang: Lang) -> dict[str, object]:
    return {
        "added": [as_json(each, lang) for each in found.added],
        "removed": [as_json(each, lang) for each in found.removed],
        "moved": [{"before": as_json(before, lang), "after": as_json(after, lang)} for before, after in found.moved],
        "reworded": [
            {"before": as_json(each.before, lang), "after": as_json(each.after, lang), "texts": each.texts}
            for each in found.reworded
        ],
        "past": [as_json(each, lang) for each in found.past],
    }


def _print(found: Comparison, old: InForce, new: InForce, heading: str, lang: Lang) -> None:
    console = Console(highlight=False)
    _put(console, heading)
    for day, items in reading_list(found, old.schedule, new.schedule, lang):
        console.print()
        _put(console, day, style="bold")
        for item in items:
            _put(console, item.text, before=f"  {SIGNS[item.kind]} ", style=_STYLES[item.kind])
            for detail in item.details:
                sign = f"{SIGNS[detail.kind]} " if detail.kind else ""
                _put(console, detail.text, before=f"      {sign}", style=_STYLES[detail.kind] if detail.kind else "")
    console.print()
    _put(console, counts(found, lang), style="bold")


def _put(console: Console, text: str, before: str = "", style: str = "") -> None:
    """A line; in a terminal wrapped beneath its own beginning, elsewhere left whole."""
    indent = Text(before).cell_len
    words = Text(text, style=style)
    lines = words.wrap(console, max(console.width - indent, 20)) if console.is_terminal else [words]
    for number, line in enumerate(lines):
        console.print(Text(before if number == 0 else " " * indent, style=style) + line, soft_wrap=True)
