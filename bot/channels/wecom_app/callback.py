"""What comes to the app's callback (facts: wecom, section 3): proved, opened, and read into its fields.

What is older than ten minutes is refused, whoever signed it, and so is what comes from that far ahead: the clock of one
of the two is wrong. WeCom itself says a thing again within seconds.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from bot.channels.wecom_app import crypt
from bot.clock import Clock
from bot.errors import CallbackMismatched, CallbackRefused
from bot.language import sentence

_OLDEST = 600
"""Seconds."""

_NAMES = ("msg_signature", "timestamp", "nonce")


class Callback:
    """The app's end of the callback. Its secrets reach no error."""

    def __init__(self, token: str, aes_key: str, corp_id: str, clock: Clock) -> None:
        """Raises `SettingsError` where `aes_key` is no EncodingAESKey."""
        self._token, self._key, self._corp_id, self._clock = token, crypt.key_of(aes_key), corp_id, clock

    def greeted(self, query: Mapping[str, str]) -> bytes:
        """What to answer bare, when an admin saves the callback's URL in WeCom's console. Raises `CallbackRefused`."""
        sealed = query.get("echostr", "")
        self._prove(query, sealed)
        return crypt.opened(sealed, self._key, self._corp_id)

    def opened(self, query: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """What WeCom tells, by the names of its fields. Raises `CallbackRefused`."""
        sealed = _fields(body).get("Encrypt", "")
        self._prove(query, sealed)
        return _fields(crypt.opened(sealed, self._key, self._corp_id))

    def _prove(self, query: Mapping[str, str], sealed: str) -> None:
        said, timestamp, nonce = (query.get(name, "") for name in _NAMES)
        if not all((sealed, said, timestamp.isdecimal(), nonce)):
            raise CallbackRefused(sentence("wecom.callback-unsigned"))
        if not crypt.is_signed(said, self._token, timestamp, nonce, sealed):
            raise CallbackMismatched(sentence("wecom.callback-wrong-token"))
        if abs(self._clock.now().timestamp() - int(timestamp)) > _OLDEST:
            raise CallbackMismatched(sentence("wecom.callback-old"))


def _fields(xml: bytes) -> Mapping[str, str]:
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):  # the last for an encoding that there is not
        raise CallbackRefused(sentence("wecom.callback-unreadable")) from None
    return {each.tag: each.text or "" for each in root}
