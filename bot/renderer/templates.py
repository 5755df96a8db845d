"""Sandboxed Jinja2 templates (`messages/NAME.j2`) to small Markdown; what is undefined is an error at `check`."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Self

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup

from bot.campaign.model import Schedule
from bot.campaign.names import nearest
from bot.campaign.people import directory_of
from bot.errors import GengfuError
from bot.language import Lang, Sentence, say, sentence
from bot.planner.anchors import key_days
from bot.planner.occurrence import Occurrence
from bot.renderer.sandbox import BUDGET, MOST_CHARACTERS, BoundedEnvironment, TooMuch, pay

_NAMES = "town campaign phase key_date duty offices occurrence days_left due deadline now".split()  # noqa: SIM905
"""What a template may name (interface.md, messages/NAME.j2)."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>#&~|])")


class MessageError(GengfuError):
    """A template cannot be rendered: which one, its line, and what is wrong."""

    def __init__(self, file: str, line: int, what: Any) -> None:
        super().__init__(sentence("message.at", file=file, line=line, what=what))
        self.file, self.line, self.what = file, line, what


class Boundless(MessageError):
    """A template that does more than any message needs, or makes a text that no platform takes."""


class Messages:
    """A town's templates. `sources` maps file names (`NAME.j2`, `NAME.telegram.j2`, `NAME.wecom.j2`) to their text."""

    def __init__(self, sources: Mapping[str, str], lang: Lang = "zh") -> None:
        self._lang = lang
        self.sources = MappingProxyType(dict(sources))
        self._environment = BoundedEnvironment(
            loader=FunctionLoader(self._source),
            undefined=StrictUndefined,
            finalize=_printable,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=True,
        )

    def wordings_of(self, name: str) -> tuple[str, ...]:
        """The platforms, and families of them, for which a message has a text of its own."""
        found = (re.fullmatch(rf"{re.escape(name)}\.([\w-]+)\.j2", file) for file in self.sources)
        return tuple(sorted(match[1] for match in found if match))

    def file_of(self, name: str, platform: str) -> str:
        """The file in which the wording of a message stands that is nearest to a platform."""
        files = [file_for(name, wording) for wording in wordings(platform)]
        return next((each for each in files if each in self.sources), files[-1])

    def strays(self, known: Collection[str]) -> Iterator[tuple[str, str]]:
        """Files that are read for no platform, since what stands before `.j2` is none of the `known` words, with that
        word; what another template takes in is none.
        """
        for file in sorted(self.sources):
            match = re.fullmatch(r".+\.([^.]+)\.j2", file)
            if match and match[1] not in known and not any(file in text for text in self.sources.values()):
                yield file, match[1]

    def body(self, schedule: Schedule, occurrence: Occurrence, now: datetime, platform: str = "") -> str:
        """The message of an occurrence as Markdown, in the wording nearest to a platform.

        Raises `MessageError` for whatever is wrong with its template: missing, not parsed, failing, too long.
        """
        file = self.file_of(occurrence.message, platform)
        try:
            text = self._environment.text_of(file, context(schedule, occurrence, now, self._lang))
        except TemplateNotFound as error:
            missing = f"{occurrence.message}.j2" if error.name == file else str(error.name)
            raise MessageError(*self._place_of(error, file), sentence("message.missing", name=missing)) from None
        except TemplateSyntaxError as error:
            what = sentence("message.syntax", why=error.message or "")
            raise MessageError(f"messages/{error.name or file}", error.lineno, what) from None
        except UndefinedError as error:
            raise MessageError(*self._place_of(error, file), _what_is_missing(error.message or "")) from None
        except TooMuch as error:
            what = sentence("message.too-much", characters=MOST_CHARACTERS, steps=BUDGET)
            raise Boundless(*self._place_of(error, file), what) from None
        except TemplateError as error:
            what = sentence("message.refused", why=error.message or "")
            raise MessageError(*self._place_of(error, file), what) from None
        except Exception as error:  # noqa: BLE001 - whatever a template may think of, it harms nobody
            what = sentence("message.fails", why=str(error) or type(error).__name__)
            raise MessageError(*self._place_of(error, file), what) from None
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
        if not text:
            raise MessageError(f"messages/{file}", 1, sentence("message.empty", day=occurrence.due))
        return text

    def syntax_errors(self) -> Iterator[MessageError]:
        """What no schedule is needed to see: the templates that do not parse."""
        for file in sorted(self.sources):
            try:
                self._environment.parse(self.sources[file])
            except TemplateSyntaxError as error:
                yield MessageError(
                    f"messages/{file}", error.lineno, sentence("message.syntax", why=error.message or "")
                )

    def _source(self, name: str) -> tuple[str, str, None] | None:
        """A template under its own name as its file's, so that a traceback tells which file and line."""
        return (self.sources[name], name, None) if name in self.sources else None

    def _place_of(self, error: BaseException, file: str) -> tuple[str, int]:
        place = (f"messages/{file}", 1)
        trace = error.__traceback__
        while trace is not None:
            if (name := trace.tb_frame.f_code.co_filename) in self.sources:
                place = (f"messages/{name}", trace.tb_lineno)
            trace = trace.tb_next
        return place


