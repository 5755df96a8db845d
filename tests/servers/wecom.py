"""A strict local WeCom 企业微信 over HTTP: it knows only what a test declares, checks what it is sent as WeCom's
documentation says (facts: wecom), keeps what it accepted, and misbehaves on order.

    async with WeComServer() as wecom:
        wecom.robots.robot("693a91f6-…", "消防安全工作群")
        …  # a bot whose GENGFU_WECOM__API_BASE is wecom.api_base, in this process or another
        wecom.robots.accepted[-1].text

A request that no client should make (an unknown path or field) fails the test when the server closes. By itself, for
hand tests: `python -m tests.servers.wecom_alone`.
"""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from bot.clock import Clock, SystemClock
from tests.servers.faults import Fault, Orders, told
from tests.servers.log import Log
from tests.servers.wecom_faults import No, said
from tests.servers.wecom_log import Asked
from tests.servers.wecom_webhook import Webhook
from tests.servers.wire import Reply, Request, Wire


class Part(Protocol):
    """A part of WeCom, for some of the paths."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Where its own paths begin."""

    def to(self, request: Request) -> str | None:
        """Whom a request is for: a robot's key, an app's receiver."""

    async def handle(self, request: Request) -> Reply:
        """Do as asked. Raises `No` for what is refused in WeCom's own words."""


class WeComServer:
    """The server, an async context manager. `robots` are its group robots; `take_in` adds another part. `calls` counts
    requests by path, also those that met a fault; `asked` is every request and what became of it, also in the file
    `log_to`; `violations` is what no client should ask. With `limits` it refuses who speaks too fast by its clock.
    Requests for whom `latency` names are dealt with so many real seconds later.
    """

    def __init__(
        self, clock: Clock | None = None, *, limits: bool = False, log_to: Path | None = None, port: int = 0
    ) -> None:
        self.clock = clock or SystemClock()
        self.violations: list[str] = []
        self.calls: Counter[str] = Counter()
        self.latency: dict[str, float] = {}
        self.robots = Webhook(self.clock, self.violations, limits=limits)
        self._parts: list[Part] = [self.robots]
        self._wire = Wire(self._handle, self._begun, port)
        self._log: Log[Asked] = Log(log_to)
        self._orders = Orders()

    def take_in(self, part: Part) -> None:
        """Answer for this part's paths too."""
        self._parts.append(part)

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

    @property
    def api_base(self) -> str:
        """For `GENGFU_WECOM__API_BASE`."""
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

    def order(self, fault: Fault, *, path: str | None = None, key: str | None = None, times: float = 1) -> None:
        """Misbehave at the next `times` requests (`math.inf`: at all) for this path (`/cgi-bin/webhook/send`; None:
        any) and whom it is for. Raises ValueError for a request that is to be cut off before it says for whom it is.
        """
        if fault.read is not None and key is not None:
            raise ValueError("whom a request is for is not known before its body is read")
        self._orders.give(fault, path, key, times)

    def heal(self) -> None:
        """Forget every order."""
        self._orders.clear()

    def _begun(self, target: str) -> int | None:
        """After how many bytes of its body this request is cut off."""
        path = target.partition("?")[0]
        if (fault := self._orders.due(path, None, begun=True)) is None:
            return None
        self.calls[path] += 1
        self._log.add(
            Asked(self.clock.now(), path, None, None, "fault", stands=False, why=f"cut off after {fault.read} bytes")
        )
        return fault.read

    async def _handle(self, request: Request) -> Reply:
        self.calls[request.path] += 1
        part = next((each for each in self._parts if request.path.startswith(each.paths)), None)
        if part is None:
            self.violations.append(f"unexpected {request.method} {request.path}")
            return Reply(404, b"<html>404</html>", "text/html")
        to = part.to(request)
        asked = Asked(self.clock.now(), request.path, to, shown(request), "accepted", stands=True)
        fault = self._orders.due(request.path, to)
        late = self.latency.get(to or "", 0.0) + (fault.late if fault else 0.0)
        if late:
            await _pass(late)
        if fault is not None and not fault.accepts:
            reply = fault.spoil(Reply(200, b""))
            code = None if reply.held or reply.cut is not None else errcode_of(reply)
            self._log.add(replace(asked, became="fault", stands=False, errcode=code, why=told(fault)))
            return reply
        try:
            reply = await part.handle(request)
        except No as no:
            reply = said(no.errcode, no.errmsg)
        if (code := errcode_of(reply)) not in (None, 0):
            asked = replace(asked, became="refused", stands=False, why=str(json.loads(reply.body).get("errmsg")))
        asked = replace(asked, message_id=_said_in(reply).get("msgid"))
        spoiled = reply if fault is None else fault.spoil(reply)
        if fault is not None and spoiled != reply:
            self._log.add(replace(asked, became="fault", why=told(fault)))
        else:
            self._log.add(replace(asked, errcode=code))
        return spoiled


def errcode_of(reply: Reply) -> int | None:
    """The code of an answer in WeCom's form, None of any other (a redirection, a page)."""
    return _said_in(reply).get("errcode")


def _said_in(reply: Reply) -> dict[str, Any]:
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def shown(request: Request) -> Any:
    """What a request held, as a log may keep it: its JSON, or the names of its files."""
    if request.kind == "multipart/form-data":
        return {name: {"filename": each.filename, "size": len(each.content)} for name, each in request.uploads.items()}
    try:
        return request.json() if request.body else None
    except ValueError:
        return None


async def _pass(seconds: float) -> None:
    try:
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
    except TimeoutError:
        return
