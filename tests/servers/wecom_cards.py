"""Template cards as WeCom takes them (facts: wecom, 1 and 2): which fields a card may have, and which it must."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.wecom_faults import No

BAD_PARAMETER = 40058
NO_ACTION = 42045

_TITLE = {"title": str, "desc": str}
_ACTION: dict[str, Any] = {"type": int, "url": str, "appid": str, "pagepath": str}
_LINE: dict[str, Any] = {"keyname": str, "value": str, "type": int, "url": str, "media_id": str, "userid": str}
_COMMON: dict[str, Any] = {
    "card_type": str,
    "main_title": _TITLE,
    "sub_title_text": str,
    "horizontal_content_list": [_LINE],
    "card_action": _ACTION,
    "source": {"icon_url": str, "desc": str, "desc_color": int},
    "quote_area": {**_ACTION, "title": str, "quote_text": str},
}
_NOTICE: dict[str, Any] = {**_COMMON, "emphasis_content": _TITLE, "jump_list": [{**_ACTION, "title": str}]}
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "text_notice": _NOTICE,
    "news_notice": {**_NOTICE, "card_image": {"url": str, "aspect_ratio": float}},
}
"""What a card of each kind may hold: a type, a mapping of names, or a list of such."""


def prove_notice(card: Any, violation: Callable[[str], None]) -> None:
    """Refuse what is no text_notice or news_notice card. A field that there is not is a violation besides, since it is
    the client's mistake whatever is said to it.
    """
    if not isinstance(card, dict) or card.get("card_type") not in FIELDS:
        raise No(BAD_PARAMETER, "invalid Parameter: card_type")
    prove_fields(card, FIELDS[card["card_type"]], "template_card", violation)
    if not (card.get("main_title", {}).get("title") or card.get("sub_title_text")):
        raise No(BAD_PARAMETER, "invalid Parameter: main_title or sub_title_text")
    if (action := card.get("card_action")) is None or action.get("type") not in (1, 2):
        raise No(NO_ACTION, "Template_Card.card_action missing or invalid")
    if action["type"] == 1:
        prove_url(action.get("url"))
    for name, most in (("horizontal_content_list", 6), ("jump_list", 3)):
        if len(card.get(name, ())) > most:
            raise No(BAD_PARAMETER, f"invalid Parameter: {name} has more than {most}")
    for line in card.get("horizontal_content_list", ()):
        if not line.get("keyname"):
            raise No(BAD_PARAMETER, "invalid Parameter: keyname")
        if line.get("type") == 1:
            prove_url(line.get("url"))
    for jump in card.get("jump_list", ()):
        if not jump.get("title"):
            raise No(BAD_PARAMETER, "invalid Parameter: jump_list title")
        if jump.get("type", 0) == 1:
            prove_url(jump.get("url"))


def prove_url(url: Any) -> None:
    """Refuse what leads nowhere."""
    if not isinstance(url, str) or not re.match(r"https?://[^\s/]+", url):
        raise No(BAD_PARAMETER, "invalid Parameter: url")


def prove_fields(value: Any, expected: Any, where: str, violation: Callable[[str], None]) -> None:
    """Refuse what is not of this form; a field that there is not is a violation."""
    if isinstance(expected, Mapping):
        if not isinstance(value, dict):
            violation(f"{where} is no object")
            raise No(BAD_PARAMETER, f"invalid Parameter: {where}")
        if unknown := value.keys() - expected.keys():
            violation(f"{where} with unknown {sorted(unknown)}")
            raise No(BAD_PARAMETER, f"invalid Parameter: {where} {sorted(unknown)}")
        for name, each in value.items():
            prove_fields(each, expected[name], f"{where}.{name}", violation)
    elif isinstance(expected, list):
        if not isinstance(value, list):
            violation(f"{where} is no list")
            raise No(BAD_PARAMETER, f"invalid Parameter: {where}")
        for each in value:
            prove_fields(each, expected[0], where, violation)
    elif not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        violation(f"{where} is no {expected.__name__}")
        raise No(BAD_PARAMETER, f"invalid Parameter: {where}")
