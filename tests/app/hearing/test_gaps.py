"""What a gap in a platform's hearing comes to where a message cannot mention: a robot calls for it."""

from dataclasses import replace
from datetime import timedelta

from bot.app.hearing.gaps import Ask, Gap, asked_again
from bot.outbox.issue import deliveries_of
from tests.outbox.stage import NINE, TERMS, an_ask

GAP = Gap("wecom-bot", NINE + timedelta(minutes=10), NINE + timedelta(minutes=20), timedelta())


def test_who_is_asked_once_more_by_a_smart_bot_is_called_by_the_robot_beside_it() -> None:
    issued = an_ask()
    (told,) = (each.model_copy(update={"state": "sent", "sent_at": NINE}) for each in deliveries_of(issued))
    ask = Ask(issued, timedelta(hours=2), {"duty-room": ("police",)}, (told,), superseded=False)
    terms = replace(TERMS, mentions={"police": ("wecom:policeduty",)}, mention_by={"duty-room": "robot"})
    planned = asked_again([ask], GAP, terms, GAP.until).planned
    again = [(each.chat, each.call.offices, each.due) for each in planned if each.call]
    assert again == [("robot", ("police",), GAP.until)]
    elsewhere = replace(GAP, platform="telegram")
    assert not any(each.call for each in asked_again([ask], elsewhere, terms, GAP.until).planned)
