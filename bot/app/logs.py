"""Logs: lines for people on a terminal, JSON for machines elsewhere; each names what it concerns, none holds a secret.

Modules log through the standard library. What concerns one delivery is bound where its task begins
(`structlog.contextvars.bound_contextvars`), so that each line from within bears its `occurrence` and `chat`, whoever
writes it; a caller's `extra` becomes fields as well.
"""

import logging
import re
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
import structlog
from pydantic import BaseModel, SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.settings import PREFIX, Settings

_TALKATIVE = ("httpx", "httpcore", "telegram", "apscheduler")
"""Libraries that tell of each step; the first two with whole URLs."""
_SHORTEST = 6
"""Of fewer characters is no secret worth the name, and hiding it would make lines unreadable."""
_A_KEY = 16
"""Of so many characters the part of a path is a key, and of fewer a word."""
_LOOKS_SECRET = re.compile(r"\d+:[\w-]{30,}|(?<=://)[^\s/@\"'<>]+(?=@)")
"""A bot's token; a name and password in a URL."""
_HIDDEN = "…"


def log_to(stream: TextIO, settings: Settings, level: int = logging.INFO) -> None:
    """Have everything that is logged from `level` up (libraries: from warnings up) written to this stream."""
    text = settings.log == "text" or (settings.log == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter(redactor(settings), text=text, colors=stream.isatty()))
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("bot").setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def redactor(settings: Settings) -> Callable[[str], str]:
    """A function that takes the settings' secrets, and whatever looks like one, out of a text.

    A last net: nothing that logs should hand one over in the first place.
    """
    found = {piece for secret in _secrets(settings) for piece in _pieces(secret) if len(piece) >= _SHORTEST}
    written = {orjson.dumps(piece).decode()[1:-1] for piece in found}
    longest_first = sorted(found | written, key=lambda each: (-len(each), each))
    known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
    return lambda text: _LOOKS_SECRET.sub(_HIDDEN, known.sub(_HIDDEN, text))


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, redact: Callable[[str], str], *, text: bool, colors: bool) -> None:
        last: tuple[Processor, ...] = (structlog.processors.format_exc_info, _as_json)
        if text:
            plain = structlog.dev.plain_traceback  # any other one shows the values of variables
            last = (structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain, pad_event_to=0),)
        super().__init__(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.ExtraAdder(),
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                _add_clock if text else _add_moment,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One record as it is written."""
        return self._redact(super().format(record))


def _is_news(record: logging.LogRecord) -> bool:
    """APScheduler tells of a job that an orderly end cancelled as if it had broken."""
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def _add_clock(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**event, "timestamp": f"{_moment(event):%m-%d %H:%M:%S}"}


def _add_moment(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {**event, "timestamp": _moment(event).isoformat(timespec="milliseconds")}


def _moment(event: EventDict) -> datetime:
    """When it was logged, by the machine's clock on the wall."""
    return datetime.fromtimestamp(event["_record"].created, UTC).astimezone()


def _as_json(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    first = {name: event.pop(name) for name in ("timestamp", "level", "logger", "event")}
    return orjson.dumps({**first, **event}, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _secrets(settings: Settings) -> Iterator[str]:
    """What is wrapped, and the addresses that the town's YAML names instead of writing them."""
    yield from _wrapped(settings)
    yield from (value for name, value in settings.named.items() if name.startswith(f"{PREFIX}CHAT_"))


def _wrapped(model: BaseModel) -> Iterator[str]:
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from _wrapped(value)


def _pieces(secret: str) -> Iterator[str]:
    """A secret, and what of it is one by itself: a token without the bot's number, the path of a URL, its password."""
    yield secret
    if "://" not in secret:
        yield secret.rpartition(":")[2]
        return
    address, _, query = secret.partition("://")[2].partition("?")
    person, _, place = address.rpartition("@")
    path = place.partition("/")[2]
    yield from (person.partition(":")[2], path, query)
    yield from (segment for segment in path.split("/") if len(segment) >= _A_KEY)
