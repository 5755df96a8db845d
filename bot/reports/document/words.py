"""Days, moments, lists and the numbering of parts as official Chinese documents write them, and in plain English."""

from collections.abc import Iterable
from datetime import date, datetime

from bot.language import Lang


def ordinal(number: int) -> str:
    """一, 二, … 九十九."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + (
        digits[ones] if ones or not tens else ""
    )


def first_level(place: int, lang: Lang) -> str:
    """一、 (7.3.3)."""
    return f"{ordinal(place)}、" if lang == "zh" else f"{place}. "


def second_level(place: int, lang: Lang) -> str:
    """（一） (7.3.3)."""
    return f"（{ordinal(place)}）" if lang == "zh" else f"({place}) "


def third_level(place: int, lang: Lang) -> str:
    """1. (7.3.3)."""
    return f"{place}." if lang == "zh" else f"{place}) "


def day_in_words(day: date, lang: Lang) -> str:
    """2027年2月12日: the year in full, no leading zeros (7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {day:%B %Y}"


def moment_in_words(moment: datetime, year: int | None, lang: Lang) -> str:
    """2月5日9时42分; with its year where that is not this one."""
    if lang == "en":
        return f"{moment.day} {moment:%b}{'' if moment.year == year else f' {moment.year}'} {moment:%H:%M}"
    of_year = "" if moment.year == year else f"{moment.year}年"
    minute = f"{moment.minute}分" if moment.minute else ""
    return f"{of_year}{moment.month}月{moment.day}日{moment.hour}时{minute}"


def listed(items: Iterable[str], lang: Lang) -> str:
    """A、B、C."""
    return ("、" if lang == "zh" else ", ").join(items)


def enumerated(items: Iterable[str], lang: Lang) -> str:
    """Clauses one after the other."""
    return ("，" if lang == "zh" else ", ").join(items)
