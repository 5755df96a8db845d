"""What somebody who asked is told: a line, or a list that may be long."""

from dataclasses import dataclass, field

from bot.channels.protocol import Button
from bot.language import Lang, Sentence, say, sentence
from bot.store.protocol import Change

Rows = tuple[tuple[Button, ...], ...]

MOST_LINES = 12
"""A longer list stands in no group."""


@dataclass(frozen=True)
class Answer:
    """`head` says what it is, `lines` are the list below it (small Markdown), `foot` what to do with it. `opens` is the
    word by which the asker's own chat shows the same (`Channel.link`), None where they may see it only here. It stands
    `in_place` where the message was whose button asked for it. `change` is on disk before it is told.
    """

    head: Sentence
    lines: tuple[Sentence | str, ...] = ()
    foot: Sentence | None = None
    buttons: Rows = ()
    opens: str | None = None
    in_place: bool = False
    change: Change = field(default_factory=Change)

    @property
    def is_long(self) -> bool:
        """Whether it is too long for a group."""
        return len(self.lines) > MOST_LINES

    def text(self, lang: Lang) -> str:
        """The whole of it."""
        return _paragraphs(self.head, self.lines, self.foot, lang)

    def cut(self, lang: Lang, link: str | None) -> str:
        """What of it a group can bear, how much is left out, and where that can be read."""
        left = len(self.lines) - MOST_LINES
        rest = sentence("commands.rest-there", count=left, link=link) if link else sentence("commands.rest", count=left)
        return _paragraphs(self.head, self.lines[:MOST_LINES], rest, lang)


def _paragraphs(head: Sentence, lines: tuple[Sentence | str, ...], foot: Sentence | None, lang: Lang) -> str:
    listed = "\n".join(f"- {line if isinstance(line, str) else say(line, lang)}" for line in lines)
    return "\n\n".join(each for each in (say(head, lang), listed, say(foot, lang) if foot else "") if each)
