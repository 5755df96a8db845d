"""What answering stands on: what came in, where, and what is in force at that moment."""

from dataclasses import dataclass

from bot.campaign.model import Schedule
from bot.campaign.people import directory_of
from bot.language import Lang
from bot.ledger.inbound import Inbound


@dataclass(frozen=True)
class Hearing:
    """One thing that came in, the chat it came from, the schedule in force, and the admins' chats; whether sends are
    held at present, so that nobody but the admins is reached.
    """

    inbound: Inbound
    chat: str | None
    schedule: Schedule
    admins: tuple[str, ...]
    lang: Lang
    paused: bool = False

    @property
    def is_own_chat(self) -> bool:
        """Whether it came from somebody's own chat with the bot, which is none of the town's."""
        return self.inbound.private and self.chat not in self.schedule.chats

    @property
    def is_addressed(self) -> bool:
        """Whether it was surely said to the bot: to it alone, or in WeCom, where it hears nothing else (facts: wecom,
        section 2).
        """
        return self.is_own_chat or directory_of(self.inbound.platform) == "wecom"
