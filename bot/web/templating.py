"""Templates and the words that they use: what pages are made of, and the pieces that are sent when one changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.app.view import Live, ShownChat
from bot.channels.board import Told
from bot.language import Sentence, say, sentence, sentences
from bot.web.markup import to_html

HERE = Path(__file__).parent
LAST = 20
"""So many of its last messages a chat shows beside the others."""
LAST_ALONE = 200
"""So many it shows on its own page."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Reader:
    """Who looks at a page: whom they speak as, and whether they sit at the machine itself, where one may press."""

    office: str | None = None
    may_press: bool = True


@dataclass(frozen=True)
class Answered:
    """What the bot told somebody, and where it belongs: in a chat, beneath a message or beneath the text box."""

    chat: str
    message_id: str | None
    told: Told


class Templating:
    """Renders pages and pieces in the bot's language. Pieces are the same for all readers who may press."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            t=self._say,
            html_lang="zh-CN" if live.lang == "zh" else "en",
            asset=_asset,
        )
        self._environment.filters.update(
            markdown=to_html,
            path=lambda text: quote(text, safe=""),
            key=key,
            day=self._day,
            hour="{:%H:%M}".format,
            ahead=self._ahead,
            platform=self._platform,
        )

    def page(self, name: str, reader: Reader, **values: Any) -> str:
        """A whole page."""
        return self._render(
            name,
            reader=reader,
            speakers=self._live.speakers(),
            notices=self._live.notices(),
            **values,
        )

    def chat(self, chat: ShownChat, *, may_press: bool) -> str:
        """One chat as it stands beside the others."""
        return self._render("piece-chat.html", keep=LAST, chat=chat, reader=Reader(None, may_press), answered=None)

    def state(self, chats: Iterable[ShownChat]) -> str:
        """What the bot says of itself: what comes next, what is wrong."""
        return self._render("piece-state.html", chats=tuple(chats), notices=self._live.notices())

    def hour(self) -> str:
        """The town's hour and day."""
        return self._render("piece-hour.html")

    def told(self, answered: Answered) -> str:
        """What the bot told somebody, with the buttons by which it asks further."""
        return self._render("piece-told.html", answered=answered)

    def words(self, what: Sentence) -> str:
        """A sentence in the bot's language."""
        return say(what, self._live.lang)

    def _render(self, name: str, **values: Any) -> str:
        now = self._live.clock.now().astimezone(self._live.town.zone)
        return self._environment.get_template(name).render(now=now, town=self._live.town, **values)

    def _say(self, name: str, **values: object) -> str:
        return self.words(sentence(f"board.{name}", **values))

    def _day(self, day: date, now: datetime) -> str:
        name = "day" if day.year == now.year else "day-of-year"
        weekday = sentence(f"plan.{_WEEKDAYS[day.weekday()]}")
        return self._say(name, year=day.year, month=day.month, day=day.day, date=f"{day:%Y-%m-%d}", weekday=weekday)

    def _ahead(self, day: date, now: datetime) -> str:
        days = (day - now.date()).days
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
        if days in near:
            return self._say(near[days])
        return self._say("in-days", days=days) if days > 0 else self._say("days-ago", days=-days)

    def _platform(self, name: str) -> str:
        return self._say(f"platform-{name}") if f"board.platform-{name}" in sentences() else name


def key(id_: str) -> str:
    """A short stand-in for an id of any script and sign, fit for an element's id and the address bar."""
    return sha256(id_.encode()).hexdigest()[:12]


def _asset(name: str) -> str:
    return f"/static/{name}?v={sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:8]}"
