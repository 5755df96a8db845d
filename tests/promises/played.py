"""The checker's evidence of a rehearsal on the board: there what the ledger says of a message is what stands in the
chat, and a press bears its moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from bot.campaign.model import Schedule
from bot.cli.schedule import as_json
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Numbered
from bot.planner.plan import season
from tests.promises.evidence import gathered, planned, stood
from tests.promises.logs import Evidence, Pressed


def evidence_of(
    schedule: Schedule,
    first: datetime,
    last: datetime,
    entries: Sequence[Numbered],
    deliveries: Iterable[Delivery],
    presses: Iterable[Pressed],
    may: Mapping[str, frozenset[str]],
) -> Evidence:
    """Of what fell due from `first` on; what ended after `last` is not looked at. `may` adds to who answers."""
    plan = planned(schedule, [orjson.loads(orjson.dumps(as_json(each, "zh"))) for each in season(schedule)])
    found = gathered(
        schedule,
        tuple(each for each in plan if first < each.due <= last),
        tuple(stood(schedule, entries, schedule.chats)),
        [orjson.loads(each.model_dump_json()) for each in entries],
        deliveries,
        presses,
        until=last,
        way=timedelta(seconds=5),
        slack=timedelta(minutes=1),
    )
    return replace(found, may={office: found.may.get(office, frozenset()) | who for office, who in may.items()})
