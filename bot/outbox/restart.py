"""What a restart finds: requests that were cut off, and the pace that was kept until then."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.protocol import Channel, Receipt
from bot.channels.routes import Routes
from bot.clock import Clock
from bot.language import sentence
from bot.ledger.deliveries import Delivery, Issued
from bot.outbox import outcome
from bot.outbox.mentions import mentions_beside
from bot.outbox.pace import Pace
from bot.outbox.terms import Terms
from bot.store.protocol import Change, Reader

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


async def judge(delivery: Delivery, issued: Issued | None, routes: Routes, terms: Terms, now: datetime) -> Change:
    """A request that was under way when the process ended: perhaps it arrived, unless the platform can tell. One that
    the chat has left since cannot be asked, and the one to which it came knows nothing of it.
    """
    route = routes.to(delivery.chat)
    if route is not None and delivery.address not in (None, route.address):
        route = None
    arrived = await route.channel.can_tell(delivery.address or "", delivery.text or "") if route else None
    if arrived is None or route is None:
        cut_off = delivery.asked_at is not None
        why = sentence("service.ended-while-sending" if cut_off else "service.perhaps-sent-before-restore")
        return outcome.uncertain(delivery, issued, why, terms, now)
    if arrived:
        change = outcome.sent(delivery, route.channel.name, Receipt(None), now, now)
        return replace(change, planned=mentions_beside([(delivery, issued)], route.platform, terms, now))
    return outcome.never_left(delivery)


async def remember_pace(store: Reader, routes: Routes, clock: Clock, pace: Callable[[Channel], Pace]) -> None:
    """What left within the last minute, or hour where the platform counts by it, counts still, and a wait that a
    platform asked for stands.
    """
    now, monotonic = clock.now(), clock.monotonic()
    channels = {route.channel.name: route.channel for route in routes.table.values()}
    left: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for each in await store.deliveries():
        if each.carried_by:
            continue
        if each.asked_at and timedelta() <= now - each.asked_at < _HOUR and (route := routes.to(each.chat)):
            if now - each.asked_at >= (_HOUR if route.channel.limits.per_hour else _MINUTE):
                continue
            moment = monotonic - (now - each.asked_at).total_seconds()
            left[route.channel.name].append((moment, route.channel.place(each.address or route.address)))
    for name, moments in left.items():
        pace(channels[name]).remember(moments)
    for mark, span in (await store.marks(outcome.HELD)).items():
        name, _, place = mark.removeprefix(outcome.HELD).partition(":")
        since, until = map(datetime.fromisoformat, span.split("/"))
        left_to_wait = (until - max(now, since)).total_seconds()
        if left_to_wait > 0 and name in channels:
            pace(channels[name]).hold(place, monotonic + left_to_wait)
