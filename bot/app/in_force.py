"""A schedule that may be run: checked, with its messages and the files that it came from."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.app.sources import Sources
from bot.campaign.model import Schedule
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


def content_of(what: InForce) -> Callable[[Occurrence], object]:
    """What readers would notice of an occurrence: its words, where it goes, what is owed."""

    def content(occurrence: Occurrence) -> object:
        try:
            text = what.messages.body(what.schedule, occurrence, occurrence.due)
        except MessageError as error:
            text = str(error)
        return text, occurrence.chats, occurrence.answer

    return content
