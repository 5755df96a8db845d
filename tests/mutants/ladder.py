"""The weaknesses of a careless ladder: it nags, wakes, accuses or forgets."""

from tests.mutants.mutant import Mutant, Patch

_WHOSE = "a careless ladder"

LADDER = (
    Mutant(
        "remind who said 收到",
        "收到 silences nobody: who has answered is asked again before anything is overdue",
        _WHOSE,
        (
            Patch(
                "bot/ledger/standing.py",
                '(self.state == "received" and expects == "done" and overdue)',
                '(self.state == "received" and expects == "done")',
            ),
        ),
        ("tests/ledger/test_standing.py", "tests/escalation/test_ladder.py"),
    ),
    Mutant(
        "remind at night",
        "reminders, namings and reports come whenever they are due",
        _WHOSE,
        (
            Patch(
                "bot/escalation/ask.py",
                "        return end_of_quiet(self.quiet, moment.astimezone(self.zone)).astimezone(UTC)\n",
                "        return moment.astimezone(UTC)\n",
            ),
        ),
        ("tests/escalation/test_ladder.py",),
    ),
    Mutant(
        "send by night what was planned by day",
        "a reminder that was held up till the night wakes people all the same",
        _WHOSE,
        (
            Patch(
                "bot/outbox/decide.py",
                "        return not delivery.call.wakes\n",
                "        return False\n",
            ),
        ),
        ("tests/outbox/test_calls.py",),
    ),
    Mutant(
        "name who answered just before",
        "a reminder names those who owed when it was planned, not when it leaves",
        _WHOSE,
        (
            Patch(
                "bot/outbox/calls.py",
                "    left = concerned(delivery.call, ask, now) if ask else ()\n",
                "    left = delivery.call.offices\n",
            ),
        ),
        ("tests/outbox/test_calls.py",),
    ),
    Mutant(
        "wait for no answer that is on its way",
        "an office is called late for a press that the platform still holds",
        _WHOSE,
        (
            Patch(
                "bot/outbox/climb.py",
                "    return not moments or all(heard(chat, max(moments)) for chat in chats)\n",
                "    return True\n",
            ),
        ),
        ("tests/outbox/test_climb.py",),
    ),
    Mutant(
        "call late for what may never have arrived",
        "an office's time begins though its message is sent again, since nobody knows whether it came",
        _WHOSE,
        (
            Patch(
                "bot/escalation/ask.py",
                "if each.state in ASKED]",
                "if each.may_be_read]",
            ),
        ),
        ("tests/escalation/test_ladder.py",),
    ),
    Mutant(
        "escalate twice",
        "that the next one up was told is looked for in the wrong place",
        _WHOSE,
        (
            Patch(
                "bot/escalation/ladder.py",
                '        told = ask.called("escalate", office, number)\n',
                '        told = ask.called("escalate", office, number + 1)\n',
            ),
        ),
        ("tests/escalation/test_ladder.py",),
    ),
    Mutant(
        "lose the ladder at a restart",
        "asks of which nothing was heard since the start are not looked at",
        _WHOSE,
        (
            Patch(
                "bot/outbox/climb.py",
                """            if issued.owing and not issued.withdrawn and not known:
                self._stale.add(issued.occurrence)
""",
                """            if issued.owing and not issued.withdrawn and not known:
                self._resting.add(issued.occurrence)
""",
            ),
        ),
        ("tests/outbox/test_climb.py",),
    ),
    Mutant(
        "remind again after kill -9",
        "a reminder that may have arrived is sent once more",
        _WHOSE,
        (
            Patch(
                "bot/outbox/outcome.py",
                "    resend = call.is_repeated if call else",
                "    resend = True if call else",
            ),
        ),
        ("tests/outbox/test_calls.py",),
    ),
    Mutant(
        "nag for ever",
        "reminding has no end",
        _WHOSE,
        (
            Patch(
                "bot/escalation/ladder.py",
                "    return at if at < ask.stops(office) and ask.may_be_asked(office, at) else None\n",
                "    return at if ask.may_be_asked(office, at) else None\n",
            ),
            Patch(
                "bot/escalation/ladder.py",
                '        if rung.at <= now and not (rung.kind == "remind" and now >= ask.stops(rung.office)):\n',
                "        if rung.at <= now:\n",
            ),
        ),
        ("tests/outbox/test_climb.py",),
    ),
    Mutant(
        "count an answer on behalf twice",
        "what an admin says again in an office's place is taken for something new",
        _WHOSE,
        (
            Patch(
                "bot/acknowledgements/judge.py",
                "    if has_said(inbound.person, office, answer, inbound.at, entries):\n",
                "    if reason is None and has_said(inbound.person, office, answer, inbound.at, entries):\n",
            ),
        ),
        ("tests/acknowledgements/test_on_behalf.py",),
    ),
)
