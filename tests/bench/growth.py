"""How the cost of a message grows with the chats, no platform's limits in the way; what it costs that many wait."""

from collections.abc import Iterator

from tests.bench.limited import a_telegram
from tests.bench.line import Line
from tests.bench.sends import gengfu_sends
from tests.bench.waiting import cost_of

CHATS = (100, 1_000, 10_000)
OPEN = 10_000


def growth(*, quick: bool = False) -> Iterator[Line]:
    """One after the other; `quick` leaves out the most chats."""
    few, *more = CHATS[:-1] if quick else CHATS
    least = None
    for chats in (few, *more):
        with a_telegram(chats, wide=True) as telegram:
            took, seen = gengfu_sends(telegram, chats, wide=True), telegram.seen()
        each = took.processor / took.sent * 1_000
        least = least or each
        what = f"{chats:,} chats, no limits ({len(seen.accepted) / seen.span:,.0f} a second): processor a message"
        yield Line(what, each, f"{few} chats", least)
    none, some, many = (cost_of(count) for count in (0, few, OPEN))
    yield Line(f"{OPEN:,} open deliveries: memory of it all", many.memory / 1e6, "none open", none.memory / 1e6, "MB")
    yield Line("  the sender's look at all of them", many.afresh, f"{few}, times as many", some.afresh * OPEN / few)
    yield Line("  its look at what a commit brought", many.news, f"{few} open", some.news)
