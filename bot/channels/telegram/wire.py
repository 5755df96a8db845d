"""How the library's requests travel, and what of them may be seen: time limits, malformed answers, secrets."""

import json
import logging
import os
import re
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.error import BadRequest, TelegramError
from telegram.request import HTTPXRequest

_TOKEN = re.compile(r"\d+:[\w-]{30,}")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_LONGEST_WAIT = 7 * 24 * 3600
_KNOWN_REFUSALS = frozenset({400, 401, 403, 404, 409, 429})


class Wire(HTTPXRequest):
    """Requests whose answers are either in Telegram's own form or an error."""

    __slots__ = ()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """The answer as the library understands it: the code that Telegram's own "no" bears counts, also where
        something between us made a 200 of it; and what refuses a request with any other 4xx, or leads elsewhere with
        a 3xx, refused it, which the library would call a failure of the network. A file is handed on as it is: the
        library asks for files alone by GET.
        """
        code, payload = await super().do_request(*args, **kwargs)
        if kwargs.get("method") == "GET" and code < 300:
            return code, payload
        if code < 300 and b"error_code" in payload:
            answer = Wire.parse_json_payload(payload)
            if not answer["ok"] and isinstance(answer.get("error_code"), int):
                code = answer["error_code"]
        if 300 <= code < 500 and code not in _KNOWN_REFUSALS:
            raise _refusal(code, payload)
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Telegram's answer. Raises TelegramError for any other, and unlike the library logs none of it."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise TelegramError("Invalid server response")
        if "parameters" in answer:
            answer["parameters"] = _usable(answer["parameters"])
        return answer


class Polls(Wire):
    """Requests for updates. One that the library cannot read stands as an empty one, so that it is confirmed."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As of `Wire`."""
        answer = Wire.parse_json_payload(payload)
        if isinstance(updates := answer.get("result"), list):
            answer["result"] = [_readable(each) for each in updates if isinstance(each, dict) and "update_id" in each]
        return answer


def redactor(token: str) -> Callable[[str], str]:
    """A function that takes the token, whatever looks like one, and every URL out of a text."""

    def redact(text: str) -> str:
        return _TOKEN.sub("…", _URL.sub("…", text.replace(token, "…") if token else text))

    return redact


def quieten() -> None:
    """Let the libraries log no URL (they hold the token), and give spans as timedelta, which they otherwise warn of."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _usable(parameters: object) -> dict[str, int]:
    """Of a refusal's parameters (Bot API, "ResponseParameters") those that can be gone by: a wait of a second to a
    week, an address.
    """
    whole = {name: each for name, each in parameters.items() if type(each) is int} if type(parameters) is dict else {}
    if "retry_after" in whole:
        whole["retry_after"] = min(max(whole["retry_after"], 1), _LONGEST_WAIT)
    return whole


def _refusal(code: int, payload: bytes) -> TelegramError:
    try:
        said = Wire.parse_json_payload(payload).get("description")
    except TelegramError as error:
        refusal = BadRequest(f"HTTP {code}")
        refusal.__cause__ = error
        return refusal
    return BadRequest(said if isinstance(said, str) else f"HTTP {code}")


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the next ones must come through
        logging.getLogger(__name__).warning("update %s cannot be read and is skipped", update["update_id"])
        return {"update_id": update["update_id"]}
    return update
