"""How a WeCom server says yes and no, and what it does instead of its duty.

Every answer is a 200 with `{errcode, errmsg}`; the words of `errmsg` change and mean nothing (facts: wecom).
"""

import json
from typing import Any

from tests.servers.faults import Fault, cut_off, garbage, held, hung_up, page, reset, slow, stalled
from tests.servers.wire import Reply

__all__ = [
    "Fault",
    "No",
    "cut_off",
    "garbage",
    "held",
    "hung_up",
    "page",
    "reset",
    "said",
    "says",
    "slow",
    "stalled",
    "yes",
]


class No(Exception):
    """A refusal in WeCom's own words."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode, self.errmsg = errcode, errmsg


def yes(**more: Any) -> Reply:
    """An answer that says that it is done."""
    return said(0, "ok", **more)


def said(errcode: int, errmsg: str, **more: Any) -> Reply:
    """An answer in WeCom's form."""
    return Reply(200, json.dumps({"errcode": errcode, "errmsg": errmsg, **more}, ensure_ascii=False).encode())


def says(errcode: int, errmsg: str = "as ordered, hint: [1764115200], from ip: 127.0.0.1", **more: Any) -> Fault:
    """Says no with this code, with nothing done: `says(45009)`."""
    return Fault(instead=said(errcode, errmsg, **more))
