"""What a doctor says of one thing."""

from dataclasses import dataclass

from bot.language import Sentence


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, what to do where it is not, or might be better."""

    ok: bool
    what: Sentence
    mend: Sentence | None = None
