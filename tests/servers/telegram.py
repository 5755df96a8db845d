"""A strict local Telegram: it knows only the chats that a test declares, checks what it is sent as the Bot API's
documentation says, keeps what it accepted, speaks for people, and misbehaves on order.

    async with TelegramServer() as telegram:
        telegram.group(-1001001, "消防安全工作群", members=[2001])
        …  # a bot with telegram.token at telegram.api_base, in this process or another
        telegram.press(2001, -1001001, telegram.accepted[-1].message_id, "token:r")

A request that no client should make (an unknown method or parameter) fails the test when the server closes. By itself,
for hand tests: `python -m tests.servers.telegram_alone`.
"""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote

from bot.clock import Clock, SystemClock
from tests.servers.faults import Fault, Orders, told
from tests.servers.log import Log
from tests.servers.telegram_faults import refusal
from tests.servers.telegram_log import Asked
from tests.servers.telegram_messages import No
from tests.servers.telegram_methods import Methods
from tests.servers.telegram_rates import Rates
from tests.servers.wire import Reply, Request, Wire

_FILE = re.compile(r"/file/bot(?P<token>[^/]*)/(?P<path>.+)")
_PATH = re.compile(r"/bot(?P<token>[^/]*)/(?P<method>\w+)")


class TelegramServer(Methods):
    """The server, an async context manager. `accepted` are the messages sent, in order, as they were then; `edited`
    the edits that changed something; `toasts` the answers to presses by the query's id; `calls` counts requests by
    method, also those that met a fault; `deleted`, `commands` and `allowed_updates` are what the bot deleted, what
    commands it set, and what it asked to hear of; `uploaded` are files by the name under which they were sent. `asked`
    is every request and what became of it, also in the file `log_to`. With `limits` it asks to wait who speaks too fast
    by its clock. Requests for a chat in `latency` are dealt with so many real seconds later.
    """

    def __init__(
        self,
        token: str = "10001:AAtestTokenOfTheLocalTelegramServer",
        clock: Clock | None = None,
        *,
        limits: Rates | None = None,
        log_to: Path | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(clock or SystemClock(), limits)
        self.token = token
        self.calls: Counter[str] = Counter()
        self.latency: dict[int, float] = {}
        self._wire = Wire(self._handle, self._begun, port)
        self._log: Log[Asked] = Log(log_to)
        self._orders = Orders()
        self._revoked = False

    async def __aenter__(self) -> Self:
        await self._wire.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.stop()
        self._log.close()
        if kind is None:
            assert self.violations == []

    @property
    def asked(self) -> list[Asked]:
        """Every request, in the order in which they were dealt with."""
        return self._log.asked

    # What it is reached by, and whether.

    @property
    def api_base(self) -> str:
        """For `GENGFU_TELEGRAM__API_BASE`."""
        return f"http://127.0.0.1:{self._wire.port}"

    async def stop(self) -> None:
        """Break all connections and refuse new ones, until `start`."""
        await self._wire.stop()

    async def start(self) -> None:
        """Listen again, at the same address and with all that was known."""
        await self._wire.start()

    def stall(self) -> None:
        """Take connections and look at nothing that comes, until `go_on` breaks those on which something came: as if
        no request had ever left.
        """
        self._wire.stall()

    def go_on(self) -> None:
        """End the stall."""
        self._wire.go_on()

    def release(self) -> None:
        """Let every held answer go whose asker is still there."""
        self._wire.release()

    def revoke(self) -> None:
        """The token is none any more."""
        self._revoked = True

    def reinstate(self) -> None:
        """The token is one again."""
        self._revoked = False

    def order(
        self, fault: Fault, *, method: str | None = "sendMessage", chat: int | None = None, times: float = 1
    ) -> None:
        """Misbehave at the next `times` requests (`math.inf`: at all) for this method (None: any) and chat. Raises
        ValueError for a request that is to be cut off before it says for which chat it is.
        """
        if fault.read is not None and chat is not None:
            raise ValueError("which chat a request is for is not known before its body is read")
        self._orders.give(fault, method, chat, times)

    def heal(self) -> None:
        """Forget every order."""
        self._orders.clear()

    # How a request is answered.

    def _begun(self, target: str) -> int | None:
        """After how many bytes of its body this request is cut off."""
        found = _PATH.fullmatch(target)
        fault = self._orders.due(found["method"], None, begun=True) if found else None
        if found is None or fault is None:
            return None
        self.calls[found["method"]] += 1
        self._note(found["method"], {}, "fault", stands=False, why=f"cut off after {fault.read} bytes")
        return fault.read

    async def _handle(self, request: Request) -> Reply:
        files = {name: each.filename for name, each in request.uploads.items()}
        found, form = _PATH.fullmatch(request.path), {**request.parameters, **files}
        self.uploaded |= {each.filename: each.content for each in request.uploads.values()}
        method = found["method"] if found else request.path
        if (request.method, request.path) == ("HEAD", "/"):
            return Reply(302, b"")
        if file := _FILE.fullmatch(unquote(request.path)):
            return self._file(request, file["token"], file["path"])
        if found is None or request.method != "POST":
            self.violations.append(f"unexpected {request.method} {request.path.split('/')[-1]}")
            return self._refused(method, form, No(404, "Not Found"))
        if not re.fullmatch(r"\d+:[\w-]+", found["token"]):
            return self._refused(method, form, No(404, "Not Found"))
        if self._revoked or found["token"] != self.token:
            return self._refused(method, form, No(401, "Unauthorized"))
        self.calls[method] += 1
        fault = self._orders.due(method, _chat_of(form))
        late = self.latency.get(_chat_of(form) or 0, 0.0) + (fault.late if fault else 0.0)
        if late:
            await _pass(late)
        if fault is not None and not fault.accepts:
            self._note(method, form, "fault", stands=False, why=told(fault))
            return fault.spoil(Reply(200, b""))
        try:
            result = await self.do(method, form)
        except No as no:
            return self._refused(method, form, no)
        reply = Reply(200, json.dumps({"ok": True, "result": result}).encode())
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if fault is None or fault.spoil(reply) == reply:
            self._note(method, form, "accepted", stands=True, status=200, message_id=message_id)
            return reply
        self._note(method, form, "fault", stands=True, message_id=message_id, why=told(fault))
        return fault.spoil(reply)

    def _file(self, request: Request, token: str, path: str) -> Reply:
        """A file's content (Bot API, getFile); a path that was not handed out, or too long ago, is not found."""
        self.calls["file"] += 1
        if (fault := self._orders.due("file", None)) is not None:
            self._note("file", {}, "fault", stands=False, why=told(fault))
            return fault.spoil(Reply(200, b""))
        content = self.loaded(path) if request.method == "GET" and token == self.token and not self._revoked else None
        if content is None:
            return self._refused("file", {}, No(404, "Not Found"))
        self._note("file", {}, "accepted", stands=True, status=200)
        return Reply(200, content, "application/octet-stream")

    def _refused(self, method: str, form: dict[str, str], no: No) -> Reply:
        self._note(method, form, "refused", stands=False, status=no.code, why=no.description)
        return refusal(no.code, no.description, **no.parameters)

    def _note(
        self, method: str, form: dict[str, str], became: Literal["accepted", "refused", "fault"], **what: Any
    ) -> None:
        self._log.add(Asked(self._clock.now(), method, _chat_of(form), form, became, **what))


def _chat_of(form: dict[str, str]) -> int | None:
    written = form.get("chat_id", "")
    return int(written) if re.fullmatch(r"-?\d+", written) else None


async def _pass(seconds: float) -> None:
    try:
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
    except TimeoutError:
        return
