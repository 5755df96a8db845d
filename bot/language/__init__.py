"""Every sentence that users read, in Chinese and English, side by side in the TOML files of this folder.

Code inside passes a `Sentence` on (a key and its values); only the edge that prints it knows the language.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

Lang = Literal["zh", "en"]
"""The two languages of the interface; Chinese is the default everywhere."""


@dataclass(frozen=True)
class Sentence:
    """A sentence not yet put into a language: `key` is `file.name` in the TOML files, `values` fill its braces."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted((name, str(value)) for name, value in self.values.items()))))


def sentence(key: str, /, **values: object) -> Sentence:
    """Write down which sentence is meant, and with what in it."""
    return Sentence(key, values)


def say(what: Sentence, lang: Lang = "zh") -> str:
    """Put a sentence into words. Raises KeyError for a key that no file has: a bug, and a test's to find."""
    words = {name: _in_words(value, lang) for name, value in what.values.items()}
    return sentences()[what.key][lang].format_map(words)


@cache
def sentences() -> dict[str, dict[str, str]]:
    """All sentences: `file.name` to `{zh, en}`."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            area = file.name.removesuffix(".toml")
            for name, words in tomllib.loads(file.read_text(encoding="utf-8")).items():
                found[f"{area}.{name}"] = words
    return found


def _in_words(value: object, lang: Lang) -> object:
    match value:
        case Sentence():
            return say(value, lang)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date() | time():
            return value.isoformat() if isinstance(value, date) else f"{value:%H:%M}"
        case timedelta():
            return span_in_words(value, lang)
        case str() | int() | float():
            return value
        case Iterable():
            return ("、" if lang == "zh" else ", ").join(str(_in_words(each, lang)) for each in value)
        case _:
            return value


def span_in_words(span: timedelta, lang: Lang) -> str:
    """A span as people say it, in its two largest units: 3 天 2 小时, 45 分钟."""
    seconds = int(span.total_seconds())
    units = (
        (86_400, "天", "d"),
        (3_600, "小时", "h"),
        (60, "分钟", "min"),
        (1, "秒", "s"),
    )
    parts: list[str] = []
    for size, zh, en in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {zh if lang == 'zh' else en}")
    return " ".join(parts[:2]) or ("0 秒" if lang == "zh" else "0 s")
