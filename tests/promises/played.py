"""The checker's evidence of a rehearsal on the board: there what the ledger says of a message is what stands in the
chat, and a press bears its moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from bot.campaign.model import Schedule
from bot.channels.telegram.markup import to_html
from bot.cli.schedule import as_json
from bot.ledger.deliveries import Delivery
from bot.ledger.entries import Numbered
from bot.planner.plan import season
from tests.promises.evidence import HEADS, WANTED, gathered, planned, read
from tests.promises.logs import Accepted, Evidence, Pressed
from tests.servers.telegram_html import parse

_REHEARSED = "【演练】"


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
        tuple(_stood(schedule, entries)),
        [orjson.loads(each.model_dump_json()) for each in entries],
        deliveries,
        presses,
        until=last,
        way=timedelta(seconds=5),
        slack=timedelta(minutes=1),
    )
    return replace(found, may={office: found.may.get(office, frozenset()) | who for office, who in may.items()})


def _stood(schedule: Schedule, entries: Sequence[Numbered]) -> Iterator[Accepted]:
    """The messages that came to stand in the town's chats, each with what went out in it."""
    inside = defaultdict[tuple[str | None, object], list[str]](list)
    for each in entries:
        if each.kind in {"sent", "merged"} and (detail := each.detail):
            inside[each.chat, detail["message_id"]] += _asks(each.occurrence, detail.get("notice"))
    for each in entries:
        if each.kind == "sent" and each.chat and each.chat in schedule.chats and (detail := each.detail):
            text = parse(to_html(str(detail["text"]).removeprefix(_REHEARSED).strip()))[0]
            number = detail["message_id"]
            if WANTED not in text:
                yield read(schedule, each.at, each.chat, str(number), text, inside[each.chat, number])


def _asks(occurrence: str | None, notice: object) -> list[str]:
    """What a delivery is about: an occurrence, or the ask that a call follows (`notice/KIND/ASK/NUMBER`)."""
    if occurrence:
        return [occurrence]
    kind, *of = str(notice).removeprefix("notice/").split("/")
    return ["/".join(of[:-1])] if kind in {*HEADS.values(), "mention", "status"} else []
