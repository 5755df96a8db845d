"""A signed link by which an office's own chat answers an ask on a page: made and read, pure.

`TOKEN.CHAT.EXPIRES.TOWN.SIGNATURE`: the ask's token, digests of the chat's and the town's id, the last second at which
it holds (hexadecimal, of Unix time), and an HMAC-SHA256 of all that, of which 16 bytes stand there. It is shorter than
100 characters and safe in an address. It names nobody and proves nothing else than that this town made it.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.channels.buttons import token_of
from bot.errors import LinkElsewhere, LinkStale, LinkTampered
from bot.language import sentence
from bot.ledger.deliveries import Issued

_LINK = re.compile(
    r"(?P<token>[\w-]{6,32})\.(?P<chat>[\w-]{12})\.(?P<until>[0-9a-f]{8,10})\.(?P<town>[\w-]{12})", re.ASCII
)
_AFTER_SEASON, _AFTER_DEADLINE = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Link:
    """What a link says: the ask with this token, the chat by its digest, and until when it holds."""

    token: str
    chat: str
    expires: datetime

    def is_of(self, chat: str) -> bool:
        """Whether it is this chat's."""
        return token_of(chat) == self.chat


def make(key: bytes, town: str, token: str, chat: str, expires: datetime) -> str:
    """The link's own part of the address, for this ask in this chat."""
    said = f"{token}.{token_of(chat)}.{int(expires.timestamp()):08x}.{token_of(town)}"
    return f"{said}.{_signature(key, said)}"


def read(key: bytes, town: str, link: str, now: datetime) -> Link:
    """What a link says. Raises `LinkTampered` where this town has not made it so, `LinkElsewhere` where it names
    another town, `LinkStale` where its time is over.
    """
    said, _, signature = link.rpartition(".")
    match = _LINK.fullmatch(said)
    if match is None:
        raise LinkTampered(sentence("links.tampered"))
    if match["town"] != token_of(town):
        raise LinkElsewhere(sentence("links.elsewhere"))
    if not hmac.compare_digest(signature.encode(), _signature(key, said).encode()):
        raise LinkTampered(sentence("links.tampered"))
    expires = datetime.fromtimestamp(int(match["until"], 16), UTC)
    if now > expires:
        raise LinkStale(sentence("links.stale"))
    return Link(match["token"], match["chat"], expires)


def expiry(issued: Issued, campaign_ends: datetime | None) -> datetime:
    """Until when a link to an ask holds: a week after its campaign, or 30 days after its deadline if that is later."""
    deadline = issued.owing.deadline if issued.owing else issued.due
    late = deadline + _AFTER_DEADLINE
    return max(late, campaign_ends + _AFTER_SEASON) if campaign_ends else late


def _signature(key: bytes, said: str) -> str:
    digest = hmac.digest(key, b"gengfu answer link\0" + said.encode(), "sha256")[:16]
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
