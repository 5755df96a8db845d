"""The local smart bot by itself, for hand tests: `python -m tests.servers.wecom_socket_alone --town FILE --log FILE`.

FILE declares who is there: `{"groups": [{"chat": "wrDutyRoom", "members": ["PoliceDuty"]}], "people": ["PoliceDuty"]}`;
`"spoken": false` beside `chat` is a group in which nobody has called the bot yet. What is typed here is done, as `help`
says; what is sent is printed.
"""

import argparse
import asyncio
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.servers.hands import Hands, say, typed
from tests.servers.wecom_bot_talk import Posted
from tests.servers.wecom_socket import Fault, SmartBotServer

_FAULTS: Mapping[str, Fault] = {
    "none": Fault("none"),
    "none-accepted": Fault("none", accepts=True),
    "cut": Fault("cut"),
    "cut-accepted": Fault("cut", accepts=True),
    "closed": Fault("closed"),
    "garbage": Fault("garbage", accepts=True),
    "late": Fault(accepts=True, late=7.0),
}


class SmartBotHands(Hands):
    """What a hand can have people and WeCom do. A fault is one of the names below, or a code that WeCom says."""

    notes = f"faults: {', '.join(_FAULTS)}, or an errcode; 0 times is for ever; members are joined by commas"

    def __init__(self, server: SmartBotServer) -> None:
        self._server = server

    def group(self, chat: str, members: str) -> None:
        self._server.group(chat, members.split(","))

    def person(self, userid: str) -> None:
        self._server.person(userid)

    def types(self, userid: str, chat: str, text: str) -> str:
        return self._server.types(userid, chat, text)

    def writes(self, userid: str, text: str) -> str:
        return self._server.writes(userid, text)

    def quotes_photo(self, userid: str, chat: str, text: str) -> str:
        return self._server.quotes_photo(userid, chat, b"a photo", text)

    def enters(self, userid: str) -> str:
        return self._server.enters(userid)

    def presses(self, userid: str, task_id: str, key: str) -> str:
        return self._server.presses(userid, task_id, key)

    def card(self, task_id: str, viewer: str) -> str:
        return json.dumps(self._server.card(task_id, viewer), ensure_ascii=False)

    def remove(self, chat: str) -> None:
        self._server.chats[chat].has_bot = False

    def add(self, chat: str) -> None:
        self._server.chats[chat].has_bot = True

    def order(self, fault: str, cmd: str, times: float = 1) -> None:
        ordered = _FAULTS[fault] if fault in _FAULTS else Fault(int(fault))
        self._server.order(ordered, cmd=cmd, times=times or math.inf)

    def heal(self) -> None:
        self._server.heal()

    def cut(self) -> None:
        self._server.cut()

    async def hang_up(self) -> None:
        await self._server.hang_up()

    def silent(self, yes: int) -> None:
        self._server.silent = bool(yes)

    async def stop(self) -> None:
        await self._server.stop()

    async def start(self) -> None:
        await self._server.start()

    def connections(self) -> str:
        return f"{self._server.subscribed}"

    def violations(self) -> str:
        return "\n".join(self._server.violations)


def declared(server: SmartBotServer, town: Mapping[str, Any]) -> None:
    """Declare the groups and people of a file."""
    for group in town.get("groups", ()):
        server.group(group["chat"], group["members"], spoken=group.get("spoken", True))
    for userid in town.get("people", ()):
        server.person(userid)


async def serve(server: SmartBotServer) -> None:
    """Until the input ends; says at once where it listens and by which settings it is spoken to."""
    async with server:
        given = {"WS_URL": server.ws_url, "BOT_ID": server.bot_id, "BOT_SECRET": server.secret}
        say("\n".join(f"GENGFU_WECOM__{name}={value}" for name, value in given.items()))
        server.on_posted = lambda posted: say(shown(posted))
        hands = SmartBotHands(server)
        async for line in typed():
            say(await hands.do(line))
        server.violations.clear()


def shown(posted: Posted) -> str:
    """A message as a hand reads it, with what can be pressed on it."""
    buttons = [f"[{each['text']} {each['key']}]" for each in (posted.card or {}).get("button_list", ())]
    return " ".join([f"{posted.chat} ({posted.msgtype} {posted.task_id or ''})", posted.text, *buttons])


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--town", type=Path)
    parser.add_argument("--limits", action="store_true", help="keep WeCom's limits")
    given = parser.parse_args()
    server = SmartBotServer(port=given.port, log_to=given.log, limits=given.limits)
    if given.town is not None:
        declared(server, json.loads(given.town.read_text(encoding="utf-8")))
    asyncio.run(serve(server))


if __name__ == "__main__":
    main()
