"""Every error of WeCom's and of the way there becomes one of `bot.errors`, by whether the message arrived and whether
to try again. The codes are those of facts: wecom; what nobody knows refuses one message and gives up no chat.
"""

from collections.abc import Mapping
from datetime import timedelta

import httpx

from bot.errors import ChannelDown, ChatGone, NotSent, Refused, SendError, Throttled, Uncertain
from bot.language import sentence

BUSY = -1
EMPTY = 44004
TOKEN_OVER = frozenset({40014, 42001})
"""An app's access token is none any more: a new one helps."""

_MEANINGS: Mapping[int, tuple[type[SendError], str]] = {
    BUSY: (Uncertain, "wecom.busy"),
    # The group robot.
    93000: (ChatGone, "wecom.robot-key"),
    93004: (ChatGone, "wecom.robot-disabled"),
    40008: (Refused, "wecom.bug"),
    40058: (Refused, "wecom.parameter"),
    EMPTY: (Refused, "wecom.empty"),
    42045: (Refused, "wecom.bug"),
    # The smart bot.
    93001: (ChatGone, "wecom.bot-not-in-group"),
    93006: (ChatGone, "wecom.bot-chat-unknown"),
    846605: (Refused, "wecom.too-late-to-reply"),
    846609: (NotSent, "wecom.not-subscribed"),
    853000: (ChannelDown, "wecom.bot-credentials"),
    42014: (Refused, "wecom.bug"),
    # The app.
    40014: (NotSent, "wecom.token-over"),
    42001: (NotSent, "wecom.token-over"),
    40001: (ChannelDown, "wecom.app-secret"),
    40013: (ChannelDown, "wecom.corp-id"),
    40029: (Refused, "wecom.code-used"),
    40056: (ChannelDown, "wecom.agent-id"),
    301002: (ChannelDown, "wecom.agent-id"),
    60020: (ChannelDown, "wecom.untrusted-ip"),
    60011: (ChatGone, "wecom.invisible"),
    81013: (ChatGone, "wecom.nobody"),
    86003: (ChatGone, "wecom.app-chat-unknown"),
    60140: (Refused, "wecom.card-used"),
}

_WAITS: Mapping[int, timedelta] = {
    45009: timedelta(seconds=60),
    846607: timedelta(seconds=60),
    45033: timedelta(seconds=5),
}
"""For how long who spoke too fast is to be silent; too many at once are none any more in a moment."""

KNOWN = frozenset({*_MEANINGS, *_WAITS})
"""Every code that has a meaning of its own."""

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


def problem(errcode: int, errmsg: str) -> SendError:
    """What this code means; `errmsg` is only shown, for its words change, and must hold no secret."""
    if (wait := _WAITS.get(errcode)) is not None:
        return Throttled(sentence("wecom.throttled", wait=wait), wait)
    kind, key = _MEANINGS.get(errcode, (Refused, "wecom.refused"))
    return kind(sentence(key, detail=f"{errcode} {errmsg}".strip()))


def in_our_words(error: Exception) -> SendError:
    """What a request met on its way, by the kind of the error alone: its text may hold the URL, which holds the key.
    What nobody foresaw is `Uncertain`, for the request may have left.
    """
    detail = type(error).__name__
    if isinstance(error, _NEVER_LEFT):
        return NotSent(sentence("wecom.unreachable", detail=detail))
    return Uncertain(sentence("wecom.uncertain", detail=detail))


def no_answer_of_wecoms(status: int) -> SendError:
    """What came back is not in WeCom's form: a page of something between us, which refused it or failed behind it."""
    detail = f"HTTP {status}"
    if 300 <= status < 500:
        return NotSent(sentence("wecom.not-wecom", detail=detail))
    return Uncertain(sentence("wecom.uncertain", detail=detail))


def harmless_to_repeat(met: SendError) -> SendError:
    """The same, of a request that changes nothing and may simply be made again."""
    if isinstance(met, Uncertain):
        return NotSent(sentence("wecom.unanswered", **met.sentence.values))
    return met
