"""Every error of the library becomes one of `bot.errors`, by whether the message arrived and whether to try again.

The table is that of facts: telegram, "python-telegram-bot 22.8". BadRequest and TimedOut are NetworkErrors, so the
order of the cases matters.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.errors import ChannelDown, ChatGone, Moved, NotSent, Refused, SendError, Throttled, Uncertain
from bot.language import sentence

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

_UNSAID_WAIT = timedelta(seconds=30)

_GONE = (
    ("blocked by the user", "telegram.blocked"),
    ("user_is_blocked", "telegram.blocked"),
    ("user is deactivated", "telegram.deactivated"),
    ("user_deactivated", "telegram.deactivated"),
    ("can't initiate conversation", "telegram.not-started"),
    ("can't send messages to bots", "telegram.a-bot"),
    ("user_is_bot", "telegram.a-bot"),
    ("was kicked", "telegram.kicked"),
    ("user_banned_in_channel", "telegram.kicked"),
    ("not a member", "telegram.not-a-member"),
    ("channel_private", "telegram.not-a-member"),
    ("chat_guest_send_forbidden", "telegram.not-a-member"),
    ("chat was deleted", "telegram.deleted"),
    ("upgraded to a supergroup", "telegram.upgraded"),
    ("chat not found", "telegram.chat-not-found"),
    ("peer_id_invalid", "telegram.chat-not-found"),
    ("chat_id_invalid", "telegram.chat-not-found"),
    ("not enough rights", "telegram.no-rights"),
    ("need administrator rights", "telegram.no-rights"),
    ("no write access", "telegram.no-rights"),
    ("chat_admin_required", "telegram.no-rights"),
    ("chat_write_forbidden", "telegram.no-rights"),
    ("chat_send_plain_forbidden", "telegram.no-rights"),
    ("chat_restricted", "telegram.no-rights"),
    ("topic_closed", "telegram.topic-closed"),
    ("topic_deleted", "telegram.topic-gone"),
    ("thread not found", "telegram.topic-gone"),
)
"""Words after which nothing reaches the chat any more, whatever is sent there."""

_MESSAGE = (
    ("message is too long", "telegram.too-long"),
    ("message_too_long", "telegram.too-long"),
    ("can't parse entities", "telegram.unreadable"),
    ("text is empty", "telegram.empty"),
    ("button", "telegram.button"),
    ("inline keyboard", "telegram.button"),
    ("reply markup", "telegram.button"),
    ("message to edit not found", "telegram.not-editable"),
    ("message can't be edited", "telegram.not-editable"),
    ("message_id_invalid", "telegram.not-editable"),
)
"""Words that find fault with one message; another may well reach its chat."""


def in_our_words(error: Exception, redact: Callable[[str], str]) -> SendError:
    """What a request that may change something met. What nobody foresaw is `Uncertain`: the request may have left."""
    match error:
        case RetryAfter():
            return _throttled(error.retry_after)
        case ChatMigrated():
            address = str(error.new_chat_id)
            return Moved(sentence("telegram.moved", address=address), address)
        case InvalidToken() | EndPointNotFound() | Forbidden() | BadRequest() | Conflict() if _from_a_stranger(error):
            return NotSent(sentence("telegram.not-telegram", detail=_detail(error, redact)))
        case Conflict() if "webhook" in str(error).lower():
            return NotSent(sentence("telegram.webhook"))
        case Conflict():
            return NotSent(sentence("telegram.second-poller"))
        case InvalidToken() | EndPointNotFound():
            return ChannelDown(sentence("telegram.token-refused"))
        case Forbidden() | BadRequest():
            return _refused(error, redact)
        case NetworkError() if any(isinstance(cause, _NEVER_LEFT) for cause in _causes(error)):
            return NotSent(sentence("telegram.unreachable", detail=_detail(error, redact)))
        case NetworkError() if "too many requests" in str(error).lower():
            return _throttled(_said_wait(str(error)))
        case _:
            return Uncertain(sentence("telegram.uncertain", detail=_detail(error, redact)))


def harmless_to_repeat(problem: SendError) -> SendError:
    """The same, of a request that changes nothing and may simply be made again."""
    if isinstance(problem, Uncertain):
        return NotSent(sentence("telegram.unanswered", **problem.sentence.values))
    return problem


def says(error: Exception, *words: str) -> bool:
    """Whether Telegram refused with one of these words."""
    return isinstance(error, BadRequest) and any(word in str(error).lower() for word in words)


def _throttled(wait: int | timedelta) -> Throttled:
    span = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
    return Throttled(sentence("telegram.throttled", wait=span), span)


def _said_wait(words: str) -> timedelta:
    found = re.search(r"retry after (\d{1,6})\b", words, re.IGNORECASE)
    return timedelta(seconds=max(int(found[1]), 1)) if found else _UNSAID_WAIT


def _refused(error: TelegramError, redact: Callable[[str], str]) -> Refused:
    said, detail = str(error).lower(), _detail(error, redact)
    for kind, table in ((ChatGone, _GONE), (Refused, _MESSAGE)):
        if key := next((key for words, key in table if words in said), None):
            return kind(sentence(key, detail=detail))
    return Refused(sentence("telegram.refused", detail=detail))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _from_a_stranger(error: TelegramError) -> bool:
    """Whether what came back was not in Telegram's own form: a proxy's or a portal's page."""
    return any(type(cause) is TelegramError for cause in _causes(error))


def _detail(error: Exception, redact: Callable[[str], str]) -> str:
    if not isinstance(error, TelegramError):
        return type(error).__name__
    if isinstance(error, InvalidToken):
        return "Not Found / Unauthorized"
    said = re.split(r"\. (?:Parsing the server response|The server response contained)", str(error))[0]
    return redact(said).rstrip(": ")[:200]
