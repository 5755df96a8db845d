"""What goes out with a browser that is to prove whose it is, and what it keeps of that: signed for one link, pure.

WeCom's OAuth takes a state of letters and digits (developer.work.weixin.qq.com, “构造网页授权链接”: a-zA-Z0-9, at most
128 bytes), so this one is hexadecimal.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

STATE_HOLDS = timedelta(minutes=5)
"""WeCom's own code holds as long."""
PASS_HOLDS = timedelta(minutes=30)

_STATE = re.compile(r"(?P<until>[0-9a-f]{8,10})(?P<signed>[0-9a-f]{32})", re.ASCII)
_PASS = re.compile(r"(?P<person>[\w-]{1,200})\.(?P<until>[0-9a-f]{8,10})\.(?P<signed>[0-9a-f]{32})", re.ASCII)


def state_for(key: bytes, link: str, browser: str, now: datetime) -> str:
    """The state with which a browser that opened a link is led to prove whose it is; `browser` is a secret of its."""
    until = _hex(now + STATE_HOLDS)
    return until + _signed(key, "state", link, browser, until)


def is_state(key: bytes, link: str, browser: str, state: str, now: datetime) -> bool:
    """Whether a browser came back with its own state for this link, in time."""
    match = _STATE.fullmatch(state)
    if match is None or not browser or now > _moment(match["until"]):
        return False
    return hmac.compare_digest(match["signed"], _signed(key, "state", link, browser, match["until"]))


def pass_for(key: bytes, link: str, person: str, now: datetime) -> str:
    """What the browser of a person keeps who proved it: good for this link alone, and not for long."""
    name, until = urlsafe_b64encode(person.encode()).rstrip(b"=").decode(), _hex(now + PASS_HOLDS)
    return f"{name}.{until}.{_signed(key, 'pass', link, name, until)}"


def person_of(key: bytes, link: str, kept: str, now: datetime) -> str | None:
    """Whom such a pass names; None for one that is another link's, over, or not ours."""
    match = _PASS.fullmatch(kept)
    if match is None or now > _moment(match["until"]):
        return None
    if not hmac.compare_digest(match["signed"], _signed(key, "pass", link, match["person"], match["until"])):
        return None
    return urlsafe_b64decode(match["person"] + "=" * (-len(match["person"]) % 4)).decode()


def form_word(key: bytes, kept: str) -> str:
    """What the form of who keeps this pass carries: a page of another's cannot know it."""
    return _signed(key, "form", kept)


def _signed(key: bytes, *said: str) -> str:
    return hmac.digest(key, "\0".join(("gengfu answer", *said)).encode(), "sha256")[:16].hex()


def _hex(moment: datetime) -> str:
    return f"{int(moment.timestamp()):08x}"


def _moment(written: str) -> datetime:
    return datetime.fromtimestamp(int(written, 16), UTC)
