"""What every form of the record says of an owed answer."""

from bot.reports.words import person_of
from tests.reports.shelf import an_ask, said, the_record

BY = {"by": "link:duty-room"}


async def test_who_answered_by_a_chats_link_is_named_by_the_chat_unless_they_gave_a_name() -> None:
    asks = an_ask("w/a"), an_ask("w/b")
    nameless = said("done", "w/a").model_copy(update=BY)
    named = said("done", "w/b", name="王工").model_copy(update=BY)
    found = await the_record(*asks, entries=(nameless, named))
    told = {each.occurrence: person_of(each, {"duty-room": "值班群"}, "zh") for each in found.answers if each.by}
    assert told == {"w/a": "“值班群”的链接", "w/b": "王工"}
