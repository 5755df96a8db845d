"""What is known of the app's cards that stand: by which right each can still be changed, and what it shows.

A right to change a card (`response_code`) comes with its sending and with each press, serves once, and for 72 hours
(facts: wecom, section 3). That of the sending is kept in the message's id, so that a restart still has it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_MOST_CARDS = 5_000


@dataclass(frozen=True)
class MessageId:
    """What must be known of a message: WeCom's id, by which it is taken back; of a card its task, and its first right.
    A press tells the task alone.
    """

    msgid: str = ""
    task: str = ""
    code: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """From its written form, or from a task alone."""
        msgid, _, rest = written.partition(" ")
        task, _, code = rest.partition(" ")
        return cls(msgid, task, code) if rest else cls(task=written) if "@" in written else cls(written)

    def __str__(self) -> str:
        return " ".join((self.msgid, self.task, self.code)) if self.task else self.msgid


@dataclass
class Card:
    """One card. `rights` are those not yet used, the newest last; `tried` is what a right was used for where no answer
    came; `waiting` who wants to know that it was changed.
    """

    message_id: str | None = None
    rights: list[str] = field(default_factory=list)
    spent: set[str] = field(default_factory=set)
    tried: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    shows: Mapping[str, Any] | None = None
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def may_change_by(self, code: str) -> None:
        """A right came; one that was used stays used."""
        if code and code not in self.spent and code not in self.rights:
            self.rights.append(code)

    def spend(self, code: str) -> None:
        """A right was used."""
        self.spent.add(code)
        self.tried.pop(code, None)
        if code in self.rights:
            self.rights.remove(code)


class Standing:
    """The cards by their tasks; of many the oldest are forgotten."""

    def __init__(self) -> None:
        self._cards: OrderedDict[str, Card] = OrderedDict()

    def card(self, task: str) -> Card:
        """The card of a task, as far as it is known."""
        card = self._cards.setdefault(task, Card())
        self._cards.move_to_end(task)
        while len(self._cards) > _MOST_CARDS:
            self._cards.popitem(last=False)
        return card
