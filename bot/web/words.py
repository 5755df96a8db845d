"""How templates put days, hours and names into words: one environment a language, compiled once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.campaign.rules import WEEKDAYS
from bot.channels.buttons import read_wish
from bot.language import Lang, say, sentence, sentences
from bot.web.markup import to_html

HERE = Path(__file__).parent
_DAY = timedelta(days=1)
_FAR = timedelta(days=183)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@cache
def environment(lang: Lang) -> Environment:
    """All templates of pages, which speak this language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    spoken: dict[str, Callable[..., str]] = {
        "day": in_day,
        "moment": moment,
        "ahead": ahead,
        "left": left,
        "platform": platform,
    }
    made.globals.update(t=partial(board, lang), html_lang="zh-CN" if lang == "zh" else "en", asset=asset)
    made.filters.update(
        markdown=to_html,
        path=lambda text: quote(text, safe=""),
        key=key,
        opens=opens,
        order=order,
        hour="{:%H:%M}".format,
        **{name: partial(_last, words, lang) for name, words in spoken.items()},
    )
    return made


def board(lang: Lang, name: str, **values: object) -> str:
    """A sentence of `board.toml`, or of the area that the name begins with (`pages.problems-heading`)."""
    return say(sentence(name if "." in name else f"board.{name}", **values), lang)


def in_day(day: date, now: datetime, lang: Lang) -> str:
    """A day with its weekday, with its year where it is too far from now to go without."""
    return named_day(day, lang, year=is_far(day, now))


def is_far(day: date, now: datetime) -> bool:
    """Whether a day might be taken for the same one of another year."""
    return abs(day - now.date()) > _FAR


def named_day(day: date, lang: Lang, *, year: bool = False) -> str:
    """A day with its weekday, with or without its year."""
    name = "day-of-year" if year else "day"
    weekday = sentence(f"plan.{WEEKDAYS[day.weekday()]}")
    values = {"year": day.year, "month": day.month, "day": day.day, "date": f"{day:%Y-%m-%d}", "weekday": weekday}
    return board(lang, name, **values)


def ahead(day: date, now: datetime, lang: Lang) -> str:
    """How far a day is from today: today, in 4 days, 2 days ago."""
    days = (day - now.date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in near:
        return board(lang, near[days])
    return board(lang, "in-days", days=days) if days > 0 else board(lang, "days-ago", days=-days)


def moment(at: datetime, now: datetime, lang: Lang) -> str:
    """A moment, with its day where that is not today."""
    near = -1 <= (at.date() - now.date()).days <= 1
    day = "" if at.date() == now.date() else ahead(at.date(), now, lang) if near else in_day(at.date(), now, lang)
    return f"{day} {at:%H:%M}".lstrip()


def left(deadline: datetime, now: datetime, lang: Lang) -> str:
    """How long until a deadline, or since: two days, 3 hours and 20 minutes, 5 minutes; no finer than it matters."""
    span = abs(deadline - now)
    unit = _DAY if span >= 2 * _DAY else _HOUR if span >= 12 * _HOUR else _MINUTE
    return board(lang, "time-left" if deadline > now else "time-past", span=max(span // unit, 1) * unit)


def platform(name: str, lang: Lang) -> str:
    """A platform as people call it."""
    return board(lang, f"platform-{name}") if f"board.platform-{name}" in sentences() else name


@lru_cache(maxsize=8192)
def key(id_: str) -> str:
    """A short stand-in for an id of any script and sign, fit for an element's id and the address bar."""
    return sha256(id_.encode()).hexdigest()[:12]


def opens(data: str) -> str | None:
    """The token of the ask whose page a button leads to; None of one that is pressed."""
    wish = read_wish(data)
    return wish.token if wish and wish.wish == "open" else None


def order(moment: datetime) -> int:
    """Where a moment stands among others on a page: milliseconds."""
    return int(moment.timestamp() * 1_000)


@cache
def asset(name: str) -> str:
    """Where a file of the pages is; its address changes with what is in it."""
    return f"/static/{name}?v={sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:8]}"


def _last(words: Callable[..., str], lang: Lang, *values: object) -> str:
    return words(*values, lang)
