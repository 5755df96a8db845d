"""A chat that was given up is tried again: an admin says so, or the bot was added to it once more."""

from collections.abc import Sequence

from bot.app.admin.people import Admin
from bot.errors import Overtaken
from bot.language import say, sentence
from bot.ledger.deliveries import Delivery
from bot.outbox.decide import decide
from bot.outbox.issue import notice_to_admins
from bot.outbox.outcome import DEAD
from bot.outbox.questions import who
from bot.outbox.terms import Terms
from bot.renderer.templates import escaped
from bot.store.protocol import Change, Reader, Store


async def revive(store: Store, terms: Terms, chat: str, by: Admin) -> bool:
    """Give a chat that was given up another try, and tell the admins. False where it was not given up."""
    while (change := await revival(store, terms, chat, by)) is not None:
        try:
            await store.commit(change)
        except Overtaken:
            continue
        return True
    return False


async def revival(store: Reader, terms: Terms, chat: str, by: Admin) -> Change | None:
    """What reviving a chat comes to, None where it was not given up."""
    mark = await store.mark(f"{DEAD}{chat}")
    if mark is None:
        return None
    why = mark.partition(" ")[2]
    failed = [each for each in await store.deliveries(chat=chat) if each.state == "failed" and each.why == why]
    return revived(chat, [each for each in failed if await _still_useful(store, terms, each, by)], by, terms)


def revived(chat: str, failed: Sequence[Delivery], by: Admin, terms: Terms) -> Change:
    """The chat is given up no longer, and what failed because it was goes out after all."""
    words = sentence(
        "admin.revived", chat=chat, by=who(by.person, escaped(by.name) if by.name else None), count=len(failed)
    )
    others = [admin for admin in terms.admins if admin != chat]
    return Change(
        entries=(by.entry("settled", chat=chat, revived=True),),
        deliveries=tuple(each.become("retrying", not_before=None, why=None) for each in failed),
        planned=notice_to_admins(others, f"revived/{chat}/{by.at.isoformat()}", say(words, terms.lang), by.at),
        given=tuple(failed),
        marks={f"{DEAD}{chat}": None},
    )


async def _still_useful(store: Reader, terms: Terms, delivery: Delivery, by: Admin) -> bool:
    issued = await store.issued(delivery.occurrence)
    if issued is not None and issued.withdrawn:
        return False
    return decide(delivery.become("retrying"), issued, by.at, terms.quiet, terms.zone).what != "miss"
