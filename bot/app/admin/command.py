"""`/pause` and `/resume`, typed by an admin in any chat; from anybody else they are refused."""

from bot.acknowledgements.hearing import Hearing
from bot.acknowledgements.judge import Verdict
from bot.app.admin.pausing import Pausing
from bot.app.admin.people import Admin, is_admin, refused
from bot.language import sentence

COMMANDS = ("/pause", "/resume")
"""What only admins may ask."""


async def command(hearing: Hearing, word: str, rest: str, pausing: Pausing | None) -> Verdict:
    """Do it, and say what came of it; a rehearsal has nothing that could be paused. Raises `StoreError`."""
    if not is_admin(hearing.schedule, hearing.inbound, hearing.chat):
        return refused(hearing, word)
    if pausing is None:
        return Verdict(sentence("admin.not-in-rehearsal"))
    by = Admin.who_sent(hearing.inbound)
    return Verdict(await (pausing.hold(by, rest) if word == "/pause" else pausing.let_go(by)))
