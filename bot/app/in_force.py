"""A schedule that may be run: checked, with its messages and the files that it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.app.sources import Sources
from bot.campaign.load import parse
from bot.campaign.model import Schedule
from bot.language import Lang
from bot.planner.occurrence import Occurrence
from bot.renderer.templates import MessageError, Messages


@dataclass(frozen=True)
class InForce:
    """What the bot goes by until the next good edit."""

    schedule: Schedule
    messages: Messages
    sources: Sources

    @property
    def version(self) -> str:
        """The version of its files."""
        return self.sources.version


def once_in_force(sources: Sources, lang: Lang) -> InForce | None:
    """A version that was judged good when it was taken: what it promised is asked of it, whatever is wrong with it
    by today's settings. None where this Gengfu no longer reads it.
    """
    schedule = parse(sources.schedules).schedule
    texts = {name: content.decode("utf-8-sig", errors="replace") for name, content in sources.messages.items()}
    return InForce(schedule, Messages(texts, lang), sources) if schedule else None


def texts_of(what: InForce, occurrence: Occurrence) -> Mapping[str, str]:
    """An occurrence's words by platform, "" for all that have none of their own; where it fails, why."""
    wordings = ("", *what.messages.wordings_of(occurrence.message))
    try:
        return {each: what.messages.body(what.schedule, occurrence, occurrence.due, each) for each in wordings}
    except MessageError as error:
        return {"": str(error)}


def content_of(what: InForce) -> Callable[[Occurrence], object]:
    """What readers would notice of an occurrence: its words, where it goes, what is owed."""

    def content(occurrence: Occurrence) -> object:
        return texts_of(what, occurrence), occurrence.chats, occurrence.answer

    return content
