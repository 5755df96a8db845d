"""What all commands take, and how they print: tables for people, JSON for programs."""

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import wraps
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import click
import orjson
from pydantic_core import PydanticCustomError

from bot.app.rehearsal.records import settings_in
from bot.campaign.scalars import read_date, read_time
from bot.cli.usage import in_this_call, told
from bot.language import Lang, say, sentence
from bot.outbox.questions import AT_COMMAND_LINE
from bot.settings import Settings, settings_of

F = TypeVar("F", bound=Callable[..., Any])
Format = Literal["table", "json"]


@dataclass(frozen=True)
class Call:
    """The town that a command is about, its settings, and the language to answer in."""

    folder: Path
    settings: Settings
    lang: Lang

    def say(self, key: str, /, **values: object) -> str:
        """A sentence in the reader's language."""
        return say(sentence(key, **values), self.lang)


class Day(click.ParamType[date]):
    """A day as in the YAML: 2027-02-01."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it, or fail as wrong use."""
        if isinstance(value, date):
            return value
        try:
            return read_date(str(value))
        except PydanticCustomError as error:
            self.fail(in_this_call((error.context or {})["sentence"]), param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment of the town's, 2027-02-05T08:55, or a day: its first moment or, where it is the `last`, its last one.

    It bears no zone yet: the town's comes from the YAML (`in_zone`).
    """

    name = "YYYY-MM-DD[THH:MM]"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it, or fail as wrong use."""
        if isinstance(value, datetime):
            return value
        day, sign, hour = str(value).strip().replace(" ", "T").partition("T")
        try:
            read = read_date(day)
            if sign:
                return datetime.combine(read, read_time(hour))
        except PydanticCustomError as error:
            self.fail(in_this_call((error.context or {})["sentence"]), param, ctx)
        return datetime.combine(read, time.max if self._last else time.min)


def command_line_user() -> str:
    """Who gives a command, as the ledger names them: `cli:` and the user's name on the machine."""
    try:
        return f"{AT_COMMAND_LINE}{getpass.getuser()}"
    except (KeyError, OSError):
        return f"{AT_COMMAND_LINE}?"


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as it was written, in the town's zone."""
    return moment.replace(tzinfo=zone)


def rehearsal_option(command: F) -> F:
    """Give a command `--rehearsal NAME|latest`, and hand it the rehearsal's record in place of the town's."""

    @click.option("--rehearsal", "rehearsal", default=None, metavar="NAME|latest", help=told("help-rehearsal"))
    @wraps(command)
    def called(call: Call, rehearsal: str | None, **options: Any) -> Any:
        if rehearsal is not None:
            call = replace(call, settings=settings_in(call.settings, rehearsal))
        return command(call, **options)

    return called  # type: ignore[return-value]


def common(command: F) -> F:
    """Give a command `--town` and `--lang`, and hand it a `Call`."""

    @click.option("--town", "folder", type=click.Path(path_type=Path), default=Path(), help=told("help-town"))
    @click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help=told("help-lang"))
    @wraps(command)
    def called(folder: Path, lang: Lang | None, **options: Any) -> Any:
        settings = settings_of(folder)
        if lang is not None:
            settings = settings.model_copy(update={"lang": lang})
        return command(Call(folder, settings, settings.lang), **options)

    return called  # type: ignore[return-value]


def format_option(command: F) -> F:
    """Give a command `--format table|json`."""
    return click.option(
        "--format", "form", type=click.Choice(["table", "json"]), default="table", help=told("help-format")
    )(command)


def days_options(command: F) -> F:
    """Give a command `--from` and `--until`, both days included."""
    last = click.option("--until", "last", type=Day(), default=None, help=told("help-until"))
    first = click.option("--from", "first", type=Day(), default=None, help=told("help-from"))
    return first(last(command))


def as_json(data: object) -> str:
    """One JSON document; moments as ISO 8601 with offset, absent values as null."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def print_json(data: object) -> None:
    """Print one JSON document."""
    click.echo(as_json(data))


def short(moment: datetime | None) -> str:
    """A moment for a table."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def local(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A row for JSON, its moments in the town's zone."""
    return {name: value.astimezone(zone) if isinstance(value, datetime) else value for name, value in row.items()}
