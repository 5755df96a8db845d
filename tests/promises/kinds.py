"""The five kinds of chat: how one is written, and who reads there."""

from typing import Literal, get_args

from tests.builders import Written

Kind = Literal["telegram", "wecom-robot", "wecom-bot", "wecom-app", "board"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def address_on(kind: Kind, number: int) -> object:
    """The address of the chat with this number on a platform, as the YAML has it: of its own each, groups but for the
    app's, which are people.
    """
    match kind:
        case "telegram":
            return -1_001_000_000 - number
        case "wecom-robot":
            return f"693a91f6-7xxx-4bc4-97a0-{number:012}"
        case "wecom-bot":
            return f"wrGroup{number:04}"
        case "wecom-app":
            return {"user": userid(number)}
        case "board":
            return None


def userid(number: int) -> str:
    """The WeCom id of whoever has this number there; on Telegram they have `2000 + number`."""
    return f"duty{number:03}"


def telegram_id(number: int) -> int:
    """Their number on Telegram."""
    return 2_000 + number


def members(number: int) -> list[Written]:
    """The people of the office with this number: one on both platforms."""
    return [{"telegram": telegram_id(number)}, {"wecom": userid(number)}]