def wordings(platform: str) -> tuple[str, ...]:
    """Whose wordings a platform's messages may have, the nearest first: its own, that of all ways into the same
    (`wecom` for `wecom-bot`), the full one that each message has, which is nobody's own ("").
    """
    return tuple(dict.fromkeys((platform, directory_of(platform), "")))


def worded(texts: Mapping[str, str], platform: str) -> str:
    """Of a message's texts, the full one under "", the one for this platform."""
    return next(text for each in wordings(platform) if (text := texts.get(each)))


def file_for(message: str, wording: str) -> str:
    """The file of a message's own wording for a platform or a family of them, of the full one for ""."""
    return f"{message}.{wording}.j2" if wording else f"{message}.j2"


def context(schedule: Schedule, occurrence: Occurrence, now: datetime, lang: Lang) -> dict[str, Any]:
    """What a template may use: interface.md's list, `none` where it does not apply."""
    zone = schedule.town.zone
    campaign = schedule.campaign(occurrence.campaign)
    assert campaign is not None  # noqa: S101 - occurrences are planned from the same schedule
    phases = {phase.id: phase for phase in campaign.phases}
    phase = phases.get(occurrence.phase_named or occurrence.phase or "")
    duties = [duty for duty in campaign.duties if duty.id in occurrence.duties]
    return {
        "town": {"id": schedule.town.town, "name": schedule.town.name},
        "campaign": {"id": campaign.id, "title": campaign.title, "basis": campaign.basis},
        "phase": phase and {"id": phase.id, "name": phase.name, "from": phase.from_, "until": phase.until},
        "key_date": _key_date(schedule, occurrence, lang),
        "duty": {
            "id": "、".join(duty.id for duty in duties),
            "item": "、".join(duty.item for duty in duties),
            "name": "；".join(duty.name for duty in duties),
        }
        if duties
        else None,
        "offices": [{"id": office, "name": schedule.offices[office].name} for office in occurrence.offices],
        "occurrence": {"id": occurrence.id, "reason": say(occurrence.reason, lang)},
        "days_left": occurrence.days_left,
        "due": occurrence.due.astimezone(zone),
        "deadline": occurrence.deadline and occurrence.deadline.astimezone(zone),
        "now": now.astimezone(zone),
    }


def _key_date(schedule: Schedule, occurrence: Occurrence, lang: Lang) -> dict[str, Any] | None:
    if not occurrence.key_date or not occurrence.key_date_days:
        return None
    key_date = schedule.key_date(occurrence.key_date)
    first, last = occurrence.key_date_days
    mark = say(sentence("message.provisional"), lang)
    for days in key_days(key_date, range(first.year, first.year + 1)):
        if (days.first, days.last) == (first, last):
            first = Foretold.on(first, mark) if days.first_provisional else first
            last = Foretold.on(last, mark) if days.last_provisional else last
    return {"id": key_date.id, "name": key_date.name, "first": first, "last": last}


class Foretold(date):
    """A day that is not announced yet: a date like any other that prints with its mark, 2027-03-04（暂定）."""

    mark = ""

    @classmethod
    def on(cls, day: date, mark: str) -> Self:
        """The day with what stands behind it."""
        foretold = cls(day.year, day.month, day.day)
        foretold.mark = mark
        return foretold

    def __str__(self) -> str:
        return self.isoformat() + self.mark


def _what_is_missing(why: str) -> Sentence:
    """Jinja2's word for what a template may not name, in the reader's language."""
    if found := re.fullmatch(r"'(.+)' is undefined", why):
        if near := nearest(found[1], _NAMES):
            return sentence("message.no-such-name-nearest", name=found[1], nearest=near, names=_NAMES)
        return sentence("message.no-such-name", name=found[1], names=_NAMES)
    if found := re.fullmatch(r"'None' has no attribute '(.+)'", why):
        return sentence("message.none-here", part=found[1])
    if found := re.fullmatch(r"'.+' has no attribute '(.+)'", why):
        return sentence("message.no-such-part", part=found[1])
    return sentence("message.undefined", why=why)


def escaped(text: str) -> str:
    """A text that stands for itself in Markdown, whatever is in it."""
    return _SPECIAL.sub(r"\\\1", text)


@pass_context
def _printable(context: Context, value: object) -> Markup:
    """A value as it is printed; what a macro or a block has made is Markdown already."""
    del context
    pay(value)
    if value is None:
        raise TypeError("none")
    return value if isinstance(value, Markup) else Markup(escaped(str(value)))  # noqa: S704 - Markdown, not HTML
