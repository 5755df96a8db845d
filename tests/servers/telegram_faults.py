"""What a Telegram server does instead of its duty: what every platform may, and its own ways to say no."""

import json
from typing import Any

from tests.servers.faults import Fault, cut_off, garbage, held, hung_up, page, reset, slow, stalled
from tests.servers.wire import Reply

__all__ = [
    "Fault",
    "cut_off",
    "garbage",
    "held",
    "hung_up",
    "page",
    "refusal",
    "refused",
    "reset",
    "slow",
    "stalled",
    "too_many",
]


def refusal(code: int, description: str, **parameters: Any) -> Reply:
    """An answer in Telegram's form that says no."""
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return Reply(code, json.dumps(answer | ({"parameters": parameters} if parameters else {})).encode())


def refused(code: int, description: str, **parameters: Any) -> Fault:
    """Says no, for any reason: `refused(403, "Forbidden: bot was kicked from the supergroup chat")`."""
    return Fault(instead=refusal(code, description, **parameters))


def too_many(seconds: int) -> Fault:
    """Asks to wait."""
    return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
