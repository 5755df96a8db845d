"""What a local Telegram was asked and what became of it: for a checker, also after a kill and from another process."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from tests.servers.log import lines_of


@dataclass(frozen=True)
class Asked:
    """One request as it was received, at the server's moment. `became`: accepted; refused in Telegram's own words; or
    met by a fault. `stands`: the work was done, whatever was answered. `status` is the answer's, None where none left;
    `message_id` is that of the message sent or edited; `why` is what was said instead of yes.
    """

    at: datetime
    method: str
    chat: int | None
    parameters: dict[str, str]
    became: Literal["accepted", "refused", "fault"]
    stands: bool
    status: int | None = None
    message_id: int | None = None
    why: str | None = None

    def as_line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def read(cls, line: str) -> Self:
        """From such a line."""
        written: dict[str, Any] = json.loads(line)
        return cls(**written | {"at": datetime.fromisoformat(written["at"])})


def read_log(path: Path) -> tuple[Asked, ...]:
    """What a server wrote to its file, also one that was killed in the middle of a line."""
    return tuple(Asked.read(line) for line in lines_of(path))
