"""What a local platform does instead of its duty, whichever it is."""

from dataclasses import dataclass, replace

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


def page(status: int = 502, *, accepts: bool = False) -> Fault:
    """A proxy's HTML page, with or without the work done behind it."""
    html = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
    return Fault(accepts, Reply(status, html.encode(), "text/html"))


def garbage(*, accepts: bool = True) -> Fault:
    """A 200 whose body is no JSON."""
    return Fault(accepts, Reply(200, b'{"ok": true, "errcode": 0, "result": {"message_i'))


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


def told(fault: Fault) -> str:
    """What was done in place of the true answer, in a word or two, for a log."""
    if fault.held:
        return "held"
    if fault.cut is not None:
        return f"{'closed' if fault.in_order else 'reset'} after {fault.cut} bytes"
    return f"answered {fault.instead.status} instead" if fault.instead else "late"


@dataclass
class _Order:
    fault: Fault
    of: str | None
    to: object
    times: float


class Orders:
    """Which faults are to come: at requests of one kind (None: any) to one addressee (None: any), so many times."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def give(self, fault: Fault, of: str | None, to: object, times: float) -> None:
        """Misbehave at the next `times` such requests (`math.inf`: at all)."""
        self._orders.append(_Order(fault, of, to, times))

    def clear(self) -> None:
        """Forget every order."""
        self._orders.clear()

    def due(self, of: str, to: object, *, begun: bool = False) -> Fault | None:
        """The fault that this request meets, which uses it up; of a request that has only `begun`, those alone that
        cut it off.
        """
        for order in self._orders:
            if (order.fault.read is not None) is begun and order.of in (None, of) and order.to in (None, to):
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
                return order.fault
        return None
