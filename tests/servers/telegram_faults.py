"""What a Telegram server does instead of its duty."""

import json
from dataclasses import dataclass, replace
from typing import Any

from tests.servers.wire import Reply


@dataclass(frozen=True)
class Fault:
    """One misbehaviour. `accepts`: the work is done all the same (the message stands in the chat). `instead`: what
    is answered; None: the true answer. After `cut` bytes of the answer, head included, the connection is reset, or
    closed `in_order`; a `held` answer leaves when it is released, or never; one that is `late` leaves after so many
    real seconds. After `read` bytes of the request's body the connection is reset, before it is known for which chat.
    """

    accepts: bool = False
    instead: Reply | None = None
    cut: int | None = None
    held: bool = False
    late: float = 0.0
    in_order: bool = False
    read: int | None = None

    def spoil(self, reply: Reply) -> Reply:
        """What leaves in place of this answer."""
        return replace(self.instead or reply, cut=self.cut, held=self.held, in_order=self.in_order)


def refusal(code: int, description: str, **parameters: Any) -> Reply:
    """An answer in Telegram's form that says no."""
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return Reply(code, json.dumps(answer | ({"parameters": parameters} if parameters else {})).encode())


def refused(code: int, description: str, **parameters: Any) -> Fault:
    """Says no, for any reason: `refused(403, "Forbidden: bot was kicked from the supergroup chat")`."""
    return Fault(instead=refusal(code, description, **parameters))


def too_many(seconds: int) -> Fault:
    """Asks to wait."""
    return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def page(status: int = 502, *, accepts: bool = False) -> Fault:
    """A proxy's HTML page, with or without the work done behind it."""
    html = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
    return Fault(accepts, Reply(status, html.encode(), "text/html"))


def garbage(*, accepts: bool = True) -> Fault:
    """A 200 whose body is no JSON."""
    return Fault(accepts, Reply(200, b'{"ok": true, "result": {"message_i'))


def reset(after: int, *, accepts: bool = True) -> Fault:
    """The connection is reset after so many bytes of the answer."""
    return Fault(accepts, cut=after)


def hung_up(after: int, *, accepts: bool = True) -> Fault:
    """The connection is closed in order after so many bytes of the answer."""
    return Fault(accepts, cut=after, in_order=True)


def cut_off(after: int) -> Fault:
    """The connection is reset after so many bytes of the request's body."""
    return Fault(read=after)


def stalled() -> Fault:
    """Nothing is done and nothing answered; the connection stays open, and breaks where it is released."""
    return Fault(held=True, cut=0)


def held() -> Fault:
    """The work is done, and the answer leaves when it is released, or never."""
    return Fault(accepts=True, held=True)


def slow(seconds: float) -> Fault:
    """Does its duty, so many real seconds late."""
    return Fault(accepts=True, late=seconds)
