"""What somebody was told, kept for the one page that follows a form sent without JavaScript."""

import secrets

from bot.web.templating import Answered

_MOST = 256


class Flash:
    """A short memory: each is read once, by a token that nobody guesses; the oldest are forgotten."""

    def __init__(self) -> None:
        self._kept: dict[str, Answered] = {}

    def keep(self, answered: Answered) -> str:
        """Keep it and return the token to read it by."""
        token = secrets.token_urlsafe(9)
        self._kept[token] = answered
        while len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))
        return token

    def take(self, token: str | None) -> Answered | None:
        """Read it, once."""
        return self._kept.pop(token, None) if token else None
