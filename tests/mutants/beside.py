"""The weaknesses of what goes with other messages: a chat is told too much, too little, or what is not so."""

from tests.mutants.mutant import Mutant, Patch

_WHOSE = "a careless word beside"

BESIDE = (
    Mutant(
        "tell what the card shows",
        "a chat is told anew of an answer that its own card was changed to show",
        _WHOSE,
        (
            Patch(
                "bot/outbox/tidings.py",
                "        if not any(told):\n",
                "        if last.call is None or not any(told):\n",
            ),
        ),
        ("tests/outbox/test_tidings.py",),
    ),
    Mutant(
        "take any word for the last",
        "a chat counts as told where an older message happens to read as things stand again",
        _WHOSE,
        (
            Patch(
                "bot/outbox/tidings.py",
                "        last = max(telling, key=lambda each: (_when(each), each.call is not None))\n",
                "        last = min(telling, key=lambda each: (_when(each), each.call is not None))\n",
            ),
        ),
        ("tests/outbox/test_tidings.py",),
    ),
    Mutant(
        "believe a refused edit",
        "a message that could not be changed is put on record as if it had been",
        _WHOSE,
        (
            Patch(
                "bot/outbox/edits.py",
                '        if became == "refused" and not at.channel.amends and delivery.question is None:\n',
                '        if became == "refused" and not at.channel.amends and delivery.question is not None:\n',
            ),
        ),
        ("tests/outbox/test_tidings.py",),
    ),
    Mutant(
        "try a fixed card for ever",
        "each answer asks the platform anew to change what it will not change",
        _WHOSE,
        (
            Patch(
                "bot/outbox/edits.py",
                "            self._fixed[delivery.id] = said\n",
                "            self._fixed[delivery.id] = -1\n",
            ),
        ),
        ("tests/outbox/test_tidings.py",),
    ),
    Mutant(
        "mention again in doubt",
        "people are called by name a second time where nobody knows whether the first arrived",
        _WHOSE,
        (
            Patch(
                "bot/ledger/deliveries.py",
                '        return self.kind != "remind" and not self.asks_nobody\n',
                '        return self.kind != "remind"\n',
            ),
        ),
        ("tests/outbox/test_mentions.py",),
    ),
    Mutant(
        "mention a reminder on record",
        "a mention counts as one more reminder of each office",
        _WHOSE,
        (
            Patch(
                "bot/outbox/outcome.py",
                "    if (call := delivery.call) is None or call.asks_nobody:\n",
                "    if (call := delivery.call) is None:\n",
            ),
        ),
        ("tests/outbox/test_mentions.py",),
    ),
)
