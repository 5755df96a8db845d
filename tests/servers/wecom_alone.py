"""The local WeCom by itself, for hand tests: `python -m tests.servers.wecom_alone --town FILE --log FILE`.

FILE declares who is there: `{"robots": [{"key": "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa", "group": "工作群"}], "people":
[{"id": "PoliceDuty", "parties": [2], "tags": []}]}`. With `--callback URL` the app has a callback, to which people
press and type. What is typed here is done, as `help` says; what is sent is printed.
"""

import argparse
import asyncio
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from tests.servers import wecom_faults as faults
from tests.servers.hands import Hands, say, typed
from tests.servers.wecom import WeComServer
from tests.servers.wecom_callback import Speaker, by_http
from tests.servers.wecom_corp import Corp
from tests.servers.wecom_webhook import Posted

_FAULTS: Mapping[str, Callable[[], faults.Fault]] = {
    "held": faults.held,
    "stalled": faults.stalled,
    "garbage": faults.garbage,
    "502": faults.page,
    "502-accepted": lambda: faults.page(accepts=True),
    "reset": lambda: faults.reset(0),
    "slow": lambda: faults.slow(60),
}


class WeComHands(Hands):
    """What a hand can have people and WeCom do. A fault is one of the names below, or a code that WeCom says."""

    notes = f"faults: {', '.join(_FAULTS)}, or an errcode; 0 times is for ever"

    def __init__(self, server: WeComServer, corp: Corp, phones: Speaker | None) -> None:
        self._server, self._corp, self._phones = server, corp, phones

    def robot(self, key: str, group: str) -> None:
        self._server.robots.robot(key, group)

    def disable(self, key: str) -> None:
        self._server.robots.disable(key)

    def enable(self, key: str) -> None:
        self._server.robots.enable(key)

    def remove(self, key: str) -> None:
        self._server.robots.remove(key)

    def person(self, userid: str) -> None:
        self._corp.person(userid)

    def trust(self, yes: int) -> None:
        self._corp.is_trusted = bool(yes)

    def reads(self, userid: str) -> None:
        self._corp.reader = userid

    def end_tokens(self) -> None:
        self._corp.end_tokens()

    async def check(self) -> str:
        return f"the callback says {'what it should' if await self._speaker().check() else 'something else'}"

    async def press(self, userid: str, task_id: str, key: str) -> str:
        return f"{await self._speaker().press(userid, task_id, key)}"

    async def types(self, userid: str, text: str) -> str:
        return f"{await self._speaker().types(userid, text)}"

    def order(self, fault: str, path: str, times: float = 1) -> None:
        code = fault.removeprefix("-").isdecimal() and fault not in _FAULTS
        self._server.order(faults.says(int(fault)) if code else _FAULTS[fault](), path=path, times=times or math.inf)

    def heal(self) -> None:
        self._server.heal()

    def release(self) -> None:
        self._server.release()

    def stall(self) -> None:
        self._server.stall()

    def go_on(self) -> None:
        self._server.go_on()

    def violations(self) -> str:
        return "\n".join(self._server.violations)

    def _speaker(self) -> Speaker:
        if self._phones is None:
            raise ValueError("begun without --callback")
        return self._phones


def declared(server: WeComServer, corp: Corp, town: Mapping[str, Any]) -> None:
    """Declare the robots and people of a file."""
    for robot in town.get("robots", ()):
        server.robots.robot(robot["key"], robot.get("group", "工作群"))
    for person in town.get("people", ()):
        corp.person(person["id"], parties=tuple(person.get("parties", ())), tags=tuple(person.get("tags", ())))


async def serve(server: WeComServer, corp: Corp, callback: str | None) -> None:
    """Until the input ends; says at once where it listens and by which settings it is spoken to."""
    async with server:
        given = {
            "API_BASE": server.api_base,
            "OAUTH_URL": f"{server.api_base}/connect/oauth2/authorize",
            "CORP_ID": corp.corp_id,
            "AGENT_ID": corp.agent_id,
            "APP_SECRET": corp.secret,
            "CALLBACK_TOKEN": corp.callback_token,
            "CALLBACK_AES_KEY": corp.callback_aes_key,
        }
        say("\n".join(f"GENGFU_WECOM__{name}={value}" for name, value in given.items()))
        server.robots.on_accepted = lambda posted: say(_shown(posted))
        corp.on_accepted = lambda accepted: say(f"app {accepted}")
        corp.callback_url = callback
        hands = WeComHands(server, corp, Speaker(corp, by_http(callback)) if callback else None)
        async for line in typed():
            say(await hands.do(line))
        server.violations.clear()


def _shown(posted: Posted) -> str:
    called = "".join(f" @{each}" for each in posted.mentioned)
    return f"{posted.group} ({posted.msgtype}) {posted.text}{called} {' '.join(posted.links)}".rstrip()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--town", type=Path)
    parser.add_argument("--callback", help="the app's callback, such as http://127.0.0.1:8765/wecom/callback")
    parser.add_argument("--limits", action="store_true", help="keep WeCom's limits")
    given = parser.parse_args()
    server = WeComServer(port=given.port, log_to=given.log, limits=given.limits)
    corp = Corp(SystemClock(), server.violations, limits=given.limits)
    server.take_in(corp)
    if given.town is not None:
        declared(server, corp, json.loads(given.town.read_text(encoding="utf-8")))
    asyncio.run(serve(server, corp, given.callback))


if __name__ == "__main__":
    main()
