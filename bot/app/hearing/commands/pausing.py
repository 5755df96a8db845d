"""`/pause` and `/resume`: sends are held, and go on."""

from bot.app.admin.people import Admin
from bot.app.hearing.answer import Answer
from bot.app.hearing.commands.command import Asked
from bot.language import sentence


async def pause(asked: Asked) -> Answer:
    """Hold all sends but notices to the admins; a rehearsal has nothing that could be held. Raises `StoreError`."""
    if (pausing := asked.ground.pausing) is None:
        return Answer(sentence("admin.not-in-rehearsal"))
    return Answer(await pausing.hold(Admin.who_sent(asked.inbound), asked.rest))


async def resume(asked: Asked) -> Answer:
    """Go on. Raises `StoreError`."""
    if (pausing := asked.ground.pausing) is None:
        return Answer(sentence("admin.not-in-rehearsal"))
    return Answer(await pausing.let_go(Admin.who_sent(asked.inbound)))
