"""A card's task_id (`[0-9A-Za-z_@-]{1,128}`, facts: wecom, section 2): the address at which its presses count, so that
they are known by it alone, also after a restart, and what makes it this message's own. Pure.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

from bot.channels.protocol import Message

_TASK = re.compile(r"[\w-]{16}@([\w-]{1,111})", re.ASCII)


def task_of(address: str, message: Message, turn: str) -> str:
    """The task of a message at an address; another `turn` (`repeats`) makes it another card."""
    rows = [[(each.label, each.data, each.url) for each in row] for row in message.buttons]
    of = json.dumps([address, message.text, rows, turn]).encode()
    return f"{_written(blake2b(of, digest_size=12).digest())}@{_written(address.encode())}"


def address_in(task: str) -> str | None:
    """The address at which presses of this task count, None for a task of somebody else's."""
    if not (match := _TASK.fullmatch(task)):
        return None
    try:
        return urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)).decode()
    except ValueError:
        return None


def _written(of: bytes) -> str:
    return urlsafe_b64encode(of).decode().rstrip("=")
