"""The weaknesses of the peers that were read, each as the least change that gives it to Gengfu; then the ladder's and
those of WeCom's clients.
"""

from tests.mutants.beside import BESIDE
from tests.mutants.ladder import LADDER
from tests.mutants.mutant import Mutant, Patch
from tests.mutants.wecom import WECOM

MUTANTS = (
    Mutant(
        "send again on a time-out",
        "a reply that was lost is taken for a message that was not sent",
        "Grafana OnCall",
        (
            Patch(
                "bot/outbox/deliver.py",
                """            case Uncertain():
                why = error.sentence
                return self._each(parcel, lambda each: outcome.uncertain(each.delivery, each.issued, why, terms, now))
""",
                """            case Uncertain():
                return self._each(parcel, lambda each: outcome.retry(each.delivery, error, now))
""",
            ),
        ),
        ("tests/promises/test_kill.py",),
    ),
    Mutant(
        "take a time-out for a refusal to connect",
        "the same, where the platform's errors are read",
        "Grafana OnCall",
        (
            Patch(
                "bot/channels/telegram/failures.py",
                """_NEVER_LEFT = (
    httpx.ConnectError,
""",
                """_NEVER_LEFT = (
    httpx.ReadTimeout,
    httpx.ConnectError,
""",
            ),
        ),
        ("tests/channels/test_telegram_failures.py",),
    ),
    Mutant(
        "mark before sending",
        "it is called sent before it is, and stays so whatever comes",
        "healthchecks",
        (
            Patch(
                "bot/outbox/deliver.py",
                """            await self._record(await self._attempt(leaving, route, message, started))
""",
                """            name, gone = route.channel.name, Receipt(None)
            await self._record(
                self._each(leaving, lambda each: outcome.sent(each.delivery, name, gone, started, started))
            )
            await self._attempt(leaving, route, message, started)
""",
            ),
            Patch(
                "bot/outbox/deliver.py",
                "from bot.channels.protocol import Channel, Message\n",
                "from bot.channels.protocol import Channel, Message, Receipt\n",
            ),
        ),
        ("tests/promises/test_kill.py",),
    ),
    Mutant(
        "give up at a deadline",
        "what is too late is dropped, and neither the ledger nor anybody is told",
        "GoAlert",
        (
            Patch(
                "bot/outbox/outcome.py",
                """    return Change(entries=entries, deliveries=gone, planned=notices)
""",
                """    del entries, notices
    return Change(deliveries=gone)
""",
            ),
        ),
        ("tests/promises/test_after_an_outage.py", "tests/outbox/test_send.py"),
    ),
    Mutant(
        "give up after some tries",
        "a message that could not be sent a few times is let go of",
        "GoAlert",
        (
            Patch(
                "bot/outbox/outcome.py",
                """    wait = error.retry_after if isinstance(error, Throttled) else _backoff(delivery.tries)
""",
                """    if delivery.tries > 3:
        return Change(deliveries=(delivery.become("failed"),))
    wait = error.retry_after if isinstance(error, Throttled) else _backoff(delivery.tries)
""",
            ),
        ),
        ("tests/outbox/test_send.py", "tests/promises/test_after_an_outage.py"),
    ),
    Mutant(
        "delete when queued",
        "what was handed to the sender is struck from the list of what is to be done",
        "RapidPro",
        (
            Patch(
                "bot/ledger/deliveries.py",
                'frozenset({"planned", "retrying", "intended"})',
                'frozenset({"planned", "retrying"})',
            ),
        ),
        ("tests/promises/test_kill.py",),
    ),
    Mutant(
        "drop the past at start",
        "what fell due while the bot was down is looked past",
        "APScheduler, with its one second of grace",
        (
            Patch(
                "bot/app/run.py",
                """        started = Change(entries=(self._entry("started"),))
""",
                """        started = Change(
            entries=(self._entry("started"),), marks={"watermark": self.clock.now().isoformat()}
        )
""",
            ),
        ),
        ("tests/promises/test_after_an_outage.py", "tests/app/test_run.py"),
    ),
    Mutant(
        "cut off by age",
        "what is older than a week is passed over in silence",
        "CHT",
        (
            Patch(
                "bot/outbox/tick.py",
                """    found = plan(schedule, before.until, now + _INSTANT)
""",
                """    found = plan(schedule, max(before.until, now - timedelta(days=7)), now + _INSTANT)
""",
            ),
        ),
        ("tests/promises/test_after_an_outage.py",),
    ),
    Mutant(
        "refuse late answers",
        "an answer after the deadline is no answer",
        "CHT, whose tasks expire",
        (
            Patch(
                "bot/acknowledgements/judge.py",
                """    if not may or (chosen is not None and chosen not in may):
""",
                """    ends = deadline_of(issued, next(iter(may), ""), deliveries)
    if not may or (chosen is not None and chosen not in may) or (ends and inbound.at > ends):
""",
            ),
        ),
        ("tests/acknowledgements/test_pressing.py",),
    ),
    Mutant(
        "trust the wall clock",
        "what is due is what the clock says now, whatever it has said before",
        "cron",
        (
            Patch(
                "bot/outbox/tick.py",
                """        if before.passed_over(occurrence) or await store.issued(occurrence.id) is not None:
""",
                """        if before.passed_over(occurrence):
""",
            ),
            Patch(
                "bot/outbox/tick.py",
                """    return Seen(min(until, before.until), before.highest, passed)
""",
                """    return Seen(until - timedelta(seconds=20), before.highest, passed)
""",
            ),
        ),
        ("tests/promises/test_nothing_twice.py", "tests/outbox/test_tick.py"),
    ),
    Mutant(
        "confirm what is only in memory",
        "the platform is told that an answer has come before it is on disk",
        "python-telegram-bot's Updater",
        (
            Patch(
                "bot/app/hearing/hear.py",
                """                batch = await self._channel.receive(offset)
""",
                """                batch = await self._channel.receive(offset)
                await self._store.commit(Change(marks={mark: batch.offset}))
""",
            ),
        ),
        ("tests/app/hearing/test_hear.py",),
    ),
    Mutant(
        "halt all for one",
        "one chat that is to wait holds up every other",
        "python-telegram-bot's AIORateLimiter",
        (
            Patch(
                "bot/outbox/deliver.py",
                "self._ground.pace(route.channel).hold(place, monotonic + error.retry_after.total_seconds())",
                "self._ground.pace(route.channel).hold(None, monotonic + error.retry_after.total_seconds())",
            ),
        ),
        ("tests/outbox/test_send.py",),
    ),
    *LADDER,
    *WECOM,
    *BESIDE,
)
