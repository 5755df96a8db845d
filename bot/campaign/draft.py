"""A schedule as far as it could be read: each part that is valid by itself, with the place where it stands.

The checks judge a draft, so that one wrong office does not hide what is wrong with the reminders.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.campaign.key_dates import KeyDate, YearOfWorkdays, dated
from bot.campaign.model import Chat, Duty, Office, Phase, QuietHours, Reminder
from bot.campaign.names import Names
from bot.campaign.problems import Problem, Severity
from bot.campaign.source import Source, Tree
from bot.language import sentence

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class Part(Generic[P]):
    """A valid part of a file and the path at which it stands there."""

    value: P
    source: Source
    path: tuple[str | int, ...]

    def problem(self, path: tuple[str | int, ...], key: str, severity: Severity = "error", **values: object) -> Problem:
        """What is wrong with the value at a path below this part."""
        return Problem(self.source.place(*self.path, *path), sentence(key, **values), severity)


@dataclass(frozen=True)
class CampaignDraft:
    """One campaign's file and its valid parts. `names` are those that its references may use."""

    source: Source
    names: Names

    @cached_property
    def phases(self) -> list[Part[Phase]]:
        """The valid phases."""
        return list(_parts(self.source, "phases", Phase, self.names))

    @cached_property
    def duties(self) -> list[Part[Duty]]:
        """The valid duties."""
        return list(_parts(self.source, "duties", Duty, self.names))

    @cached_property
    def reminders(self) -> list[Part[Reminder]]:
        """The valid reminders."""
        return list(_parts(self.source, "reminders", Reminder, self.names))


@dataclass(frozen=True)
class Draft:
    """All files of a town. A source whose tree is None could not be read, and nothing is judged by its absence."""

    town: Source
    key_dates: Source
    campaigns: tuple[CampaignDraft, ...]
    names: Names = field(default_factory=Names)

    @cached_property
    def offices(self) -> list[Part[Office]]:
        """The valid offices."""
        return list(_parts(self.town, "offices", Office, self.names))

    @cached_property
    def chats(self) -> list[Part[Chat]]:
        """The valid chats."""
        return list(_parts(self.town, "chats", Chat, self.names))

    @cached_property
    def dates(self) -> list[Part[KeyDate]]:
        """The valid key dates."""
        return list(_parts(self.key_dates, "key_dates", KeyDate, self.names))

    @cached_property
    def quiet_hours(self) -> Part[QuietHours] | None:
        """The town's quiet hours, where it gives valid ones."""
        return _part(self.town, ("quiet_hours",), (self.town.tree or {}).get("quiet_hours"), QuietHours, self.names)

    @cached_property
    def workdays(self) -> Mapping[int, Part[YearOfWorkdays]]:
        """The valid years of the town's own workdays."""
        years = (self.key_dates.tree or {}).get("workdays")
        found: dict[int, Part[YearOfWorkdays]] = {}
        for year, written in years.items() if isinstance(years, dict) else ():
            part = _part(self.key_dates, ("workdays", year), dated(year, written), YearOfWorkdays, self.names)
            if part and year.isdecimal() and len(year) == 4:
                found[int(year)] = part
        return found

    @cached_property
    def audiences(self) -> frozenset[str] | None:
        """The audiences that chats carry, in valid chats or not; None where chats could not be read."""
        return _words(self.town, "chats", "audiences")

    @cached_property
    def tags(self) -> frozenset[str] | None:
        """The tags that offices bear, valid or not; None where offices could not be read."""
        return _words(self.town, "offices", "tags")

    @cached_property
    def with_own_chat(self) -> frozenset[str] | None:
        """The offices that have a chat of their own, by id; None where chats could not be read."""
        words = _words(self.town, "chats", "office")
        if words is None:
            return None
        meanings = self.names.meanings.get("office", {})
        return words.union(*(meanings.get(word, ()) for word in words))


def rows(source: Source, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list as written, valid or not, with their indices."""
    found = (source.tree or {}).get(key)
    for index, row in enumerate(found if isinstance(found, list) else ()):
        if isinstance(row, dict):
            yield index, row


def _parts(source: Source, key: str, model: type[P], names: Names) -> Iterator[Part[P]]:
    for index, row in rows(source, key):
        if part := _part(source, (key, index), row, model, names):
            yield part


def _part(source: Source, path: tuple[str | int, ...], raw: object, model: type[P], names: Names) -> Part[P] | None:
    try:
        return Part(model.model_validate(raw, context={"names": names}), source, path)
    except ValidationError:
        return None


def _words(source: Source, key: str, field_: str) -> frozenset[str] | None:
    if not isinstance((source.tree or {}).get(key), list):
        return None
    found: set[str] = set()
    for _, row in rows(source, key):
        value: Tree = row.get(field_)
        found.update(word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str))
    return frozenset(found)
