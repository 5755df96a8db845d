"""The local Telegram by itself, for hand tests: `python -m tests.servers.telegram_alone --town FILE --log FILE`.

FILE declares who is there: `{"people": [{"id": 1001, "name": "管理员"}], "groups": [{"id": -1001001, "title": "工作群",
"members": [1001], "topics": []}]}`. What is typed is done, as `help` says; what is sent is printed.
"""

import argparse
import asyncio
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.servers import telegram_faults as faults
from tests.servers.hands import Hands, say, typed
from tests.servers.telegram import TelegramServer
from tests.servers.telegram_messages import Posted
from tests.servers.telegram_rates import Rates

_FAULTS: Mapping[str, Callable[[], faults.Fault]] = {
    "held": faults.held,
    "stalled": faults.stalled,
    "garbage": faults.garbage,
    "502": faults.page,
    "502-accepted": lambda: faults.page(accepts=True),
    "429": lambda: faults.too_many(30),
    "reset": lambda: faults.reset(0),
    "slow": lambda: faults.slow(60),
}


class TelegramHands(Hands):
    """What a hand can have people and Telegram do; ids are numbers, an answer's label is as it reads."""

    notes = f"faults: {', '.join(_FAULTS)}; 0 times is for ever"

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    def press(self, person: int, chat: int, message_id: int, label: str) -> str:
        posted = next(each for each in self._server.shown(chat) if each.message_id == message_id)
        return self._server.press(person, chat, message_id, posted.data(label))

    def types(self, person: int, chat: int, text: str, reply_to: int | None = None) -> int:
        return self._server.types(person, chat, text, reply_to=reply_to)

    def kick(self, chat: int) -> None:
        self._server.kick(chat)

    def invite(self, chat: int) -> None:
        self._server.invite(chat)

    def mute(self, chat: int) -> None:
        self._server.mute(chat)

    def migrate(self, old: int, new: int) -> None:
        self._server.migrate(old, new)

    def revoke(self) -> None:
        self._server.revoke()

    def order(self, fault: str, chat: int | None = None, times: float = 1) -> None:
        self._server.order(_FAULTS[fault](), chat=chat, times=times or math.inf)

    def heal(self) -> None:
        self._server.heal()

    def release(self) -> None:
        self._server.release()

    def latency(self, chat: int, seconds: float) -> None:
        self._server.latency[chat] = seconds


def declared(server: TelegramServer, town: Mapping[str, Any]) -> None:
    """Declare the people and groups of a file."""
    for person in town.get("people", ()):
        server.person(person["id"], person["name"], started=person.get("started", True))
    for group in town.get("groups", ()):
        server.group(group["id"], group["title"], members=group.get("members", ()), topics=group.get("topics", ()))


def _shown(posted: Posted) -> str:
    labels = " ".join(f"[{label}]" for row in posted.buttons for label, _ in row)
    return f"{posted.chat} #{posted.message_id} {posted.text} {labels}"


async def serve(server: TelegramServer) -> None:
    """Until the input ends; says at once where it listens."""
    async with server:
        say(f"GENGFU_TELEGRAM__API_BASE={server.api_base}\nGENGFU_TELEGRAM__TOKEN={server.token}")
        server.on_accepted = lambda posted: say(_shown(posted))
        hands = TelegramHands(server)
        async for line in typed():
            say(await hands.do(line))


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--town", type=Path)
    parser.add_argument("--limits", action="store_true", help="keep Telegram's limits")
    given = parser.parse_args()
    server = TelegramServer(port=given.port, log_to=given.log, limits=Rates() if given.limits else None)
    if given.town is not None:
        declared(server, json.loads(given.town.read_text(encoding="utf-8")))
    asyncio.run(serve(server))


if __name__ == "__main__":
    main()
