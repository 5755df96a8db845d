"""What is measured, as Prometheus reads it: how late things go out, what waits, who answers. No chat, person or text.

Lateness is counted commit by commit, from the start of this process; all else is as the store and the bot stand at the
moment of the question. To go through 10,000 deliveries takes about 10 ms.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.app.run import Bot
from bot.app.view.protocol import Live
from bot.app.watch.judge import PARTS
from bot.app.watch.watch import Watch
from bot.ledger.deliveries import Delivery
from bot.store.protocol import Change

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.5, 1, 2, 5, 15, 30, 60, 120, 300, 900, 1_800, 3_600, 7_200, 21_600)
"""Seconds: a duty alert may take five, 补发 begins at two minutes, six hours are the `late` of a reminder."""


@dataclass(frozen=True)
class _Figures:
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)
    queue_age: float = 0.0
    open_asks: int = 0
    look_age: float = 0.0
    silence: dict[str, float] = field(default_factory=dict)
    mended: int = 0
    refused: int = 0
    begun: dict[str, int] = field(default_factory=dict)
    fullest: dict[str, int] = field(default_factory=dict)
    well: dict[str, bool] = field(default_factory=dict)


class Metrics(Collector):
    """The figures of one bot, in a registry of their own."""

    def __init__(self, bot: Bot, live: Live, watch: Watch) -> None:
        self._bot, self._live, self._watch = bot, live, watch
        self._figures = _Figures()
        self._registry = CollectorRegistry()
        self._lateness = Histogram(
            "gengfu_lateness_seconds",
            "From the moment that a message was due to the one at which it went out.",
            ["kind"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        for kind in ("duty_alert", "broadcast"):
            self._lateness.labels(kind)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)
        bot.store.on_commit(self._heard)

    async def text(self) -> bytes:
        """All of it, in Prometheus' text format (`CONTENT_TYPE`)."""
        self._figures = await self._counted()
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What was counted last."""
        figures = self._figures
        deliveries = GaugeMetricFamily(
            "gengfu_deliveries",
            "Deliveries that are not archived, notices to admins included.",
            labels=["state", "platform"],
        )
        for (state, platform), count in sorted(figures.deliveries.items()):
            deliveries.add_metric([state, platform], count)
        silence = GaugeMetricFamily(
            "gengfu_platform_silence_seconds",
            "Since a platform last answered; the board only does when somebody is there.",
            labels=["platform"],
        )
        for platform, seconds in figures.silence.items():
            silence.add_metric([platform], seconds)
        well = GaugeMetricFamily("gengfu_well", "Whether a part of the bot is well: 1 or 0.", labels=["part"])
        for part, is_well in figures.well.items():
            well.add_metric([part], is_well)
        begun = CounterMetricFamily(
            "gengfu_requests", "Messages, edits and replies that were begun at a platform.", labels=["platform"]
        )
        fullest = GaugeMetricFamily(
            "gengfu_fullest_minute",
            "The most of them that any one chat or person got within the last minute.",
            labels=["platform"],
        )
        for family, counts in ((begun, figures.begun), (fullest, figures.fullest)):
            for platform, count in counts.items():
                family.add_metric([platform], count)
        yield from (deliveries, silence, begun, fullest, well)
        yield GaugeMetricFamily(
            "gengfu_queue_age_seconds", "Since the oldest message that has yet to go out was due.", figures.queue_age
        )
        yield GaugeMetricFamily("gengfu_open_asks", "Asks to which an answer is owed.", figures.open_asks)
        yield GaugeMetricFamily("gengfu_look_age_seconds", "Since the bot looked at what is due.", figures.look_age)
        yield CounterMetricFamily(
            "gengfu_ladder_mended", "Steps of owed answers that an audit found lost, and took.", figures.mended
        )
        yield CounterMetricFamily("gengfu_store_refusals", "Writes that the disk refused.", figures.refused)

    async def _counted(self) -> _Figures:
        bot, watch = self._bot, self._watch
        now = bot.clock.now()
        waiting = [each.due for each in await bot.store.deliveries(unfinished=True) if each.due <= now]
        asks = await self._live.asks()
        paces = {name: bot.sender.pace(channel) for name, channel in bot.channels.items()}
        wrong = {each.part for each in await watch.troubles()}
        return _Figures(
            deliveries=Counter((each.state, self._platform(each)) for each in await bot.store.deliveries()),
            queue_age=(now - min(waiting)).total_seconds() if waiting else 0.0,
            open_asks=len(asks.open) + asks.more,
            look_age=watch.looked.total_seconds(),
            silence={name: watch.unheard(name).total_seconds() for name in bot.channels},
            begun={name: pace.begun for name, pace in paces.items()},
            fullest={name: pace.fullest(bot.clock.monotonic()) for name, pace in paces.items()},
            mended=bot.lookout.climb.mended,
            refused=bot.store.refused,
            well={part: part not in wrong for part in PARTS},
        )

    def _platform(self, delivery: Delivery) -> str:
        """Where a chat is reached now; where it no longer is, where it was written to be."""
        if route := self._bot.routes.table.get(delivery.chat):
            return route.channel.name
        known = self._bot.in_force.schedule.chats.get(delivery.chat)
        return known.on if known else "none"

    def _heard(self, change: Change) -> None:
        """Count what went out by this commit; what is written anew of a message that stands has no entry for it."""
        written = {(each.occurrence, each.chat): each for each in change.deliveries}
        for entry in change.entries:
            if entry.kind in ("sent", "merged") and entry.occurrence and entry.chat:
                delivery = written.get((entry.occurrence, entry.chat))
                if delivery and delivery.sent_at:
                    late = (delivery.sent_at - delivery.due).total_seconds()
                    kind = "duty_alert" if delivery.duty_alert else "broadcast"
                    self._lateness.labels(kind).observe(max(late, 0.0))
